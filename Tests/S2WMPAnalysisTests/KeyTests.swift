import S2WMPAnalysis
import S2WMPCrypto
import S2WMPWire
import Testing

/// The worked packets, opened with every kind of key (S2WMP wire format, section 5).
@Suite("5 Decryption with keys") struct KeyTests {
  private static func check(_ result: KeyTalk.Result?, _ worked: Worked) throws {
    let result = try #require(result)
    let opened = try #require(result.opened)
    if let client = worked.client { #expect(opened.client?.hex == client) }
    #expect(result.keyCodes.isEmpty)
    if worked.name == "IC" { return #expect(opened.plaintext == nil && opened.isHashRight == nil) }
    #expect(opened.isHashRight == true)
    #expect(result.text == worked.plaintext)
    switch opened.cipher {
    case .rsa(let wrapped): #expect(worked.suite == "rsa" && [256, 384, 512].contains(wrapped))
    case .aesGCM: #expect(worked.suite == "dh")
    default: #expect(worked.name == "SC")
    }
  }

  @Test("A key log opens everything of its pair, seen or not how they met", arguments: Worked.v1, [false, true])
  func keyLog(worked: Worked, withFriendship: Bool) throws {
    let ring = try KeyTalk.ring { $0.add(try worked.log()) }
    for sorted in [false, true] {
      let packets = (withFriendship ? worked.friendship : []) + [worked.bytes]
      try Self.check(KeyTalk.run(ring, packets, dialect: .v1, sorted: sorted).last, worked)
    }
  }

  @Test("The receiver's private keys do, once the sender's public key was seen", arguments: Worked.v1)
  func receiver(worked: Worked) throws {
    let identity = try worked.identity(worked.receiver_keys)
    try Self.check(KeyTalk.run(KeyTalk.ring { $0.add(identity) }, worked.friendship + [worked.bytes]).last, worked)
    let unseen = try #require(KeyTalk.run(KeyTalk.ring { $0.add(identity) }, [worked.bytes], dialect: .v1).last)
    #expect(unseen.opened == nil && unseen.keyCodes.isEmpty)
  }

  @Test("The sender's private keys open suite dh; of suite rsa they tell all but the text", arguments: Worked.v1)
  func sender(worked: Worked) throws {
    let identity = try worked.identity(worked.sender_keys)
    let result = try #require(KeyTalk.run(KeyTalk.ring { $0.add(identity) }, worked.friendship + [worked.bytes]).last)
    if worked.suite == "dh" || worked.name != "M" { return try Self.check(result, worked) }
    #expect(result.opened?.client?.hex == worked.client)
    #expect(result.opened?.plaintext == nil && result.opened?.isHashRight == nil && result.keyCodes.isEmpty)
  }

  @Test("Z and the receiver's RSA key, without the D-H key", arguments: Worked.messages.filter { $0.suite == "rsa" })
  func looseKey(worked: Worked) throws {
    let identity = try worked.identity(worked.receiver_keys)
    let ring = try KeyTalk.ring {
      $0.add(try worked.log(withContentKey: false))
      $0.add(looseKey: identity)
    }
    try Self.check(KeyTalk.run(ring, [worked.bytes], dialect: .v1).last, worked)
    let locked = try #require(KeyTalk.run(KeyTalk.ring { $0.add(try worked.log(withContentKey: false)) }, worked.friendship + [worked.bytes]).last)
    #expect(locked.opened?.client?.hex == worked.client && locked.opened?.plaintext == nil && locked.keyCodes.isEmpty)
  }

  @Test("A changed body fails, a changed hash mismatches, a changed client ID is another one", arguments: Worked.messages)
  func tampered(worked: Worked) throws {
    let ring = try KeyTalk.ring { $0.add(try worked.log()) }
    func result(_ index: Int) throws -> KeyTalk.Result {
      var bytes = worked.bytes
      bytes[index] ^= 0x20
      return try #require(KeyTalk.run(ring, worked.friendship + [bytes]).last)
    }
    for index in [2, worked.bytes.count - 1] {
      let failed = try result(index)
      #expect(failed.keyCodes == [.decryptFailed] && failed.opened?.plaintext == nil && failed.opened?.isHashRight == nil)
    }
    let mismatch = try result(70)
    #expect(mismatch.keyCodes == [.hashMismatch] && mismatch.text == worked.plaintext && mismatch.opened?.isHashRight == false)
    let client = try result(50)
    #expect(client.keyCodes.isEmpty && client.text == worked.plaintext)
    if let expected = worked.client { #expect(client.opened?.client?.hex != expected) }
  }

  @Test("A secret that is another pair's fails", arguments: Worked.messages)
  func wrongSecret(worked: Worked) throws {
    let wrong = String((worked.Z ?? "").map { $0 == "0" ? "1" : "0" })
    let ring = try KeyTalk.ring { $0.add(try worked.log(z: wrong)) }
    let result = try #require(KeyTalk.run(ring, worked.friendship + [worked.bytes]).last)
    #expect(result.keyCodes == [.decryptFailed] && result.opened?.plaintext == nil)
  }

  @Test("Without knowing the suite, what might be the other one's is no failure")
  func unknownSuite() throws {
    let worked = try #require(Worked.messages.first { $0.suite == "dh" && ($0.plaintext?.utf8.count ?? 0) > 900 })
    var bytes = worked.bytes
    bytes[bytes.count - 1] ^= 1
    let ring = try KeyTalk.ring { $0.add(try worked.log()) }
    #expect(try #require(KeyTalk.run(ring, [bytes], dialect: .v1).last).keyCodes.isEmpty)
    let short = try #require(Worked.messages.first { $0.suite == "dh" && $0.plaintext == "hi" })
    bytes = short.bytes
    bytes[bytes.count - 1] ^= 1
    #expect(try #require(KeyTalk.run(KeyTalk.ring { $0.add(try short.log()) }, [bytes], dialect: .v1).last).keyCodes == [.decryptFailed])
  }

  @Test("A log that grows is asked when a key is missing, and only then")
  func refill() throws {
    let worked = try #require(Worked.messages.first { $0.suite == "dh" && $0.plaintext == "hi" })
    let ring = KeyRing(KeyMaterial())
    var asked = 0
    let log = try worked.log()
    ring.refill = {
      asked += 1
      return asked == 1 ? nil : log
    }
    let results = KeyTalk.run(ring, [worked.bytes, worked.bytes, worked.bytes], dialect: .v1)
    #expect(results.map(\.text) == [nil, "hi", "hi"])
    #expect(asked == 2)
  }

  @Test("A new key is used after its ID change")
  func idChange() throws {
    let worked = try #require(Worked.v1.first { $0.suite == "dh" && $0.group == "x25519" && $0.name == "IC" })
    let (old, other) = (try worked.identity(worked.sender_keys), try worked.identity(worked.receiver_keys))
    let new = try Identity.generate(suite: .dh, group: .x25519)
    func pair(_ identity: Identity) throws -> PairKeys {
      PairKeys(secret: try identity.sharedSecret(with: other.key), own: identity.userID, other: other.userID)
    }
    let change = sealIDChange(pair: try pair(old), timestamp: 5, requestID: 6, newIdentityKey: new.publicKey, newID: new.userID, client: ClientID.own)
    let status = sealStatusChange(pair: try pair(new), status: 1, datetime: 7, client: ClientID.own)
    let results = KeyTalk.run(KeyTalk.ring { $0.add(other) }, worked.friendship + [change, status])
    #expect(results.suffix(2).map(\.opened?.client) == [ClientID.own, ClientID.own])
    #expect(results.last?.opened?.isHashRight == true)
  }

  @Test("Bodies of any length and content are survived")
  func hostile() throws {
    let worked = try #require(Worked.messages.first { $0.suite == "rsa" })
    let ring = try KeyTalk.ring {
      $0.add(try worked.log())
      $0.add(try worked.identity(worked.receiver_keys))
    }
    var generator = SystemRandomNumberGenerator()
    let packets = (0..<40).map { index -> [UInt8] in
      let body = (0..<[0, 1, 15, 16, 27, 28, 29, 255, 283, 284, 285, 700][index % 12]).map { _ in UInt8.random(in: 0...255, using: &generator) }
      return Array(worked.bytes[..<3]) + Packets.big(UInt64(body.count), 2) + worked.bytes[5..<80] + body
    }
    let results = KeyTalk.run(ring, worked.friendship + packets).dropFirst(2)
    #expect(results.count == packets.count)
    for (result, packet) in zip(results, packets) {
      #expect(result.text == nil)
      #expect(result.keyCodes == (packet.count == 80 ? [] : [.decryptFailed]))
    }
  }
}
