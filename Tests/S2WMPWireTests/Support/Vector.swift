import Testing
import Foundation

/// One line of `Fixtures/vectors.jsonl`, which an independent implementation made.
struct Vector: Decodable, Sendable, CustomTestStringConvertible {
  var kind: String?
  var dialect: String?
  var name: String
  var length: Int?
  var hex: String
  var fields: [String: JSON]?
  /// Line number, and the line as it stands in the file.
  var line = 0
  var text = ""

  private enum CodingKeys: String, CodingKey { case kind, dialect, name, length, hex, fields }

  var testDescription: String { "line \(line): \(dialect ?? kind ?? "?") \(name)" }

  static func load() throws -> [Vector] {
    let text = try String(contentsOf: Repository.fixtures.appending(path: "vectors.jsonl"), encoding: .utf8)
    return try text.split(separator: "\n").enumerated().map { index, line in
      var vector = try JSONDecoder().decode(Vector.self, from: Data(line.utf8))
      vector.line = index + 1
      vector.text = String(line)
      return vector
    }
  }
}

/// A JSON value of the kinds that vectors hold; integers exact.
enum JSON: Decodable, Hashable, Sendable {
  case number(UInt64)
  case string(String)

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(UInt64.self) { self = .number(number) } else { self = .string(try container.decode(String.self)) }
  }
}
