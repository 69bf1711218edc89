import Foundation
import S2WMPWire
import Testing

@testable import S2WMPCrypto

@Suite("Public key field")
struct PublicKeyFieldTests {
  @Test("keys of the independent vectors: group and RSA size")
  func vectors() throws {
    var seen = 0
    for line in try cryptoVectors() where line["suite"] as? String != "legacy" {
      let group = try #require(line["group"] as? String)
      for name in ["sender_public_key", "receiver_public_key", "new_public_key"] {
        guard let hex = line[name] as? String, let bytes = Hex.bytes(hex) else { continue }
        let field = try #require(PublicKeyField.parse(bytes))
        #expect(field.group.name == group)
        #expect((field.rsaBits != nil) == (line["suite"] as? String == "rsa"))
        #expect(!field.isWeak)
        #expect(PublicKeyField.parse(bytes + [0]) == nil)
        #expect((PublicKeyField.parse(bytes, .legacy) != nil) == (group != "x25519" && field.rsaBits == nil))
        seen += 1
      }
    }
    #expect(seen > 70)
  }

  @Test("every prefix and every single broken byte of a key is refused or harmless")
  func hostile() throws {
    let line = try #require(cryptoVectors().first { $0["group"] as? String == "x25519" && $0["suite"] as? String == "rsa" })
    let hex = try #require(line["sender_public_key"] as? String)
    let key = try #require(Hex.bytes(hex))
    for length in 0..<key.count where length != 44 { #expect(PublicKeyField.parse(Array(key.prefix(length))) == nil) }
    for index in key.indices {
      for bit in 0..<8 {
        var broken = key
        broken[index] ^= 1 << UInt8(bit)
        if let field = PublicKeyField.parse(broken) { #expect(field.group == .x25519) }
      }
    }
    #expect(PublicKeyField.parse([UInt8](repeating: 0x30, count: 8192)) == nil)
    #expect(PublicKeyField.parse([0x30, 0x84, 0xff, 0xff, 0xff, 0xff]) == nil)
  }

  @Test("a small D-H key is weak and described by its size")
  func weak() throws {
    let key = dhKey(prime: [0xc5] + [UInt8](repeating: 0x11, count: 63), extra: [2, 2, 1, 0x80])
    let field = try #require(PublicKeyField.parse(key, .legacy))
    #expect(field.isWeak)
    #expect(field.description == "D-H 512 bits")
    #expect(field.group == .other)
  }

  @Test("strictness: X9.42, padded and negative integers, long lengths, parameters behind X25519")
  func strictness() {
    let prime = [0xc5] + [UInt8](repeating: 0x11, count: 63)
    #expect(PublicKeyField.parse(dhKey(prime: prime)) != nil)
    #expect(PublicKeyField.parse(dhKey(prime: prime, object: [0x2a, 0x86, 0x48, 0xce, 0x3e, 0x02, 0x01])) == nil)
    #expect(PublicKeyField.parse(dhKey(prime: prime, padding: [])) == nil)
    #expect(PublicKeyField.parse(dhKey(prime: prime, padding: [0, 0])) == nil)
    #expect(PublicKeyField.parse(dhKey(prime: prime, extra: [2, 1, 1, 2, 1, 1])) == nil)
    let point = [UInt8](repeating: 9, count: 33).enumerated().map { $0.offset == 0 ? 0 : $0.element }
    #expect(PublicKeyField.parse(der(0x30, der(0x30, der(6, [0x2b, 0x65, 0x6e])) + der(3, point)))?.description == "X25519")
    #expect(PublicKeyField.parse(der(0x30, der(0x30, der(6, [0x2b, 0x65, 0x6e]) + [5, 0]) + der(3, point))) == nil)
    #expect(PublicKeyField.parse([0x30, 0x81, 0x2a] + der(0x30, der(6, [0x2b, 0x65, 0x6e])) + der(3, point)) == nil)
  }

  @Test("an RSA key alone or before the D-H key is refused")
  func order() throws {
    let line = try #require(cryptoVectors().first { $0["group"] as? String == "x25519" && $0["suite"] as? String == "rsa" })
    let hex = try #require(line["sender_public_key"] as? String)
    let key = try #require(Hex.bytes(hex))
    #expect(PublicKeyField.parse(key)?.description.hasPrefix("X25519 + RSA-") == true)
    #expect(PublicKeyField.parse(Array(key.dropFirst(44))) == nil)
    #expect(PublicKeyField.parse(Array(key.dropFirst(44) + key.prefix(44))) == nil)
  }
}

private func dhKey(
  prime: [UInt8], object: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 3, 1], padding: [UInt8] = [0], extra: [UInt8] = []
) -> [UInt8] {
  let numbers = der(0x30, der(2, padding + prime) + [2, 1, 5] + extra)
  return der(0x30, der(0x30, der(6, object) + numbers) + der(3, [0] + der(2, [0x33])))
}

private func der(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
  let count = content.count
  let length: [UInt8] = count < 0x80 ? [UInt8(count)] : count < 0x100 ? [0x81, UInt8(count)] : [0x82, UInt8(count >> 8), UInt8(count & 255)]
  return [tag] + length + content
}

/// The worked packets of the vectors that an independent implementation made.
private func cryptoVectors(file: String = #filePath) throws -> [[String: Any]] {
  let path = URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("../../Fixtures/vectors.jsonl")
  return try String(contentsOf: path, encoding: .utf8).split(separator: "\n").filter { $0.contains("\"kind\"") }.compactMap {
    try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
  }
}
