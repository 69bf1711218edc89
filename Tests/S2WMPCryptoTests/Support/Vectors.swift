import Foundation
import S2WMPWire
import Testing

@testable import S2WMPCrypto

/// One worked packet of `Fixtures/vectors.jsonl`, which an independent implementation made.
struct Vector {
  private let line: [String: Any]

  /// All of them. Lines of one pair follow each other.
  // Read once and never changed.
  nonisolated(unsafe) static let all: [Vector] = (try? load()) ?? []

  private static func load() throws -> [Vector] {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Fixtures/vectors.jsonl")
    return try String(contentsOf: path, encoding: .utf8).split(separator: "\n").filter { $0.contains("\"kind\"") }.compactMap {
      (try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]).map(Vector.init)
    }
  }

  static func v1(_ suite: String? = nil, group: String? = nil, name: String? = nil) -> [Vector] {
    all.filter { vector in
      vector.text("suite") != "legacy"
        && [(suite, "suite"), (group, "group"), (name, "name")].allSatisfy { wanted, key in wanted == nil || wanted == vector.text(key) }
    }
  }

  func text(_ key: String) -> String { line[key] as? String ?? "" }
  func number(_ key: String) -> UInt64 { (line[key] as? NSNumber)?.uint64Value ?? 0 }
  func has(_ key: String) -> Bool { line[key] != nil }

  func bytes(_ key: String) throws -> [UInt8] { try #require(Hex.bytes(text(key)), "\(key) is no hex") }
  func id(_ key: String) throws -> Identifier { try #require(Identifier(hex: text(key)), "\(key) is no ID") }
  func keys(_ key: String) throws -> [[UInt8]] {
    try (line[key] as? [String] ?? []).map { try #require(Hex.bytes($0)) }
  }

  var packet: [UInt8] { get throws { try bytes("hex") } }
  var suite: Suite { get throws { try #require(Suite(rawValue: text("suite"))) } }
  var secret: SecretBytes { get throws { SecretBytes(try bytes("Z")) } }
  var plaintext: [UInt8] { Array(text("plaintext").utf8) }

  func identity(_ role: String) throws -> Identity { try Identity(pkcs8: keys("\(role)_keys")) }
  func key(_ role: String) throws -> PeerKey { try PeerKey(field: bytes("\(role)_public_key")) }

  /// The pair as the sender sees it.
  func sendersPair() throws -> PairKeys { PairKeys(secret: try secret, own: try id("sender_id"), other: try id("receiver_id")) }
  func receiversPair() throws -> PairKeys { PairKeys(secret: try secret, own: try id("receiver_id"), other: try id("sender_id")) }
}

/// Fields of a packet's bytes.
extension [UInt8] {
  func id(_ field: Field<Identifier>) throws -> Identifier { try #require(Identifier(hex: Hex.string(self[field.offset..<field.end]))) }
  var header: [UInt8] { Array(prefix(48)) }
  var messageBody: [UInt8] { Array(dropFirst(80)) }
}
