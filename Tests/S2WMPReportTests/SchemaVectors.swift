import Foundation
import S2WMPWire

/// One line of the vectors: a packet, and what its fields are.
struct SchemaVector: Decodable {
  var dialect: String
  var name: String
  var length: Int
  var hex: String
  var fields: [String: Value]

  enum Value: Decodable {
    case number(UInt64)
    case text(String)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(UInt64.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }

    var text: String {
      switch self {
      case .number(let number): "\(number)"
      case .text(let text): text
      }
    }
  }

  var bytes: [UInt8] { Hex.bytes(hex) ?? [] }
  /// ACK looks the same in both dialects; alone it is v1.
  var seenDialect: String { name == "ACK" ? "v1" : dialect }
  var layout: LayoutID? {
    PacketType(shortName: name).flatMap { type in Dialect(name: dialect).flatMap { LayoutID(type, $0) } }
  }

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Those of packets, without the worked cryptography.
  static func all() throws -> [SchemaVector] {
    let text = try String(contentsOf: root.appendingPathComponent("Fixtures/vectors.jsonl"), encoding: .utf8)
    return try text.split(separator: "\n").filter { !$0.contains("\"kind\"") }.map {
      try JSONDecoder().decode(SchemaVector.self, from: Data($0.utf8))
    }
  }

  static func first(_ name: String, _ dialect: Dialect = .v1) throws -> [UInt8] {
    try all().first { $0.name == name && $0.dialect == dialect.name }?.bytes ?? []
  }
}
