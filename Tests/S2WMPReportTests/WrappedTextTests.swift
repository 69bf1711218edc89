import S2WMPReport
import Testing

@Suite("Wrapping of strangers' text") struct WrappedTextTests {
  private func rows(_ text: String, _ width: Int?, limit: Int = 200) -> [String] {
    WrappedText(untrusted: text.utf8, width: width, limit: limit).rows.map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  @Test func breaksBetweenWords() {
    #expect(rows("the quick brown fox", 10) == ["the quick", "brown fox"])
    #expect(rows("the quick brown fox", nil) == ["the quick brown fox"])
    #expect(rows("a  b", 10) == ["a  b"])
  }

  @Test func breaksLongWords() {
    #expect(rows("abcdefghijklmnopqrst", 8) == ["abcdefgh", "ijklmnop", "qrst"])
    #expect(rows("x abcdefghijkl", 8) == ["x", "abcdefgh", "ijkl"])
  }

  @Test func wideCharactersTakeTwoColumns() {
    #expect(rows("汉字汉字汉字", 8) == ["汉字汉字", "汉字"])
    #expect(WrappedText(untrusted: "👍👍👍👍👍".utf8, width: 9).rows.allSatisfy { $0.columns <= 9 })
  }

  @Test func lineFeedsBeginRows() {
    #expect(rows("one\ntwo\n\nfour", 20) == ["one", "two", "", "four"])
    #expect(rows("", 20) == [""])
  }

  @Test func nothingMovesTheCursor() {
    let text = rows("a\u{1b}[2Jb\rc\u{202e}d\u{0}e\t\\", nil).joined()
    #expect(text == "a\\u001b[2Jb\\u000dc\\u202ed\\u0000e\\u0009\\\\")
    #expect(rows("e\u{301}\u{301}\u{301}", nil) == ["e\u{301}\u{301}\\u0301"])
  }

  @Test func rowsAreLimited() {
    let wrapped = WrappedText(untrusted: String(repeating: "ab\n", count: 1000).utf8, width: 20, limit: 10)
    #expect(wrapped.rows.count == 10)
    #expect(wrapped.unshown == 3000 - 30)
  }

  @Test func ownWordsAreWrappedAsTheyAre() {
    let rows = WrappedText("a\\u001b  b – c … dddddddddd", width: 9).rows
    #expect(rows.map { String(decoding: $0.bytes, as: UTF8.self) } == ["a\\u001b", "b – c …", "ddddddddd", "d"])
    #expect(WrappedText(String(repeating: "ab ", count: 1000), width: 20).rows.count > 100)
    #expect(WrappedText("as long as it is", width: nil).rows.count == 1)
  }
}
