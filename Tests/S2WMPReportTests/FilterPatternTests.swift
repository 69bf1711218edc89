import Testing

@testable import S2WMPReport

@Suite("Display filter: patterns of matches")
struct FilterPatternTests {
  @Test(arguments: [
    ("", "abc", true), ("b", "abc", true), ("^b", "abc", false), ("c$", "abc", true), ("^abc$", "abc", true), ("^$", "", true), ("A", "abc", true),
    ("(?-i)A", "abc", false),
    ("(?i)A", "abc", true), ("a.c", "a\nc", false), ("a.c", "aéc", true), ("^.$", "é", true), ("^..$", "é", false), ("[a-c]+$", "xabc", true),
    ("^[^a-c]$", "d", true),
    ("[]]", "]", true), ("[^]]", "]", false), ("[a-]", "-", true), ("[\\d-]", "5", true), ("é", "É", false), ("[é-ü]", "ö", true), ("[^a]", "A", false),
    ("(?-i)[^a]", "A", true),
    ("\\d\\D\\w\\W\\s\\S", "1xa- z", true), ("a|b|cd", "cd", true), ("^(a|b)$", "ab", false), ("a*b", "b", true), ("^a+$", "aaa", true), ("^a?$", "aa", false),
    ("^a{2}$", "aa", true), ("^a{2}$", "aaa", false), ("^a{2,}$", "aaaa", true), ("^a{1,2}$", "aaa", false), ("^a{0}$", "", true),
    ("^(ab){2,3}c$", "ababc", true), ("a{", "a{", true),
    ("a{,2}", "a{,2}", true), ("a*?b", "aab", true), ("(?:ab)+", "abab", true), ("\\.", "a", false), ("\\.", ".", true), ("a\\tb", "a\tb", true),
    ("(|a)b", "b", true), ("()", "", true),
    ("^(a*)*$", "b", false), ("[[]", "[", true), ("x*", "", true), ("\\\\", "\\", true), ("[\\]]", "]", true), ("[A-z]", "_", true), ("^[\\W]$", "-", true),
  ])
  func matching(pattern: String, text: String, found: Bool) throws {
    #expect(try TextPattern(Array(pattern.utf8)).isFound(in: Array(text.utf8)) == found, "\(pattern) in \(text)")
  }

  @Test(arguments: [
    "(", ")", "a)", "[", "[a", "[^", "[]", "*", "a**", "a|*", "+a", "\\", "a{2", "a{3,2}", "[b-a]", "[\\d-z", "\\b", "\\q", "(?=a)", "(?<n>a)", "a{2}{3}*?*",
    "[a-\\d]",
  ])
  func refused(pattern: String) {
    #expect(throws: PatternError.self) { _ = try TextPattern(Array(pattern.utf8)) }
  }

  @Test("Stray bytes are characters of their own") func strayBytes() throws {
    #expect(try TextPattern(Array("^a.$".utf8)).isFound(in: [0x61, 0xff]))
    #expect(try TextPattern([0xff]).isFound(in: [0x61, 0xff]))
    #expect(try !TextPattern([0xfe]).isFound(in: [0x61, 0xff]))
    #expect(try TextPattern(Array("^[^a]{3}$".utf8)).isFound(in: [0xed, 0xa0, 0x80, 0xc3, 0xe2]))
  }
}
