import COpenSSL
import S2WMPWire
import Testing

@testable import S2WMPCrypto

/// What OpenSSL is asked to do is what others published (RFC 5869, 7748, 7919, 8017; NIST SP 800-38D).
@Suite("Published vectors") struct PublishedVectorTests {
  @Test("RFC 5869: HKDF-SHA-256, also without salt and info") func hkdf() throws {
    let records = try Published.read("hkdf-sha256.txt")
    #expect(records.count == 3)
    for record in records {
      let expected = SecretBytes(try record.bytes("okm"))
      let made = try HKDF.derive(SecretBytes(record.bytes("ikm")), salt: record.bytes("salt"), info: record.bytes("info"), count: expected.count)
      #expect(made == expected)
    }
  }

  @Test("RFC 7748: X25519") func x25519() throws {
    let records = try Published.read("x25519.txt")
    #expect(records.count == 3)
    for record in records {
      let own = try Identity(pkcs8: [X25519Key.pkcs8(record.bytes("scalar"))])
      let secret = try own.sharedSecret(with: PeerKey(field: X25519Key.field(record.bytes("u"))))
      #expect(try secret == SecretBytes(record.bytes("out")))
    }
  }

  @Test("RFC 7919: the groups are safe primes, and OpenSSL's") func groups() throws {
    for group in KeyGroup.allCases {
      guard let prime = group.prime else { continue }
      #expect(prime.count == group.secretLength)
      // OpenSSL knows RFC 7919's primes by name: a key made by that name carries exactly ours.
      let key = try #require(KeyHandle.generate(group))
      #expect(BigNumber("p", of: key)?.bytes == prime && BigNumber("g", of: key)?.bytes == [2])
    }
    // One of them for itself: p and (p−1)/2 are prime.
    let context = BN_CTX_new()
    defer { BN_CTX_free(context) }
    let prime = FFDHE.prime2048.withUnsafeBytes { BigNumber($0) }
    let half = BN_new()
    defer { BN_free(half) }
    #expect(BN_rshift1(half, prime.pointer) == 1)
    #expect(BN_check_prime(prime.pointer, context, nil) == 1 && BN_check_prime(half, context, nil) == 1)
  }

  @Test("NIST: AES-256-GCM, one context for many messages of a key") func gcm() throws {
    let records = try Published.read("aes-256-gcm.txt")
    #expect(records.count == 75)
    var refused = 0
    for record in records {
      let opening = GCM(key: SecretBytes(try record.bytes("key")), sealing: false)
      let (iv, aad, text, tag) = (try record.bytes("iv"), try record.bytes("aad"), try record.bytes("ct"), try record.bytes("tag"))
      for _ in 0..<2 {
        let opened = open(opening, iv, aad, text, tag)
        guard record.has("pt") else {
          #expect(opened == nil)
          refused += 1
          continue
        }
        let plaintext = try record.bytes("pt")
        #expect(opened == plaintext)
        let sealing = GCM(key: SecretBytes(try record.bytes("key")), sealing: true)
        #expect(seal(sealing, iv, aad, plaintext) == text + tag && seal(sealing, iv, aad, plaintext) == text + tag)
      }
    }
    #expect(refused == 50)
  }

  private func seal(_ cipher: GCM, _ iv: [UInt8], _ aad: [UInt8], _ text: [UInt8]) -> [UInt8] {
    filled(text.count + 16) { out in withBuffers(iv, aad, text) { cipher.seal(nonce: $0, associated: $1, $2, into: out) } }
  }

  private func open(_ cipher: GCM, _ iv: [UInt8], _ aad: [UInt8], _ text: [UInt8], _ tag: [UInt8]) -> [UInt8]? {
    var right = false
    let plaintext = filled(text.count) { out in
      withBuffers(iv, aad, text) { iv, aad, text in
        tag.withUnsafeBytes { right = cipher.open(nonce: iv, associated: aad, text, tag: $0, into: out) }
      }
    }
    return right ? plaintext : nil
  }

  @Test("RSAES-OAEP with SHA-256: published ciphertexts open, ours open again, damaged ones do not") func oaep() throws {
    let records = try Published.read("rsa-oaep-sha256.txt")
    let key = try PrivateKeyBlock.decode(records[0].bytes("key"))
    #expect(records.count == 7)
    for record in records.dropFirst() {
      let (message, encryption) = (SecretBytes(try record.bytes("message")), try record.bytes("encryption"))
      #expect(encryption.withUnsafeBytes { key.unwrap($0) } == message)
      var again = [UInt8](repeating: 0, count: 256)
      #expect(again.withUnsafeMutableBytes { key.wrap(message, into: $0) } && again != encryption)
      #expect(again.withUnsafeBytes { key.unwrap($0) } == message)
      for index in stride(from: 0, to: 256, by: 51) {
        var damaged = encryption
        damaged[index] ^= 0x10
        #expect(damaged.withUnsafeBytes { key.unwrap($0) } == nil)
      }
      #expect(encryption.dropLast().withUnsafeBytes { key.unwrap($0) } == nil)
    }
  }
}

/// X25519 keys as DER around their 32 bytes (RFC 8410).
enum X25519Key {
  static func pkcs8(_ scalar: [UInt8]) -> [UInt8] { [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20] + scalar }
  static func field(_ u: [UInt8]) -> [UInt8] { [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 3, 0x21, 0] + u }
}
