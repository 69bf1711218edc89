import Foundation
import S2WMPWire
import Testing

@testable import S2WMPReport

/// What the dissector tells of several packets together: who speaks with whom, and what answers what.
@Suite("Lua dissector in tshark: following", .enabled(if: SchemaTshark.isUsable))
struct SchemaTsharkFollowTests {
  private static let alice = [UInt8](repeating: 0xaa, count: 16)
  private static let bob = [UInt8](repeating: 0x0b, count: 16)
  private static let pair = "\(Hex.string(bob))-\(Hex.string(alice))"

  private static func message(at datetime: UInt8, from sender: [UInt8] = alice, to receiver: [UInt8] = bob) -> [UInt8] {
    [1, 1, 0, 0, 1, 0, 0, 1, 0x97, 0, 0, 0, datetime, 0, 0, 0] + sender + receiver + [UInt8](repeating: 7, count: 33)
  }

  private static func ack(_ datetime: UInt8, _ user: [UInt8] = alice) -> [UInt8] { [1, 6, 1, 0, 0, 0, 1, 0x97, 0, 0, 0, datetime] + user }

  private static func chatRequest(_ requestor: [UInt8], _ user: [UInt8], _ name: String) -> [UInt8] {
    [1, 8] + requestor + user + [0, 0, 0, 1, 0x30, 0, 0, 0, UInt8(name.utf8.count)] + Array(name.utf8)
  }

  @Test("An answer names its request, the time since, and the request's users")
  func answers() throws {
    var capture = SchemaCapture()
    capture.segment(Self.message(at: 1))
    capture.segment(Self.message(at: 2))
    capture.segment(Self.ack(2), fromClient: false)
    capture.segment(Self.ack(1) + Self.ack(9), fromClient: false)
    let rows = try SchemaTshark.rows(
      capture, ["s2wmp.reply_to", "s2wmp.reply_in", "s2wmp.latency", "s2wmp.user", "s2wmp.conversation"], options: ["-2"])
    let (users, alice) = ("\(Hex.string(Self.alice))|\(Hex.string(Self.bob))", Hex.string(Self.alice))
    #expect(
      rows == [
        ["", "6", "", users, Self.pair], ["", "5", "", users, Self.pair], ["4", "", "0.001000000", users, Self.pair],
        ["3", "", "0.003000000", "\(users)|\(alice)", Self.pair],
      ])
  }

  @Test("One filter follows two users over connections, directions and transports; another follows one user")
  func filters() throws {
    var capture = SchemaCapture()
    capture.segment(Self.message(at: 1))
    capture.segment(Self.message(at: 2, from: Self.bob, to: Self.alice), port: 42000)
    capture.segment(Self.message(at: 3, to: [UInt8](repeating: 3, count: 16)), port: 43000)
    capture.segment(Self.ack(2, Self.bob), port: 42000, fromClient: false)
    let both = try SchemaTshark.rows(capture, ["s2wmp.name"], filter: "s2wmp.conversation == \"\(Self.pair)\"")
    #expect(both == [["M"], ["M"], ["ACK"]])
    let one = try SchemaTshark.rows(capture, ["s2wmp.name"], filter: "s2wmp.user == \(Hex.string(Self.bob))")
    #expect(one == [["M"], ["M"], ["ACK"]])
  }

  @Test("Names stand for IDs once they were told; a name that two claim stands beside the ID")
  func names() throws {
    var capture = SchemaCapture()
    capture.segment(Self.chatRequest(Self.alice, Self.bob, "alice"))
    capture.segment(Self.message(at: 1))
    capture.segment(Self.chatRequest(Self.bob, Self.alice, "Alice"), port: 42000)
    capture.segment(Self.message(at: 2))
    let rows = try SchemaTshark.rows(capture, ["_ws.col.Info"], filter: "s2wmp.name == \"M\"")
    #expect(rows == [["M alice → 0b0b…0b0b online 1 byte"], ["M alice aaaa…aaaa → Alice 0b0b…0b0b online 1 byte"]])
  }

  @Test("A key log says which messages it would open, whatever else stands in it")
  func keyLog() throws {
    var capture = SchemaCapture()
    capture.segment(Self.message(at: 1))
    capture.segment(Self.message(at: 2, to: [UInt8](repeating: 3, count: 16)), port: 42000)
    let (alice, bob) = (Hex.string(Self.alice), Hex.string(Self.bob))
    let good = "Z \(alice.uppercased())\t\(bob) abcd # a comment\r\n"
    let bad = [
      "Z", "Z \(alice) \(bob) abc", "Z \(alice) \(bob) \(String(repeating: "ab", count: 513))", "z \(alice) \(bob) ab",
      "Z \(alice) \(bob) ab cd ef gh", "\0\u{fffd}",
    ]
    #expect(try decryption(capture, bad.joined(separator: "\n") + "\n" + good) == [["key known"], ["no key"]])
    #expect(try decryption(capture, bad.joined(separator: "\n")) == [["no key"], ["no key"]])
    #expect(try decryption(capture, "") == [["no key"], ["no key"]])
    #expect(try SchemaTshark.rows(capture, ["s2wmp.name", "s2wmp.decryption"]) == [["M", ""], ["M", ""]])
  }

  private func decryption(_ capture: SchemaCapture, _ log: String) throws -> [[String]] {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("s2wmp-keylog-\(UUID().uuidString)")
    try Data(log.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try SchemaTshark.rows(capture, ["s2wmp.decryption"], options: ["-o", "s2wmp.key_log:\(file.path)"])
  }
}
