import S2WMPAnalysis
import S2WMPWire
import Testing

@testable import S2WMPReport

@Suite("Names from strangers")
struct NameBookTests {
  private func shown(_ id: Identifier, _ claims: [(Identifier, String)]) -> String {
    var book = NameBook()
    for (id, name) in claims { book.learn(id, Array(name.utf8)) }
    var out = StyledText(colour: false)
    out.append(user: id, book, TextOptions())
    return String(decoding: out.bytes, as: UTF8.self)
  }

  @Test("a name that two IDs claim shows both IDs from then on")
  func contested() {
    let claims = [(SampleIDs.alice, "alice"), (SampleIDs.mallory, "alice")]
    #expect(shown(SampleIDs.alice, claims) == "alice 7f3a…c1d0")
    #expect(shown(SampleIDs.mallory, claims) == "alice 6666…6666")
  }

  @Test("so does one that only looks the same", arguments: ["Alice", "aIice", "a1ice", "alice ", "a|ice", "a.lice"])
  func lookalike(_ name: String) {
    #expect(shown(SampleIDs.alice, [(SampleIDs.alice, "alice"), (SampleIDs.mallory, name)]) == "alice 7f3a…c1d0")
  }

  @Test("an ID with a second name keeps the first, and is shown")
  func renamed() {
    #expect(shown(SampleIDs.alice, [(SampleIDs.alice, "alice"), (SampleIDs.alice, "mallory")]) == "alice 7f3a…c1d0")
    #expect(shown(SampleIDs.alice, [(SampleIDs.alice, "alice"), (SampleIDs.alice, "alice")]) == "alice")
  }

  @Test("a name outside ASCII never stands alone")
  func foreign() { #expect(shown(SampleIDs.alice, [(SampleIDs.alice, "аlice")]) == "\"аlice\" 7f3a…c1d0") }

  @Test("a name cannot pass for other parts of the line")
  func quoting() {
    func name(_ text: String) -> String {
      var out = StyledText(colour: false)
      out.append(name: Array(text.utf8))
      return String(decoding: out.bytes, as: UTF8.self)
    }
    #expect(name("bob_2.x-y") == "bob_2.x-y")
    #expect(name("bob  ! replay") == "\"bob  ! replay\"")
    #expect(name("10.0.0.9") == "\"10.0.0.9\"")
    #expect(name("someone") == "\"someone\"")
    #expect(name("a\" → b") == "\"a' → b\"")
    #expect(name("") == "\"\"")
    #expect(name(String(repeating: "a", count: 255)) == "\"\(String(repeating: "a", count: 23))…\"")
  }

  @Test("nothing that moves the cursor, turns the text or hides gets to the terminal")
  func hostile() {
    let hostile = "\u{1b}[2J\r\n\u{8}\u{7f}\u{9b}\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}\u{ad}\u{e0041}\u{3164}\u{a0}x"
    var out = StyledText(colour: false)
    out.append(untrusted: Array(hostile.utf8))
    let text = String(decoding: out.bytes, as: UTF8.self)
    #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7f })
    #expect(text.hasPrefix("\\u001b[2J\\u000d\\u000a\\u0008\\u007f\\u009b\\u202e"))
    #expect(text.hasSuffix("\\u{e0041}\\u3164\\u00a0x"))
    #expect(out.columns == text.utf8.count)
  }

  @Test("marks do not pile up, wide characters count two columns, broken UTF-8 is replaced")
  func widths() {
    var out = StyledText(colour: false)
    out.append(untrusted: Array(("e" + String(repeating: "\u{301}", count: 3)).utf8))
    #expect(String(decoding: out.bytes, as: UTF8.self) == "e\u{301}\u{301}\\u0301")
    #expect(out.columns == 7)
    var wide = StyledText(colour: false)
    wide.append(untrusted: Array("日本".utf8))
    #expect(wide.columns == 4)
    var broken = StyledText(colour: false)
    broken.append(untrusted: [0x61, 0xff, 0xc3])
    #expect(String(decoding: broken.bytes, as: UTF8.self) == "a\u{fffd}\u{fffd}")
  }

  @Test("the book does not grow without bound")
  func bounded() {
    var book = NameBook(capacity: 10)
    for number in 0..<1000 { book.learn(Identifier(high: 1, low: UInt64(number)), Array("user\(number)".utf8)) }
    #expect(book.count == 10)
    #expect(book.name(of: Identifier(high: 1, low: 999)) == nil)
    #expect(book.name(of: Identifier(high: 1, low: 3))?.isDoubtful == false)
  }

  @Test("a broadcast that was cut does not make the whole name doubtful, in either order")
  func cut() {
    for isReversed in [false, true] {
      var book = NameBook()
      let learn: [(inout NameBook) -> Void] = [
        { $0.learn(SampleIDs.alice, Array("alexandra".utf8)) }, { $0.learn(SampleIDs.alice, Array("alexandr".utf8), isShort: true) },
      ]
      for step in isReversed ? learn.reversed() : learn { step(&book) }
      #expect(book.name(of: SampleIDs.alice)?.name == Array("alexandra".utf8))
      #expect(book.name(of: SampleIDs.alice)?.isDoubtful == false)
    }
  }

  @Test("packets teach names, but not when the ID is not the key's")
  func packets() throws {
    var book = NameBook()
    try introduction("alice", SampleIDs.alice).changed { $0.codes = [.idMismatch] }.dissect { book.learn(from: $0) }
    #expect(book.count == 0)
    try introduction("alice", SampleIDs.alice).dissect { book.learn(from: $0) }
    #expect(book.name(of: SampleIDs.alice)?.name == Array("alice".utf8))
  }
}
