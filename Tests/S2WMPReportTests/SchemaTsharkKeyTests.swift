import Foundation
import S2WMPWire
import Testing

@testable import S2WMPReport

/// The dissector decrypts with cryptography of its own; the worked packets were made by an independent implementation.
@Suite("Lua dissector in tshark: decryption", .enabled(if: SchemaTshark.isUsable))
struct SchemaTsharkKeyTests {
  private struct Worked: Decodable {
    var suite: String
    var name: String
    var hex: String
    var Z: String
    var sender_id: String?
    var receiver_id: String?
    var datetime: UInt64?
    var cek: String?
    var plaintext: String?

    /// Lines of a key log.
    var keys: [String] {
      guard let sender_id, let receiver_id, let datetime else { return [] }
      return ["Z \(sender_id) \(receiver_id) \(Z)"] + (cek.map { ["CEK \(sender_id) \(receiver_id) \(datetime) \($0)"] } ?? [])
    }
  }

  private static func worked() throws -> [Worked] {
    let text = try String(contentsOf: SchemaVector.root.appendingPathComponent("Fixtures/vectors.jsonl"), encoding: .utf8)
    let lines = text.split(separator: "\n").filter { $0.contains("\"kind\": \"crypto\"") || $0.contains("\"kind\":\"crypto\"") }
    let all = try lines.map { try JSONDecoder().decode(Worked.self, from: Data($0.utf8)) }
    return all.filter { $0.suite != "legacy" && $0.name != "IC" }
  }

  private static func shown(_ worked: [Worked], keys: [String]) throws -> [[String]] {
    var capture = SchemaCapture()
    for (index, packet) in worked.enumerated() {
      capture.segment(Hex.bytes(packet.hex) ?? [], port: UInt16(41000 + index))
    }
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("s2wmp-keylog-\(UUID().uuidString)")
    try Data(keys.joined(separator: "\n").utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try SchemaTshark.rows(
      capture, ["s2wmp.name", "s2wmp.decryption", "s2wmp.hash_ok", "s2wmp.plaintext"], options: ["-o", "s2wmp.key_log:\(file.path)"])
  }

  @Test("Every worked message of v1 opens, of either suite and every group")
  func opens() throws {
    let worked = try Self.worked()
    try #require(worked.count > 20)
    let rows = try Self.shown(worked, keys: worked.flatMap(\.keys))
    #expect(rows.count == worked.count)
    for (packet, row) in zip(worked, rows) {
      let text = packet.plaintext?.replacingOccurrences(of: "\0", with: "\u{2400}") ?? ""
      #expect(row == [packet.name, packet.name == "M" ? "decrypted" : "key known", "1", text], "\(packet.suite)")
    }
  }

  @Test("Without its content key a message of suite rsa stays closed, and with another secret all do")
  func staysClosed() throws {
    let worked = try Self.worked()
    let secrets = try Self.shown(worked, keys: worked.flatMap { $0.keys.prefix(1) })
    for (packet, row) in zip(worked, secrets) where packet.name == "M" {
      #expect(row[1] == (packet.cek == nil ? "decrypted" : "key known"))
    }
    let wrong = worked.flatMap { $0.keys.prefix(1) }.map { String($0.dropLast(2)) + ($0.hasSuffix("00") ? "01" : "00") }
    for row in try Self.shown(worked, keys: wrong) {
      #expect(row[1] == "key known" && row[3].isEmpty)
      #expect(row[2] == (row[0] == "SC" ? "0" : ""))
    }
  }
}
