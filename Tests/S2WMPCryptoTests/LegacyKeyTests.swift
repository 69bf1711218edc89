import COpenSSL
import S2WMPWire
import Testing

@testable import S2WMPCrypto

/// Keys and cipher of the legacy dialect (S2WMP wire format, appendix L).
@Suite("L Legacy keys") struct LegacyKeyTests {
  /// 512-bit keys that Java made, as the dialect's authors did: both PKCS #8, both fields, the secret.
  private static let java = [
    [
      "3075020100305706092a864886f70d010301304a024100ffffffffffffffff8b479b3a6e8de86c294188f0bf2cd86cdb950adb36d0f61fd51e46f69c99ed95abe5a7bb",
      "b230a6ed1d0b4506b5317284ffffffffffffffff020102020200a00417021500ecde2aa7f3d3fa78289f99d620f28a7f4c5f43a0",
    ].joined(),
    [
      "30819e305706092a864886f70d010301304a024100ffffffffffffffff8b479b3a6e8de86c294188f0bf2cd86cdb950adb36d0f61fd51e46f69c99ed95abe5a7bbb230",
      "a6ed1d0b4506b5317284ffffffffffffffff020102020200a00343000240142f9abb84ee0f21709d8067c62394c033156e7219ab0f2b3198bdaafbd35ea4aab2fa676d",
      "3592484abaebec675bc83753299569ed1d568321d3ee455a9c8cc1",
    ].joined(),
    [
      "3075020100305706092a864886f70d010301304a024100ffffffffffffffff8b479b3a6e8de86c294188f0bf2cd86cdb950adb36d0f61fd51e46f69c99ed95abe5a7bb",
      "b230a6ed1d0b4506b5317284ffffffffffffffff020102020200a00417021500d3db5f044315ca66068f150b2d81b7b21cb42345",
    ].joined(),
    [
      "30819e305706092a864886f70d010301304a024100ffffffffffffffff8b479b3a6e8de86c294188f0bf2cd86cdb950adb36d0f61fd51e46f69c99ed95abe5a7bbb230",
      "a6ed1d0b4506b5317284ffffffffffffffff020102020200a003430002405959b4c49be2c354e5e5921cdcc507af50ea31c4197666e0d716598d46160f42cd09ddbb41",
      "58ea1ec1d9770da417ca89083003b25dcff881a2ef68279d1b1cb0",
    ].joined(),
    [
      "175a1ed5cf1eeca409f9bfdaae0b01b5099ffe2bb6313ee5c8969032ca193b4145687f30b572a45950ae22229c632a2fea47b547b46b018a2aae67d57e17b71f"
    ].joined(),
  ]

  @Test("Java's keys: the public key comes out with its privateValueLength, and the secret is the same") func javaKeys() throws {
    let bytes = try Self.java.map { try #require(Hex.bytes($0)) }
    let (a, b) = (try LegacyKey(pkcs8: bytes[0]), try LegacyKey(pkcs8: bytes[2]))
    #expect(a.publicKey == bytes[1] && b.publicKey == bytes[3] && a.secretLength == 64)
    #expect(try a.sharedSecret(with: b.publicKey) == SecretBytes(bytes[4]) && b.sharedSecret(with: a.publicKey) == SecretBytes(bytes[4]))
  }

  @Test("a new key, and the answer to it in the same group, agree; 160 to 227 bytes each") func agreement() throws {
    let asked = try LegacyKey.generate()
    for asker in [asked.publicKey, try #require(Hex.bytes(Self.java[1]))] {
      let answer = try LegacyKey.generate(answering: asker)
      #expect((150...227).contains(answer.publicKey.count))
      #expect(PublicKeyField.parse(answer.publicKey, .legacy)?.groupBits == 512)
      let again = try LegacyKey(pem: answer.pem(passphrase: nil).withBytes { Array($0) }, passphrase: nil)
      #expect(again.publicKey == answer.publicKey)
    }
    let answer = try LegacyKey.generate(answering: asked.publicKey)
    let secret = try asked.sharedSecret(with: answer.publicKey)
    #expect(try secret.count == 64 && answer.sharedSecret(with: asked.publicKey) == secret)
    let cipher = LegacyCipher(secret: secret)
    for length in 0..<50 {
      let text = [UInt8](repeating: 0x61, count: length)
      let body = cipher.encrypt(text)
      #expect(body.count == (length / 16 + 1) * 16 && cipher.decrypt(body) == text)
    }
  }

  @Test("our group is a safe prime") func group() {
    let context = BN_CTX_new()
    defer { BN_CTX_free(context) }
    let prime = LegacyGroup.prime.withUnsafeBytes { BigNumber($0) }
    let half = BN_new()
    defer { BN_free(half) }
    #expect(LegacyGroup.prime.count == 64 && BN_rshift1(half, prime.pointer) == 1)
    #expect(BN_check_prime(prime.pointer, context, nil) == 1 && BN_check_prime(half, context, nil) == 1)
  }

  @Test("numbers that are no group are refused before anything is computed") func hostile() throws {
    let own = try LegacyKey.generate()
    let prime = LegacyGroup.prime
    func fault(_ field: [UInt8]) -> KeyFault? {
      do throws(KeyFault) {
        _ = try own.sharedSecret(with: field)
        return nil
      } catch {
        return error
      }
    }
    #expect(fault(TestKeys.diffieHellman(prime, value: [2])) == nil)
    #expect(fault(TestKeys.diffieHellman(prime, value: [1])) == .publicValue && fault(TestKeys.diffieHellman(prime, value: prime)) == .publicValue)
    #expect(fault(TestKeys.diffieHellman(prime.dropLast() + [0x9e], value: [2])) == .legacyGroup)
    #expect(fault(TestKeys.diffieHellman(prime, generator: [3], value: [2])) == .legacyGroup)
    #expect(fault(TestKeys.diffieHellman(prime, generator: [1], value: [2])) == .legacyGroup)
    #expect(fault(TestKeys.diffieHellman([0xff], value: [2])) == .legacySize(8) && fault(TestKeys.diffieHellman([0], value: [2])) == .legacySize(0))
    #expect(fault(TestKeys.diffieHellman([UInt8](repeating: 0xff, count: 8000), value: [2])) == .legacySize(64_000))
    #expect(fault([]) == .malformed && fault(own.publicKey + [0]) == .trailingBytes)
    #expect(throws: IdentityError.notAllowed(.legacySize(8))) { try LegacyKey.generate(answering: TestKeys.diffieHellman([0xff], value: [2])) }
    // No prime at all, but odd and large enough: an answer comes, and it is worth what the dialect is worth.
    let odd = [UInt8](repeating: 0xff, count: 64)
    let answer = try LegacyKey.generate(answering: TestKeys.diffieHellman(odd, value: [2]))
    #expect(answer.secretLength == 64)
  }

  @Test("any ciphertext has an answer") func anyBody() {
    let cipher = LegacyCipher(secret: .random(64))
    var refused = 0
    for length in 0..<100 {
      if cipher.decrypt([UInt8](repeating: UInt8(length), count: length)) == nil { refused += 1 }
    }
    #expect(refused > 90)
  }
}
