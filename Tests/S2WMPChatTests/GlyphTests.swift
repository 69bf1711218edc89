import Foundation
import S2WMPReport
import Testing

@testable import S2WMPChat

/// Hidden by the C library's header unless a program asks for extensions.
@_silgen_name("wcwidth") private func columnsInCLibrary(_ scalar: Int32) -> Int32

@Suite("Text on the way to a terminal") struct GlyphTests {
  private func shown(_ text: String) -> String { text.map { Glyph($0).text }.joined() }

  @Test func whatMovesOrHidesIsNamed() {
    #expect(shown("a\u{1b}[31mb") == "a<U+001B>[31mb")
    #expect(shown("\u{7}\u{8}\u{7f}\u{9b}") == "<U+0007><U+0008><U+007F><U+009B>")
    #expect(shown("x\u{202e}y\u{2066}z") == "x<U+202E>y<U+2066>z")
    #expect(shown("\u{200b}\u{feff}\u{e0041}") == "<U+200B><U+FEFF><U+E0041>")
    #expect(shown("\u{2028}") == "<U+2028>")
    #expect(shown("C:\\path") == "C:\\path")
  }

  static let widths: [(Character, Int)] = [
    ("a", 1), ("é", 1), ("日", 2), ("한", 2), ("ｱ", 1), ("Ａ", 2), ("🎉", 2), ("☕", 2), ("❤️", 1), ("👍🏽", 2), ("👨‍👩‍👧", 6), ("🇩🇪", 2), ("\u{301}", 1), ("\t", 4),
    ("\u{3000}", 2), ("\u{a0}", 1), ("…", 1), ("✓", 1), ("\u{1100}\u{1161}", 2),
  ]

  @Test(arguments: widths) func width(character: Character, columns: Int) { #expect(Glyph(character).width == columns) }

  @Test func aCharacterOfAnyLengthIsBounded() {
    let zalgo = Glyph(Character("a" + String(repeating: "\u{301}", count: 50_000)))
    #expect(zalgo.width == 1)
    #expect(zalgo.text.unicodeScalars.count <= 4)
    let chain = Glyph(Character((0..<5000).map { _ in "👨" }.joined(separator: "\u{200d}")))
    #expect(chain.width <= 16)
  }

  @Test func namesStayOnOneRow() {
    #expect(Glyph.oneRow("bob\nalice", limit: 20) == "bob<LF>alice")
    #expect(Glyph.oneRow(String(repeating: "x", count: 300), limit: 10) == "xxxxxxxxx…")
    #expect(Glyph.oneRow("日本語日本語", limit: 5) == "日本…")
    #expect(Glyph.columns(of: Glyph.oneRow("\u{202e}\u{202e}", limit: 9)) <= 9)
  }

  /// Every scalar there is, alone and behind a letter: nothing that a terminal could take for a command.
  @Test func noScalarReachesTheTerminalThatShouldNot() {
    for value in (UInt32(0)...0x1_0fff).lazy.map({ $0 }) {
      guard let scalar = Unicode.Scalar(value), scalar != "\n" else { continue }
      for character in "a" + String(scalar) {
        for shown in Glyph(character).text.unicodeScalars where !SafeText.isHarmless(shown) && shown != "\\" {
          Issue.record("U+\(String(value, radix: 16)) shows as U+\(String(shown.value, radix: 16))")
        }
      }
    }
  }

  /// The widths are those that the C library gives in a UTF-8 locale, which terminals go by; those that it does not know are passed over.
  @Test func widthsAgreeWithTheCLibrary() throws {
    let locale = try #require(newlocale(Int32(1 << LC_CTYPE), "C.UTF-8", nil))
    let former = uselocale(locale)
    defer {
      uselocale(former)
      freelocale(locale)
    }
    var compared = 0
    var different: [String] = []
    for value in UInt32(0x20)...0x3ffff {
      guard let scalar = Unicode.Scalar(value), SafeText.isHarmless(scalar) else { continue }
      let expected = Int(columnsInCLibrary(Int32(bitPattern: value)))
      if expected < 0 { continue }
      compared += 1
      if expected != SafeText.width(of: scalar) { different.append(String(value, radix: 16)) }
    }
    #expect(compared > 100_000)
    // Marks that take a column here and none there, or are newer than one of the two.
    #expect(different.count < 300, "\(different.prefix(400).joined(separator: " "))")
  }
}

@Suite("Rows of a line") struct WrappingTests {
  private func rows(_ text: String, width: Int, indent: Int = 0) -> [String] {
    Wrapping.rows(of: ChatLine(text, indent: indent), width: width).map { $0.cells.map(\.glyph.text).joined() }
  }

  @Test func breaksBetweenWords() {
    #expect(rows("one two three four", width: 9) == ["one two", "three", "four"])
    #expect(rows("one two three", width: 9, indent: 2) == ["one two", "  three"])
  }

  @Test func breaksLongWordsWhereTheRowEnds() {
    #expect(rows("abcdefghijkl", width: 8) == ["abcdefgh", "ijkl"])
    #expect(rows("ab cdefghijklmnop", width: 8, indent: 2) == ["ab", "  cdefgh", "  ijklmn", "  op"])
  }

  @Test func aLongWordBehindWhoSpeaksBeginsBesideIt() {
    #expect(rows("bob  abcdefghijklmnop", width: 12, indent: 5) == ["bob  abcdefg", "     hijklmn", "     op"])
  }

  @Test func neverCutsAWideCharacter() {
    #expect(rows("日本語日本語", width: 9) == ["日本語日", "本語"])
    for row in Wrapping.rows(of: ChatLine("日本語 abc 日本語日本語 \u{202e}\u{202e} x", indent: 3), width: 10) { #expect(row.width <= 10) }
  }

  @Test func lineFeedsOfAMessageNeverReachTheLeftEdge() {
    #expect(
      rows("14:02   bob  one\n14:02 ✓ you  forged\n\nend", width: 40, indent: 13) == [
        "14:02   bob  one", "             14:02 ✓ you  forged", "", "             end",
      ])
  }

  @Test func aMessageOfLineFeedsAloneIsCut() {
    let rows = rows(String(repeating: "\n", count: 60_000), width: 40, indent: 4)
    #expect(rows.count == 201)
    #expect(rows.last == "    … and 59800 more characters")
  }

  @Test func noRowIsEverWiderThanItMayBe() {
    var generator = SeededGenerator(seed: 3)
    let pieces = ["a", " ", "日", "word", "\u{202e}", "👨‍👩‍👧", "\n", "e\u{301}", "        ", "longerwordthanarow", "\t"]
    for _ in 0..<2000 {
      let text = (0..<30).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &generator)] }.joined()
      let width = Int.random(in: 8..<40, using: &generator)
      for row in Wrapping.rows(of: ChatLine(text, indent: Int.random(in: 0..<40, using: &generator)), width: width) { #expect(row.width <= width) }
    }
  }
}
