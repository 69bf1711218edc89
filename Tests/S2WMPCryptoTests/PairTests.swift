import S2WMPWire
import Testing

@testable import S2WMPCrypto

/// Sealing and opening between two users (S2WMP wire format, sections 5.3 to 5.5).
@Suite("5.3–5.5 Pairs") struct PairTests {
  private static let nonce = (1...12).map { UInt8($0) }

  private func pairs(_ alice: Identity, _ bob: Identity) throws -> (PairKeys, PairKeys) {
    let (first, second) = (try alice.sharedSecret(with: bob.key), try bob.sharedSecret(with: alice.key))
    #expect(first == second && first.count == alice.group.secretLength)
    return (PairKeys(secret: first, own: alice.userID, other: bob.userID), PairKeys(secret: second, own: bob.userID, other: alice.userID))
  }

  /// As a receiver does: client ID, body, hash; nil as soon as one of them is wrong.
  private func open(_ packet: [UInt8], _ pair: PairKeys, _ identity: Identity?) -> [UInt8]? {
    packet.withUnsafeBytes { packet in
      guard packet.count >= 80, let base = packet.baseAddress else { return nil }
      let header = UnsafeRawBufferPointer(rebasing: packet[..<48])
      let body = UnsafeRawBufferPointer(rebasing: packet[80...])
      guard pair.decryptClientID(Messaging.clientID.load(base), bound: header) == ClientID.own else { return nil }
      let text = identity.map { pair.openBody(body, header: header, .received, identity: $0) } ?? pair.openBody(body, header: header, .received)
      guard let text else { return nil }
      let matches = text.withUnsafeBytes { pair.hashMatches(Messaging.hash.load(base), .received, header: header, plaintext: $0) }
      return matches ? text : nil
    }
  }

  private func seal(_ pair: PairKeys, _ suite: Suite, _ receiver: PeerKey, _ text: [UInt8], nonce: [UInt8] = nonce) throws -> [UInt8] {
    try sealMessage(
      pair: pair, suite: suite, receiver: receiver, status: 1, datetime: 1_465_000_000_000, client: ClientID.own, plaintext: text, nonce: nonce,
      contentKey: nil)
  }

  @Test("round trips in every group, both ways, many messages on one pair", arguments: KeyGroup.allCases) func groups(_ group: KeyGroup) throws {
    let (alice, bob) = (try Identity.generate(suite: .dh, group: group), try Identity.generate(suite: .dh, group: group))
    let (mine, yours) = try pairs(alice, bob)
    for (index, length) in [0, 1, 15, 16, 17, 200, 65_507].enumerated() {
      let text = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      let nonce = Array(Self.nonce.dropLast()) + [UInt8(index)]
      #expect(open(try seal(mine, .dh, bob.key, text, nonce: nonce), yours, nil) == text)
      #expect(open(try seal(yours, .dh, alice.key, text, nonce: nonce), mine, nil) == text)
    }
  }

  @Test("suite rsa: only the receiver's RSA key, or the content key, opens") func rsa() throws {
    let (alice, bob) = (try #require(TestKeys.alice), try #require(TestKeys.rsa))
    let (mine, yours) = try pairs(alice, bob)
    let packet = try seal(mine, .rsa, bob.key, Array("hello".utf8))
    #expect(packet.count == 80 + 256 + 28 + 5)
    #expect(open(packet, yours, bob) == Array("hello".utf8))
    #expect(open(packet, yours, nil) == nil && open(packet, yours, alice) == nil && open(packet, mine, bob) == nil)
    #expect(try seal(mine, .rsa, bob.key, []) != seal(mine, .rsa, bob.key, []), "content keys are drawn anew")
    #expect(throws: KeyFault.noRSAKey) { try seal(yours, .rsa, alice.key, []) }
  }

  @Test("a changed byte anywhere makes a packet of suite dh unacceptable") func tampering() throws {
    let (alice, bob) = (try #require(TestKeys.alice), try #require(TestKeys.bob))
    let (mine, yours) = try pairs(alice, bob)
    let packet = try seal(mine, .dh, bob.key, Array("attack at dawn".utf8))
    #expect(open(packet, yours, nil) != nil)
    for index in packet.indices {
      for bit: UInt8 in [1, 0x80] {
        var changed = packet
        changed[index] ^= bit
        #expect(open(changed, yours, nil) == nil, "byte \(index)")
      }
    }
    for length in 0..<packet.count { #expect(open(Array(packet.prefix(length)), yours, nil) == nil) }
    #expect(open(packet + [0], yours, nil) == nil)
    #expect(open(packet, yours, nil) == Array("attack at dawn".utf8), "a refusal leaves nothing behind")
  }

  @Test("a changed byte anywhere makes a packet of suite rsa unacceptable") func tamperingRSA() throws {
    let (alice, bob) = (try #require(TestKeys.alice), try #require(TestKeys.rsa))
    let (mine, yours) = try pairs(alice, bob)
    let packet = try seal(mine, .rsa, bob.key, Array("attack".utf8))
    for index in packet.indices {
      var changed = packet
      changed[index] ^= 4
      #expect(open(changed, yours, bob) == nil, "byte \(index)")
    }
    #expect(open(packet, yours, bob) != nil)
  }

  @Test("an SC's hash and client ID, an IC's client ID, bind every byte before them") func bound() throws {
    let (alice, bob) = (try #require(TestKeys.alice), try #require(TestKeys.bob))
    let (mine, yours) = try pairs(alice, bob)
    let change = sealIDChange(
      pair: mine, timestamp: 5, requestID: 6, newIdentityKey: bob.publicKey, newID: bob.userID, client: ClientID.own)
    #expect(change.count == 70 + bob.publicKey.count)
    func client(_ packet: [UInt8]) -> Identifier {
      packet.withUnsafeBytes { packet in
        guard let base = packet.baseAddress else { return .zero }
        let (bound, more) = (UnsafeRawBufferPointer(rebasing: packet[..<50]), UnsafeRawBufferPointer(rebasing: packet[66...]))
        return yours.decryptClientID(IDChange.clientID.load(base), bound: bound, more)
      }
    }
    #expect(client(change) == ClientID.own)
    for index in change.indices {
      var changed = change
      changed[index] ^= 1
      #expect(client(changed) != ClientID.own, "byte \(index)")
    }
  }

  @Test("a message that does not fit is refused with the number of bytes that do") func tooLong() throws {
    let (alice, bob) = (try #require(TestKeys.alice), try #require(TestKeys.rsa))
    let (mine, _) = try pairs(alice, bob)
    #expect(throws: KeyFault.messageTooLong(65_508, limit: 65_507)) { try seal(mine, .dh, bob.key, [UInt8](repeating: 0, count: 65_508)) }
    #expect(throws: KeyFault.messageTooLong(65_252, limit: 65_251)) { try seal(mine, .rsa, bob.key, [UInt8](repeating: 0, count: 65_252)) }
    #expect(try seal(mine, .rsa, bob.key, [UInt8](repeating: 0, count: 65_251)).count == 80 + 65_535)
  }

  @Test("bodies that are too short, and wrapped lengths that cannot be, open to nothing") func short() {
    let pair = PairKeys(secret: .random(32), own: .zero, other: Identifier(high: 1, low: 2))
    let key = SecretBytes.random(32)
    [UInt8](repeating: 7, count: 60).withUnsafeBytes { bytes in
      for length in [0, 27, 28, 60] {
        let body = UnsafeRawBufferPointer(rebasing: bytes[..<length])
        #expect(pair.openBody(body, header: bytes, .received) == nil)
        for wrapped in [-1, 0, 1, 256, Int.max - 30] {
          #expect(pair.openBody(body, header: bytes, .received, contentKey: key, wrappedLength: wrapped) == nil)
        }
      }
      #expect(pair.openBody(bytes, header: bytes, .received, contentKey: .random(16), wrappedLength: 4) == nil)
    }
  }
}
