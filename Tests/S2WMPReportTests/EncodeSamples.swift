import Foundation
import S2WMPWire
import Testing

@testable import S2WMPReport

/// The lines of `Fixtures/vectors.jsonl` that hold a packet with its fields.
enum EncodeSamples {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static let text = Result { try String(contentsOf: root.appending(path: "Fixtures/vectors.jsonl"), encoding: .utf8) }

  static func lines() throws -> [String] {
    try text.get().split(separator: "\n").map(String.init).filter { !$0.contains("\"kind\": ") }
  }

  static func object(_ line: String) throws -> JSONObject {
    var reader = JSONReader(Array(line.utf8))
    return try reader.topObject()
  }

  static func hex(_ line: String) throws -> String { try #require(object(line)["hex"]?.string) }

  /// The line as `decode` would print it: without its `hex`.
  static func withoutHex(_ line: String) throws -> String { line.replacingOccurrences(of: "\"hex\": \"\(try hex(line))\", ", with: "") }

  /// Also without anything that the encoder can work out; a cut User Broadcast keeps its length, which nothing else tells.
  static func withoutDerived(_ line: String) throws -> String {
    let isBroadcast = line.contains("\"name\": \"UB\"")
    let pattern = isBroadcast ? "\"(version|type)\": [0-9]+, " : "\"(length|key_length|name_length|version|type)\": [0-9]+, "
    return try withoutHex(line).replacingOccurrences(of: pattern, with: "", options: .regularExpression)
  }

  static func packets(_ text: String) throws -> [EncodedPacket] { try EncodeInput.packets(from: Array(text.utf8)) }

  static func hexLines(_ text: String) throws -> [String] { try packets(text).map { Hex.string($0.bytes) } }

  /// The sentence of the error that the input deserves.
  static func failure(_ text: String) -> String? {
    do throws(EncodeInputError) {
      let packets = try EncodeInput.packets(from: Array(text.utf8))
      Issue.record("no error, but \(packets.count) packets")
      return nil
    } catch {
      return error.description
    }
  }
}
