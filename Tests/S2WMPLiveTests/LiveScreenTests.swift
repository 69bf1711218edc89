import S2WMPChat
import S2WMPReport
import Testing

@testable import S2WMPLive

@Suite("Live screen, as it looks") struct LiveScreenTests {
  private static func chat(_ columns: Int, _ rows: Int) throws -> LiveModel {
    .sample(columns, rows, of: try Recorded("lan-chat.pcap", keyLog: "lan-chat.keylog"))
  }

  @Test(arguments: [(80, 24), (60, 15), (120, 40), (40, 10)]) func packetsAndPanes(columns: Int, rows: Int) throws {
    var model = try Self.chat(columns, rows)
    try Golden.expect(model.screen(), "panes-\(columns)x\(rows)")
  }

  @Test(arguments: [(80, 24), (60, 15), (40, 10)]) func detail(columns: Int, rows: Int) throws {
    var model = try Self.chat(columns, rows)
    model.type("/type == M")
    model.press(.enter, .home, .enter)
    try Golden.expect(model.screen(), "detail-\(columns)x\(rows)")
  }

  @Test func sidePanesOnASmallTerminal() throws {
    var model = try Self.chat(40, 10)
    model.press(.tab, .tab)
    try Golden.expect(model.screen(), "users-40x10")
  }

  @Test func aMistakeInTheFilter() throws {
    var model = try Self.chat(80, 24)
    model.type("/type == M and stat == 1")
    try Golden.expect(model.screen().split(separator: "\n").prefix(4).joined(separator: "\n") + "\n", "mistake-80x24")
    // Far to the right: the sentence goes to the left of the carets.
    model.press(.control("u"))
    model.type("type in {M, SC, ACK, CR, CRR, IC, LP, LPR, BPM} and nmae")
    try Golden.expect(model.screen().split(separator: "\n").prefix(4).joined(separator: "\n") + "\n", "mistake-right-80x24")
  }

  @Test func help() throws {
    var model = LiveModel.sample()
    model.press(.text("?"))
    try Golden.expect(model.screen(), "help-80x24")
    model.press(.text("x"))
    #expect(!model.isHelpShown)
  }

  @Test func tooSmallIsSaid() {
    var model = LiveModel.sample(39, 10)
    #expect(model.screen().hasPrefix("This window is 39×10; the live screen\nneeds 40×10."))
    #expect(model.press(.text("x")).isEmpty && model.press(.text("q")) == [.quit])
    model.resize(to: LiveSize(columns: 1, rows: 1))
    #expect(model.render().rows.count == 1)
    model.resize(to: LiveSize(columns: 40, rows: 10))
    #expect(model.screen().contains("Waiting for packets"))
  }

  @Test func coloursMeanSomethingAndNoColourMeansNone() throws {
    let recorded = try Recorded("lan-chat.pcap")
    var plain = LiveModel.sample(80, 24, of: recorded)
    #expect(plain.render().rows.allSatisfy { !$0.bytes.contains(0x1b) })
    var coloured = LiveModel.sample(colour: true)
    coloured.receive(recorded.packets)
    coloured.receive(recorded.facts)
    let rendering = coloured.render()
    #expect(rendering.text == plain.render().text)
    let selected = try #require(rendering.rows.first { $0.bytes.starts(with: Array("\u{1b}[7m>".utf8)) })
    // Inverted to the edge, without another style inside that would end it.
    #expect(selected.columns == 80 && selected.bytes.filter { $0 == 0x1b }.count == 2)
  }

  @Test func onlyRowsThatChangedAreWritten() {
    var model = LiveModel.sample()
    var screen = LiveScreen()
    model.receive(Made.packets(1...3))
    let first = screen.draw(model.render(), size: model.size)
    #expect(String(decoding: first, as: UTF8.self).hasPrefix("\u{1b}[?25l\u{1b}[H\u{1b}[2J"))
    #expect(screen.draw(model.render(), size: model.size).isEmpty)
    model.press(.up)
    let second = String(decoding: screen.draw(model.render(), size: model.size), as: UTF8.self)
    // The title says that it does not follow any more; the mark goes from the third to the second packet.
    let places = second.matches(of: /\u{1b}\[([0-9]+);1H/).map { Int($0.1) ?? 0 }
    #expect(places == [1, 5, 6])
    screen.lose()
    #expect(screen.draw(model.render(), size: model.size).count > second.utf8.count * 2)
  }

  @Test func theCursorIsShownWhereOneTypes() {
    var model = LiveModel.sample()
    var screen = LiveScreen()
    _ = screen.draw(model.render(), size: model.size)
    model.type("/type")
    let typed = String(decoding: screen.draw(model.render(), size: model.size), as: UTF8.self)
    #expect(typed.hasSuffix("\u{1b}[2;13H\u{1b}[?25h"))
    model.press(.escape)
    #expect(String(decoding: screen.draw(model.render(), size: model.size), as: UTF8.self).contains("\u{1b}[?25l"))
  }
}
