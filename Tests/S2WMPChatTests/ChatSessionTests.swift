import S2WMPPeer
import S2WMPWire
import Testing

@testable import S2WMPChat

/// A session and the terminal that shows it.
private struct Screening {
  var session: ChatSession
  var terminal: TerminalModel
  var wishes: [ChatSession.Wish] = []

  init(columns: Int = 80, rows: Int = 24, startRow: Int = 0, friends: [FriendRecord] = [Stage.friend(Stage.bob, "bob")]) {
    session = ChatSession(Stage.settings(limit: 5000), size: .init(columns: columns, rows: rows), colour: true)
    terminal = TerminalModel(columns: columns, rows: rows, startRow: startRow)
    change { $0.receiveListening(addresses: [], userID: Stage.alice, fingerprint: "1", friends: friends, at: Stage.time()) }
  }

  mutating func update() {
    let (output, wishes) = session.drain()
    terminal.write(output)
    self.wishes += wishes
  }

  mutating func change(_ body: (inout ChatModel) -> [ChatEffect]) {
    session.change(body)
    update()
  }

  mutating func press(_ text: String) {
    session.receive(bytes: text.utf8, at: Stage.time())
    update()
  }

  mutating func happen(_ event: PeerEvent) { change { $0.receive(event, at: Stage.time()) } }

  var block: [String] {
    StatusRow.block(of: session.model, editor: session.editor, screen: session.screen).rows.map { row in
      var text = row.cells.map(\.glyph.text).joined()
      while text.last == " " { text.removeLast() }
      return text
    }
  }

  /// What is on the screen down to the cursor's block.
  var shown: [String] {
    var rows = terminal.screen
    while rows.last == "", rows.count > 1 { rows.removeLast() }
    return rows
  }
}

@Suite("The screen") struct ChatSessionTests {
  @Test func theLineBeingWrittenStaysBelow() {
    var stage = Screening()
    stage.press("half a sen")
    stage.happen(.message(from: Stage.bob, name: "bob", text: "hi", datetime: Stage.start))
    stage.press("tence")
    #expect(stage.shown.suffix(3) == ["14:02   bob  hi", stage.block[0], "bob> half a sentence"])
    #expect(stage.terminal.row == stage.shown.count - 1 && stage.terminal.column == 20)
    #expect(stage.terminal.complaint == nil)
  }

  @Test func aMarkChangesInPlace() {
    var stage = Screening()
    stage.press("hello\r")
    stage.press("typing")
    #expect(stage.shown.contains("14:02 … you  hello"))
    stage.happen(.sent(to: Stage.bob, datetime: 1))
    stage.happen(.acknowledged(to: Stage.bob, datetime: 1))
    #expect(stage.shown.contains("14:02 ✓ you  hello"))
    #expect(stage.shown.last == "bob> typing" && stage.terminal.column == 11)
    #expect(stage.wishes.contains { if case .send(Stage.bob, "hello", _) = $0 { true } else { false } })
  }

  @Test func aMarkThatIsGoneIsSaid() {
    var stage = Screening(rows: 8)
    stage.press("hello\r")
    stage.happen(.sent(to: Stage.bob, datetime: 1))
    for index in 0..<20 as Range<UInt64> { stage.happen(.message(from: Stage.bob, name: "bob", text: "m\(index)", datetime: Stage.start + index)) }
    stage.happen(.acknowledged(to: Stage.bob, datetime: 1))
    #expect(stage.shown.contains("      ✓ bob has received “hello”"))
    #expect(stage.terminal.everything.contains("14:02 … you  hello"))
    #expect(stage.terminal.complaint == nil)
  }

  @Test func aLineThatCannotBeSentStays() {
    var stage = Screening()
    stage.press("\u{1b}[200~" + String(repeating: "x", count: 5001) + "\u{1b}[201~\r")
    #expect(stage.session.editor.byteCount == 5001)
    #expect(stage.terminal.screen.joined(separator: "\n").contains("holds at most 5000"))
    #expect(stage.block[0].contains("5001 of 5000 bytes"))
    stage.press("\u{7f}\r")
    #expect(stage.session.editor.isEmpty)
  }

  @Test func pastedLinesAreOneMessage() {
    var stage = Screening()
    stage.press("\u{1b}[200~one\ntwo\n\u{1b}[201~")
    #expect(stage.shown.suffix(2) == ["bob> one", "two"])
    stage.press("\r")
    #expect(stage.wishes.contains { if case .send(Stage.bob, "one\ntwo", _) = $0 { true } else { false } })
  }

  @Test func upMovesInTheLineThenToLinesBefore() {
    var stage = Screening()
    stage.press("before\r")
    stage.press("one\u{1b}\rtwo\u{1b}[AX")
    #expect(stage.session.editor.string == "Xone\ntwo")
    stage.press("\u{1b}[A")
    #expect(stage.session.editor.string == "before")
  }

  @Test func tabCompletesInTheLine() {
    var stage = Screening()
    stage.press("/fin\tb\t")
    #expect(stage.shown.last == "bob> /fingerprint bob")
    stage.press("\u{15}/re\t\t")
    #expect(stage.shown.contains("/requests  /remove  /regenerate-key"))
  }

  @Test func controlCGivesUpTheLineThenLeaves() {
    var stage = Screening()
    stage.press("text\u{3}")
    #expect(stage.session.editor.isEmpty && stage.wishes.allSatisfy { $0 != .quit })
    stage.press("\u{3}")
    #expect(!stage.wishes.contains(.quit))
    stage.press("\u{3}")
    #expect(stage.wishes.contains(.quit))
    var other = Screening()
    other.press("\u{4}")
    #expect(other.wishes.contains(.quit))
  }

  @Test func nothingHostileReachesTheTerminal() {
    var stage = Screening()
    let evil = "\u{1b}]0;title\u{7}\u{1b}[2J\r\n14:02 ✓ you  forged\u{202e}\u{9b}31m\u{0}"
    stage.happen(.message(from: Stage.bob, name: evil, text: evil, datetime: Stage.start))
    stage.happen(.request(id: Stage.carol, name: evil, address: Stage.address))
    stage.happen(.error(evil))
    stage.happen(.friend(id: Stage.bob, name: evil, address: nil, status: .away))
    #expect(stage.terminal.everything.allSatisfy { !$0.hasPrefix("14:02 ✓ you  forged") })
    stage.press("\u{1b}[200~" + evil + "\u{1b}[201~\t")
    #expect(stage.terminal.complaint == nil)
  }

  /// Random keys, messages, marks and sizes: the block is always whole and last, every message stands there once and in order.
  @Test(arguments: 1...30) func anythingInAnyOrder(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let (columns, rows) = (Int.random(in: 20...90, using: &generator), Int.random(in: 6...30, using: &generator))
    var stage = Screening(columns: columns, rows: rows, startRow: Int.random(in: 0..<rows, using: &generator))
    let keys = ["a", "日", " ", "\u{1b}[D", "\u{1b}[C", "\u{7f}", "\u{1b}\r", "\u{1}", "\u{5}", "\u{17}", "\u{1b}[A", "\u{1b}[B", "word ", "\u{202e}"]
    var sent: UInt64 = 0
    var received: [String] = []
    for step in 0..<300 as Range<UInt64> {
      switch Int.random(in: 0..<12, using: &generator) {
      case 0:
        received.append("#\(received.count)#")
        let text = received[received.count - 1] + String(repeating: " more", count: Int.random(in: 0..<30, using: &generator))
        stage.happen(.message(from: Stage.bob, name: "bob", text: text, datetime: Stage.start + step))
      case 1:
        stage.press("own\r")
        sent += 1
        stage.happen(.sent(to: Stage.bob, datetime: sent))
      case 2 where sent > 0: stage.happen(.acknowledged(to: Stage.bob, datetime: UInt64.random(in: 1...sent, using: &generator)))
      default: stage.press(keys[Int.random(in: 0..<keys.count, using: &generator)])
      }
      #expect(stage.terminal.complaint == nil)
      let top = stage.terminal.row - StatusRow.block(of: stage.session.model, editor: stage.session.editor, screen: stage.session.screen).cursorRow
      #expect(top >= 0)
      if top >= 0 { #expect(Array(stage.terminal.screen[top..<(top + stage.block.count)]) == stage.block) }
      #expect(stage.terminal.screen[(top + stage.block.count)...].allSatisfy { $0.isEmpty })
    }
    let numbers = stage.terminal.everything.compactMap { row in row.contains("#") ? row.split(separator: "#").dropFirst().first.map { "#\($0)#" } : nil }
    #expect(numbers == received)
  }
}

@Suite("The screen after resizing") struct ResizeTests {
  @Test func theBlockIsDrawnAnewAndLinesBeforeStay() {
    var stage = Screening()
    stage.press("a line")
    stage.session.resize(to: .init(columns: 60, rows: 10))
    let (output, _) = stage.session.drain()
    var terminal = TerminalModel(columns: 60, rows: 10)
    terminal.write(output.filter { $0 != 0 })
    #expect(terminal.screen.contains("bob> a line"))
  }

  @Test func aMarkAboveAWideRowIsNotWrittenBlindly() {
    var transcript = Transcript()
    transcript.add(width: 20, key: MessageKey(number: 1))
    transcript.add(width: 70, key: nil)
    transcript.add(width: 20, key: MessageKey(number: 2))
    transcript.narrow(to: 60)
    #expect(transcript.rowsAboveBlock(of: MessageKey(number: 1)) == nil)
    #expect(transcript.rowsAboveBlock(of: MessageKey(number: 2)) == 1)
  }

  @Test func rowsAreCountedAsTheyWereWrapped() {
    var wide = TextRow()
    wide.append(String(repeating: "x", count: 79))
    var block = InputBlock()
    block.rows = [wide, wide]
    block.cursorRow = 1
    block.cursorColumn = 79
    #expect(block.rowsAboveCursor(wrappedAt: 80) == 1)
    #expect(block.rowsAboveCursor(wrappedAt: 40) == 3)
  }

  @Test func sizesOfZeroAreNone() {
    #expect(ChatScreen.Size(columns: 0, rows: 0) == ChatScreen.Size(columns: 10, rows: 3))
  }
}

@Suite("Plain lines") struct LineSessionTests {
  private func started(_ input: String) -> LineSession {
    var session = LineSession(Stage.settings(.lines))
    session.receive(bytes: input.utf8)
    session.advance(at: Stage.time())
    #expect(session.drain().wishes.isEmpty, "nothing before the sockets are open")
    session.change {
      $0.receiveListening(addresses: [], userID: Stage.alice, fingerprint: "1", friends: [Stage.friend(Stage.bob, "bob")], at: Stage.time())
    }
    _ = session.drain()
    session.advance(at: Stage.time())
    return session
  }

  private func text(_ session: inout LineSession) -> String { String(decoding: session.drain().output, as: UTF8.self) }

  @Test func aMessageIsSaidWithItsEnd() {
    var session = started("lunch?\nagain")
    session.receiveEnd()
    session.advance(at: Stage.time())
    let wishes = session.drain().wishes
    #expect(wishes.count == 2 && !session.isDone)
    for datetime in [1, 2] as [UInt64] { session.change { $0.receive(.sent(to: Stage.bob, datetime: datetime), at: Stage.time()) } }
    session.change { $0.receive(.acknowledged(to: Stage.bob, datetime: 1), at: Stage.time()) }
    #expect(text(&session) == "14:02:00 ✓ to bob: lunch?\n" && !session.isDone)
    session.change { $0.receive(.failed(to: Stage.bob, datetime: 2, error: 2, reason: "hash didn't match", retries: false), at: Stage.time()) }
    #expect(text(&session) == "14:02:00 ✗ to bob: again (hash didn't match)\n")
    #expect(session.isDone && session.model.failures == 1)
  }

  @Test func linesWaitForAFriendThatWasAsked() {
    var session = started("/add \(Stage.carol.hex) 10.0.0.9:5000\nhello\n")
    #expect(session.drain().wishes == [.perform(.add(Stage.carol, address: Stage.address))])
    session.change { $0.receive(.friend(id: Stage.carol, name: "carol", address: nil, status: nil), at: Stage.time()) }
    session.advance(at: Stage.time())
    let wishes = session.drain().wishes
    #expect(wishes.contains { if case .send(Stage.carol, "hello", _) = $0 { true } else { false } })
  }

  @Test func everyoneIsHeardAndNobodyCanForgeALine() {
    var session = started("")
    session.change { $0.receive(.message(from: Stage.bob, name: "bob", text: "one\n14:02:00 carol: forged\u{1b}[2J", datetime: Stage.start), at: Stage.time()) }
    #expect(text(&session) == "14:02:00 bob: one\n         14:02:00 carol: forged<U+001B>[2J\n")
  }

  @Test func quitEndsTheInput() {
    var session = started("one\n/quit\ntwo\n")
    #expect(session.drain().wishes.count == 1)
    #expect(session.isEnding && !session.isDone && !session.wantsInput)
  }

  @Test func linesEndWithOrWithoutCarriageReturn() {
    var session = started("one\r\n\r\n\n")
    let wishes = session.drain().wishes
    #expect(wishes.count == 1 && wishes.contains { if case .send(_, "one", _) = $0 { true } else { false } })
  }

  @Test func aLineWithoutEndIsPassedOver() {
    var session = started("")
    for _ in 0..<40 {
      session.receive(bytes: [UInt8](repeating: 0x61, count: 1 << 16))
      session.advance(at: Stage.time())
    }
    session.receive(bytes: Array("\nhello\n".utf8))
    for _ in 0..<3 { session.advance(at: Stage.time()) }
    let (output, wishes) = session.drain()
    #expect(String(decoding: output, as: UTF8.self) == "A line of more than 1048576 bytes is passed over.\n")
    #expect(wishes.count == 1)
  }
}
