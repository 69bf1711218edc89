import Testing

@testable import S2WMPChat

@Suite("Keys from a terminal's bytes") struct KeyParserTests {
  private func keys(_ text: String) -> [Key] { keys(Array(text.utf8)) }

  private func keys(_ bytes: [UInt8]) -> [Key] {
    var parser = KeyParser()
    var keys: [Key] = []
    parser.parse(bytes) { keys.append($0) }
    return keys
  }

  static let sequences: [(String, Key)] = [
    ("\u{1b}[A", .up), ("\u{1b}[B", .down), ("\u{1b}[C", .right), ("\u{1b}[D", .left), ("\u{1b}OA", .up), ("\u{1b}OH", .home), ("\u{1b}[H", .home),
    ("\u{1b}[F", .end), ("\u{1b}[1~", .home), ("\u{1b}[4~", .end), ("\u{1b}[7~", .home), ("\u{1b}[3~", .delete), ("\u{1b}[1;5C", .wordRight),
    ("\u{1b}[1;3D", .wordLeft), ("\u{1b}[3;5~", .deleteWordRight), ("\u{1b}b", .wordLeft), ("\u{1b}f", .wordRight), ("\u{1b}d", .deleteWordRight),
    ("\u{1b}\u{7f}", .deleteWordLeft), ("\u{1b}\r", .lineFeed), ("\r", .enter), ("\n", .enter), ("\t", .tab), ("\u{7f}", .backspace),
    ("\u{1}", .control("a")), ("\u{1a}", .control("z")), ("é", .text("é")), ("日", .text("日")), ("🎉", .text("🎉")), ("\u{1b}OM", .enter),
  ]

  @Test(arguments: sequences) func aKeyIsReadHoweverItIsCut(sequence: String, key: Key) {
    let bytes = Array(("x" + sequence + "y").utf8)
    for cut in 0...bytes.count {
      var parser = KeyParser()
      var keys: [Key] = []
      parser.parse(bytes[..<cut]) { keys.append($0) }
      parser.parse(bytes[cut...]) { keys.append($0) }
      #expect(keys == [.text("x"), key, .text("y")], "cut at \(cut)")
    }
  }

  @Test func unknownSequencesAreNoText() {
    #expect(keys("\u{1b}[15;2~\u{1b}[6;\u{1b}OP\u{1b}[[Aq") == [.text("q")])
    #expect(keys("\u{1b}[<0;12;5Mq") == [.text("q")])
  }

  @Test func aSequenceWithoutEndIsGivenUp() {
    let long = keys("\u{1b}[" + String(repeating: "1", count: 10_000) + "\rq")
    #expect(long.last == .text("q"))
    #expect(long.contains(.enter))
  }

  @Test func pagesAndBackTab() { #expect(keys("\u{1b}[5~\u{1b}[6~\u{1b}[Z") == [.pageUp, .pageDown, .backTab]) }

  @Test func escapeAloneIsToldWhenNothingFollows() {
    var parser = KeyParser()
    var keys: [Key] = []
    parser.parse([0x1b]) { keys.append($0) }
    #expect(keys.isEmpty && parser.isEscapePending)
    parser.endOfEscape { keys.append($0) }
    parser.parse(Array("[Aq".utf8)) { keys.append($0) }
    #expect(keys == [.escape, .text("["), .text("A"), .text("q")] && !parser.isEscapePending)
    parser.endOfEscape { keys.append($0) }
    #expect(keys.count == 4)
    var telling = KeyParser(tellsEscape: true)
    keys = []
    telling.parse(Array("\u{1b}q\u{1b}b\u{1b}ä\u{1b}[A".utf8)) { keys.append($0) }
    #expect(keys == [.escape, .text("q"), .wordLeft, .escape, .text("ä"), .up])
  }

  @Test func escapeBeforeASequenceIsNothing() { #expect(keys("\u{1b}\u{1b}[Aq") == [.up, .text("q")]) }

  @Test func aPasteKeepsLineFeedsAndNoControls() {
    let pasted = keys("\u{1b}[200~a\r\nb\rc\nd\t\u{7}\u{3}\u{1b}[31me\u{1b}[201~\r")
    let expected: [Key] = ["a", "\n", "b", "\n", "c", "\n", "d", "\t", "e"].map { .pasted($0) }
    #expect(pasted == expected + [.pasteEnd, .enter])
  }

  @Test func brokenUTF8BecomesReplacementCharacters() {
    #expect(keys([0xff, 0x61]) == [.text("\u{fffd}"), .text("a")])
    #expect(keys([0xe6, 0x97, 0x61]) == [.text("\u{fffd}"), .text("a")])
    #expect(keys([0xc3, 0xc3, 0xa9]) == [.text("\u{fffd}"), .text("é")])
  }

  @Test func c1ControlsAreNoText() { #expect(keys("\u{9b}\u{85}q") == [.text("q")]) }

  @Test func anythingMayCome() {
    var generator = SystemRandomNumberGenerator()
    var parser = KeyParser()
    var count = 0
    for _ in 0..<20_000 { parser.parse([UInt8(truncatingIfNeeded: generator.next())]) { _ in count += 1 } }
    #expect(count > 1000)
  }
}
