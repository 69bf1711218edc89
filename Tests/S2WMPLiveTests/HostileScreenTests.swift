import S2WMPChat
import S2WMPReport
import S2WMPWire
import Testing

@testable import S2WMPLive

@Suite("Live screen, hostile input") struct HostileScreenTests {
  /// What a user may claim to be called.
  private static let names = [
    "\u{1b}[2J\u{1b}[31mroot", "\r\nroot", "日本の人々と長い名前です", "e\u{301}\u{301}\u{301}\u{301}\u{301}", "\u{202e}ecila", "👩‍👩‍👧‍👦👍🏽",
    "\u{9b}31m", String(repeating: "W", count: 200), "a\u{0}b\u{7f}", "\\x1b[0m", "↔ bob", "\u{200b}",
  ]

  private static func request(_ name: String, frame: UInt64, id: UInt8) throws -> LivePacket {
    // In the legacy dialect a name is UTF-8, of any letters.
    var builder = try #require(PacketBuilder(.chatRequest, .legacy))
    try builder.set("status", .unsigned(1))
    try builder.set("requestor_id", .bytes([UInt8](repeating: id, count: 16)))
    try builder.set("name", .text(Array(name.utf8)))
    return Made.packet(frame, layout: .legacyChatRequest, bytes: builder.build())
  }

  /// Widths as the terminal sees them, and no bytes but text and our own styles.
  private func check(_ model: inout LiveModel, sourceLocation: SourceLocation = #_sourceLocation) {
    let rendering = model.render()
    #expect(rendering.rows.count == model.size.rows, sourceLocation: sourceLocation)
    for row in rendering.rows {
      let text = String(decoding: row.bytes, as: UTF8.self).replacing(/\u{1b}\[[0-9]+m/, with: "")
      let width = text.unicodeScalars.reduce(0) { $0 + SafeText.width(of: $1) }
      #expect(width <= model.size.columns && width == row.columns, "\(text.debugDescription)", sourceLocation: sourceLocation)
      let harmful = text.unicodeScalars.first { $0 != "\\" && !SafeText.isHarmless($0) }
      #expect(harmful == nil, "\(String(describing: harmful)) in \(text.debugDescription)", sourceLocation: sourceLocation)
    }
    if let cursor = rendering.cursor {
      #expect(cursor.row < model.size.rows && cursor.column < model.size.columns, sourceLocation: sourceLocation)
    }
  }

  @Test func namesCannotLeaveTheirPlace() throws {
    for colour in [false, true] {
      for (columns, rows) in [(40, 10), (60, 15), (80, 24), (130, 40)] {
        var model = LiveModel.sample(columns, rows, colour: colour)
        for (index, name) in Self.names.enumerated() { model.receive([try Self.request(name, frame: UInt64(index + 1), id: UInt8(index + 1))]) }
        check(&model)
        model.press(.enter)
        for _ in 0..<Self.names.count {
          check(&model)
          model.press(.left)
        }
      }
    }
  }

  @Test func fileNamesAndFiltersAreShownHarmlessly() {
    var model = LiveModel.sample()
    model.receive(Made.packets(1...3))
    model.press(.text("s"))
    for scalar in "日本\u{202e}\u{301}👍".unicodeScalars { model.press(.pasted(scalar)) }
    check(&model)
    _ = model.press(.enter)
    let request = SaveRequest(path: "\u{1b}[2J\u{202e}", frames: nil, replaces: false)
    model.receive(saved: .exists(path: request.path), of: request)
    check(&model)
    model.receive(saved: .saved(path: request.path, frames: 1, missing: 0), of: request)
    check(&model)
    model.press(.text("/"))
    for scalar in "type == \"日本\u{202e}\u{7}\u{1b}[2J".unicodeScalars { model.press(.pasted(scalar)) }
    check(&model)
    for _ in 0..<300 { model.press(.text("語")) }
    check(&model)
    for _ in 0..<150 { model.press(.left) }
    check(&model)
  }

  /// A person who presses anything at any size.
  @Test(arguments: 0..<8) func anyKeysAtAnySize(seed: Int) throws {
    var random = SeededGenerator(state: UInt64(seed) &* 77 &+ 1)
    let recorded = try Recorded(["lan-chat.pcap", "legacy-chat.pcap", "malformed-type.pcap", "expert-replay.pcap"][seed % 4])
    var model = LiveModel.sample(80, 24, keep: 12, colour: seed % 2 == 0)
    let keys: [Key] = [
      .enter, .escape, .tab, .backTab, .up, .down, .left, .right, .home, .end, .pageUp, .pageDown, .backspace, .delete, .lineFeed, .pasteEnd,
      .control("u"), .control("w"), .control("k"), .text(" "), .text("/"), .text("s"), .text("?"), .text("f"), .text("n"), .text("N"), .text("y"),
      .text("x"), .text("語"), .pasted("\n"), .pasted("\u{7}"), .text("="),
    ]
    var next = 0
    for step in 0..<600 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0:
        let count = Int.random(in: 1...9, using: &random)
        model.receive((0..<count).map { recorded.packets[(next + $0) % recorded.packets.count] })
        next += count
      case 1: model.receive(recorded.facts)
      case 2: model.resize(to: LiveSize(columns: .random(in: 1...130, using: &random), rows: .random(in: 1...45, using: &random)))
      default:
        for case .save(let request) in model.press(keys[Int.random(in: 0..<keys.count, using: &random)]) {
          model.receive(saved: step % 2 == 0 ? .exists(path: request.path) : .saved(path: request.path, frames: 3, missing: 1), of: request)
        }
      }
      check(&model)
    }
  }
}

/// The same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
