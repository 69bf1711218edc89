import Testing

@testable import S2WMPChat

@Suite("Line editor") struct LineEditorTests {
  /// Types into an editor as a terminal would send it.
  private func edited(_ input: String, in start: LineEditor = LineEditor()) -> LineEditor {
    var editor = start
    var parser = KeyParser()
    parser.parse(input.utf8) { _ = editor.edit($0) }
    return editor
  }

  private func pressed(_ editor: inout LineEditor, _ body: (inout LineEditor) -> Bool) -> Bool { body(&editor) }

  private func taken(_ editor: inout LineEditor) -> String { editor.take() }

  @Test func textGoesInAtTheCursor() {
    let editor = edited("hllo\u{1b}[D\u{1b}[D\u{1b}[De\u{5}!")
    #expect(editor.string == "hello!")
    #expect(editor.cursor == 6)
    #expect(editor.byteCount == 6)
  }

  @Test func deletingTakesWholeCharacters() {
    #expect(edited("e\u{301}x\u{7f}\u{7f}").isEmpty)
    #expect(edited("👨‍👩‍👧\u{7f}").isEmpty)
    #expect(edited("日本\u{1b}[D\u{1b}[3~").string == "日")
    #expect(edited("a👍🏽\u{8}").string == "a")
  }

  @Test func aMarkJoinsTheLetterBeforeIt() {
    let editor = edited("e\u{301}")
    #expect(editor.text == ["é"])
    #expect(editor.cursor == 1)
    #expect(edited("ex\u{1b}[D\u{301}").text == ["é", "x"])
  }

  @Test func deletingBetweenLettersJoinsWhatIsLeft() {
    // The letter goes, its neighbour's mark stays on what is there.
    let editor = edited("a\u{1b}[D\u{1b}[3~\u{301}")
    #expect(editor.string == "\u{301}")
    #expect(editor.cursor == 1)
  }

  @Test func cutsAddUpAndComeBack() {
    #expect(edited("one two three\u{17}\u{17}\u{19}").string == "one two three")
    #expect(edited("one two\u{15}\u{19}\u{19}").string == "one twoone two")
    #expect(edited("one two\u{1}\u{b}x\u{19}").string == "xone two")
    #expect(edited("one.two\u{17}").isEmpty)
    #expect(edited("one.two\u{1b}\u{7f}").string == "one.")
    #expect(edited("one two\u{1}\u{1b}d").string == " two")
  }

  @Test func wordsAreJumpedOver() {
    #expect(edited("one, two\u{1b}bX").string == "one, Xtwo")
    #expect(edited("one, two\u{1}\u{1b}fX").string == "oneX, two")
    #expect(edited("one two\u{1b}[1;5D\u{1b}[1;5DX").string == "Xone two")
  }

  @Test func lettersChangePlaces() { #expect(edited("teh\u{14}").string == "the") }

  @Test func theEndsAreEnds() {
    var editor = edited("a")
    #expect(pressed(&editor) { !$0.edit(.right) })
    #expect(pressed(&editor) { $0.edit(.left) })
    #expect(pressed(&editor) { !$0.edit(.left) })
    #expect(pressed(&editor) { !$0.edit(.backspace) })
    #expect(pressed(&editor) { !$0.edit(.control("u")) })
  }

  @Test func aPasteOfLinesIsOneTextWithoutItsLastLineFeed() {
    let editor = edited("say: \u{1b}[200~one\r\ntwo\n\n\u{1b}[201~!")
    #expect(editor.string == "say: one\ntwo!")
    #expect(edited("a\u{1b}[200~\n\n\u{1b}[201~").string == "a")
  }

  @Test func theLinesBeforeComeBack() {
    var editor = edited("first")
    #expect(taken(&editor) == "first")
    editor = edited("second", in: editor)
    #expect(taken(&editor) == "second")
    editor = edited("unfinished", in: editor)
    #expect(pressed(&editor) { $0.recall(older: true) } && editor.string == "second")
    #expect(pressed(&editor) { $0.recall(older: true) } && editor.string == "first")
    #expect(pressed(&editor) { !$0.recall(older: true) })
    #expect(pressed(&editor) { $0.recall(older: false) } && editor.string == "second")
    #expect(pressed(&editor) { $0.recall(older: false) } && editor.string == "unfinished")
    #expect(pressed(&editor) { !$0.recall(older: false) })
  }

  @Test func itIsFullAtSomePoint() {
    var editor = LineEditor()
    editor.replace(0..<0, with: String(repeating: "x", count: LineEditor.capacity - 1))
    #expect(pressed(&editor) { $0.edit(.text("y")) })
    #expect(pressed(&editor) { !$0.edit(.text("z")) })
    #expect(editor.byteCount == LineEditor.capacity)
  }

  /// Whatever is pressed, the cursor stays in the text and the count is right.
  @Test func anyKeys() {
    var generator = SeededGenerator(seed: 7)
    let scalars: [Unicode.Scalar] = ["a", " ", "\u{301}", "日", "👨", "\u{200d}", "🇩", "🇪", "\u{202e}", "\n"]
    let others: [Key] = [
      .backspace, .delete, .left, .right, .home, .end, .wordLeft, .wordRight, .deleteWordLeft, .deleteWordRight, .lineFeed, .control("k"), .control("u"),
      .control("w"), .control("y"), .control("t"), .pasteEnd,
    ]
    var editor = LineEditor()
    for _ in 0..<5000 {
      let choice = Int.random(in: 0..<40, using: &generator)
      if choice < 10 {
        _ = editor.edit(.text(scalars[choice]))
      } else if choice < 15 {
        _ = editor.edit(.pasted(scalars[Int.random(in: 0..<10, using: &generator)]))
      } else {
        _ = editor.edit(others[choice % others.count])
      }
      #expect((0...editor.text.count).contains(editor.cursor))
      #expect(editor.byteCount == editor.string.utf8.count)
      #expect(Array(editor.string).count <= editor.text.count)
      if editor.byteCount > 2000 { editor.clear() }
    }
  }
}

/// The same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }
}
