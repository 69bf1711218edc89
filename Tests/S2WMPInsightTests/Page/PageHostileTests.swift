import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire
import Testing

@testable import S2WMPInsight

/// Names, messages and file names are written by strangers.
@Suite("Hostile pages") struct PageHostileTests {
  static let attacks = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "</title></style></script><h1>gone", "&lt;b&gt;&#60;i&#62;",
    "\u{1b}[31mred\u{1b}[0m", "a\u{0}b\u{7}c\r\n\td", "\u{202e}txt.exe\u{2066}", "x\u{200b}\u{feff}y\u{2028}z", "]]>", "<!--", "\\u{3c}script",
    "e\u{301}\u{301}\u{301}\u{301}",
    String(repeating: "A<", count: 120),
  ]

  /// What has no business in a page whoever wrote it.
  private func forbidden(_ page: String) -> [Unicode.Scalar] {
    page.unicodeScalars.filter {
      $0.value < 0x20 && $0 != "\n" || (0x7f...0x9f).contains($0.value) || "\u{200b}\u{feff}\u{2028}\u{202e}\u{2066}\u{2069}".unicodeScalars.contains($0)
    }
  }

  private func expectHarmless(_ page: String, _ attack: String) throws {
    let elements = try #require(PageElements.parse(page), "not well formed: \(attack.debugDescription)")
    #expect(elements.dangers.isEmpty, "\(attack.debugDescription)")
    #expect(elements.counts["script"] == 1 && elements.counts["style"] == 1 && elements.counts["h1"] == 1 && elements.counts["title"] ?? 0 >= 1)
    #expect(forbidden(page).isEmpty, "\(attack.debugDescription)")
  }

  @Test(arguments: attacks) func names(_ attack: String) throws {
    let name = Array(attack.utf8.prefix(255))
    let packets = try [
      PageSample.request(1, 2, name: name), PageSample.message(1, 2).with { $0.frame = 2 },
      PageSample(.userBroadcast, .legacy, ["user_id": PageSample.id(3), "name": .text(name)]).with { $0.frame = 3 },
      PageSample(
        .chatRequest, .legacy,
        ["status": .unsigned(1), "requestor_id": PageSample.id(4), "user_id": PageSample.id(5), "public_key": .bytes([1]), "name": .text(name)]
      )
      .with { $0.frame = 4 },
    ]
    let page = SamplePage.make(packets).text
    try expectHarmless(page, attack)
    // The name is there, only harmless.
    if attack.hasPrefix("<script>") { #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;")) }
  }

  @Test(arguments: attacks) func messagesAndFileNames(_ attack: String) throws {
    let opened = OpenedPacket(plaintext: Array(attack.utf8), isHashRight: true, client: nil, cipher: .aesGCM)
    let message = try PageSample.message(1, 2).with { $0.opened = opened }
    var page = SamplePage.make([message], file: attack)
    page.problem = "\(attack) is damaged"
    page.filter = "name == \"\(attack)\""
    try expectHarmless(page.text, attack)
  }

  @Test(arguments: attacks) func malformedBytesAndFindings(_ attack: String) throws {
    let run = PageSample(Array(attack.utf8)).with {
      $0.isMalformed = true
      $0.findings = Findings(.malformedVersion)
      $0.details = [FindingDetail(code: .malformedVersion, field: attack, message: attack)]
    }
    try expectHarmless(SamplePage.make([run]).text, attack)
  }

  @Test func bytesThatAreNoText() throws {
    let opened = OpenedPacket(plaintext: Array(0...255), isHashRight: false, client: nil, cipher: .aesGCM)
    let page = SamplePage.make([try PageSample.message(1, 2).with { $0.opened = opened }, PageSample([]).with { $0.isMalformed = true }]).text
    try expectHarmless(page, "all bytes")
  }

  /// The policy names the hashes of the very style and script that are in the page.
  @Test func policyFitsTheContent() throws {
    let page = SamplePage.make([try PageSample.message(1, 2)]).text
    for element in ["style", "script"] {
      let from = try #require(page.range(of: "<\(element)>")?.upperBound)
      let to = try #require(page.range(of: "</\(element)>")?.lowerBound)
      #expect(page.contains("\(element)-src '\(PageFrame.hash(String(page[from..<to])))'"))
    }
    #expect(page.contains("default-src 'none'"))
    #expect(!page.contains("unsafe"))
  }
}
