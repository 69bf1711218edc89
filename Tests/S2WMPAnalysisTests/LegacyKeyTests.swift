import S2WMPAnalysis
import S2WMPCrypto
import S2WMPWire
import Testing

/// The legacy dialect, opened with either side's private key (S2WMP wire format, appendix L).
@Suite("L Legacy decryption with keys") struct LegacyKeyTests {
  @Test("The worked packets, by Z", arguments: Worked.legacy)
  func worked(worked: Worked) throws {
    let ring = try KeyTalk.ring { $0.add(try worked.log()) }
    let result = try #require(KeyTalk.run(ring, [worked.bytes], dialect: .legacy).last)
    #expect(result.text == worked.plaintext && result.opened?.isHashRight == true && result.keyCodes.isEmpty)
    #expect(result.opened?.client?.hex == worked.client)
    #expect(result.opened?.cipher == .aesECB)
  }

  private let alice: LegacyKey
  private let bob: LegacyKey
  private let secret: SecretBytes
  private static let (a, b) = (Identifier(high: 1, low: 2), Identifier(high: 3, low: 4))

  init() throws {
    alice = try LegacyKey.generate()
    bob = try LegacyKey.generate(answering: alice.publicKey)
    secret = try alice.sharedSecret(with: bob.publicKey)
  }

  private func request(_ key: LegacyKey, from: Identifier, to: Identifier) -> [UInt8] {
    [1, 8, 1] + Packets.big(7, 8) + from.bytes + to.bytes + Packets.big(UInt64(key.publicKey.count), 4) + key.publicKey + Packets.big(1, 4) + [0x61]
  }

  private func message(_ text: String, _ change: (inout [UInt8]) -> Void = { _ in }) -> [UInt8] {
    var body = LegacyCipher(secret: secret).encrypt(Array(text.utf8))
    change(&body)
    return [1, 1, 1] + Packets.big(UInt64(body.count), 2) + Packets.big(7, 8) + Self.a.bytes + Self.b.bytes + LegacyCipher.clientID.bytes
      + LegacyCipher.hash(body).bytes + body
  }

  private var friendship: [[UInt8]] { [request(alice, from: Self.a, to: Self.b), request(bob, from: Self.b, to: Self.a)] }

  @Test("Either side's private key") func eitherSide() {
    for key in [alice, bob] {
      let result = KeyTalk.run(KeyTalk.ring { $0.add(key) }, friendship + [message("café")], dialect: .legacy).last
      #expect(result?.text == "café" && result?.opened?.isHashRight == true && result?.opened?.client == LegacyCipher.clientID)
    }
  }

  @Test("The other side's chat request is enough") func oneRequest() {
    for (key, seen) in [(alice, friendship[1]), (bob, friendship[0])] {
      let result = KeyTalk.run(KeyTalk.ring { $0.add(key) }, [seen, message("hello")], dialect: .legacy).last
      #expect(result?.text == "hello")
    }
  }

  @Test("Another's key opens nothing, and that is no failure") func stranger() throws {
    let key = try LegacyKey.generate(answering: alice.publicKey)
    let result = KeyTalk.run(KeyTalk.ring { $0.add(key) }, friendship + [message("a message of some length")], dialect: .legacy).last
    #expect(result?.opened == nil && result?.keyCodes.isEmpty == true)
  }

  @Test("A body that is no whole number of blocks fails") func damaged() {
    let packets = friendship + [message("hello") { $0.removeLast() }]
    let result = KeyTalk.run(KeyTalk.ring { $0.add(bob) }, packets, dialect: .legacy).last
    #expect(result?.opened == nil && result?.keyCodes == [.decryptFailed])
  }

  @Test("The same key with other parameters is the same") func comparison() throws {
    #expect(alice.isOther(half: alice.publicKey) && !alice.isOther(half: bob.publicKey) && !alice.isOther(half: [1, 2, 3]))
  }
}
