import Foundation
import FoundationXML
import S2WMPFuzz
import S2WMPWire
import Testing

/// Counts the elements of a document; nil when it is not well formed.
final class ElementCounter: NSObject, XMLParserDelegate {
  private(set) var elements: [String: Int] = [:]
  private(set) var attributes: [String: [String: String]] = [:]
  private(set) var text = ""

  static func parse(_ text: String) -> ElementCounter? {
    let counter = ElementCounter()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = counter
    return parser.parse() ? counter : nil
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?, attributes found: [String: String] = [:]
  ) {
    elements[name, default: 0] += 1
    if attributes[name] == nil { attributes[name] = found }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}

@Suite("Report formats")
struct ReportFormatTests {
  private let report = SampleReport.make()

  private func object(_ text: String) throws -> [String: Any] {
    let parsed = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    return try #require(parsed)
  }

  @Test func jsonHasWhatOthersRead() throws {
    let text = JSONReport.text(report)
    let json = try object(text)
    #expect(
      Array(json.keys).sorted() == [
        "cases", "cases_per_second", "dialect", "duration_seconds", "findings", "requirements", "seed", "started", "suite", "target",
      ])
    #expect(json["seed"] as? Int == 9_120_447 && json["duration_seconds"] as? Double == 31.247 && json["started"] as? String == "2026-11-24T13:42:01.123Z")
    let requirements = try #require(json["requirements"] as? [[String: Any]])
    #expect(requirements.map { $0["status"] as? String } == ["skip", "pass", "fail", "error", "fail"])
    #expect(requirements[0]["reason"] as? String == "the target denied the chat request" && requirements[1]["reason"] == nil)
    #expect(requirements[2]["section"] as? String == "6.1")
    let finding = try #require((json["findings"] as? [[String: Any]])?.first)
    #expect(finding["id"] as? String == "6.1-5.hash.accepted-malformed" && finding["kind"] as? String == "accepted-malformed")
    #expect(finding["received"] as? String == Hex.string(SampleReport.exchange.received))
    #expect((finding["sent"] as? [String])?.count == 2)
    #expect((finding["minimized"] as? [String])?.first == Hex.string(SampleReport.message))
    #expect((finding["minimized"] as? [String])?.count == 2)
    let text2 = try #require(finding["case"] as? String)
    #expect(try CaseFile(text: Array(text2.utf8)).cases == SampleReport.wrongHash.minimized)
    #expect(JSONReport.text(SampleReport.make()) == text)
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x202e })
  }

  @Test func outcomesInJSON() throws {
    let findings = try #require(try object(JSONReport.text(report))["findings"] as? [[String: Any]])
    let owed = try #require(findings[0]["expected"] as? [String: Any])
    #expect(owed["ack"] as? Int == 0 && owed["error"] as? Int == 2 && owed["connection"] as? String == "open")
    #expect((findings[1]["expected"] as? [String: Any])?["silence"] as? Bool == true)
    #expect((findings[1]["observed"] as? [String: Any])?["other"] as? String == SampleReport.hostile)
    #expect(findings[1]["minimized"] as? [String] == ["00ff"])
  }

  @Test func outcomesInWords() {
    #expect(Outcome.acknowledgement(ack: 0, error: 2, .open).text() == "ACK 0, error 2 (hash didn't match); connection open")
    #expect(Outcome.acknowledgement(ack: 1, error: 0, .reset).text() == "ACK 1, error 0; connection reset")
    #expect(Outcome.reply("CRR", status: 3).text() == "CRR with status 3 (invalid user ID)")
    #expect(Outcome.reply("RREG", status: 1).text(.legacy) == "RREG with status 1 (ID collision)")
    #expect(Outcome.reply("XX", status: 9).text() == "XX with status 9")
    #expect(Outcome.silence.text() == "no answer")
  }

  @Test func junitIsWellFormed() throws {
    let text = JUnitReport.text(report)
    let xml = try #require(ElementCounter.parse(text), "\(text)")
    #expect(xml.elements["testsuite"] == 3 && xml.elements["testcase"] == 5)
    #expect(xml.elements["failure"] == 2 && xml.elements["skipped"] == 1 && xml.elements["error"] == 1)
    #expect(xml.attributes["testsuites"]?["tests"] == "5" && xml.attributes["testsuites"]?["failures"] == "2")
    #expect(xml.attributes["testsuites"]?["time"] == "31.247")
    #expect(xml.attributes["testcase"]?["name"] == "4/2.stall a stall inside a packet is error 3, then closed")
    #expect(xml.text.contains("owed     ACK 0, error 2 (hash didn't match); connection open"))
    #expect(xml.text.contains("s2wmp replay 6.1-5.hash.accepted-malformed.s2case 127.0.0.1:5000"))
  }

  @Test func sarifHasRulesAndResults() throws {
    let json = try object(SARIFReport.text(report))
    #expect(json["version"] as? String == "2.1.0")
    let run = try #require((json["runs"] as? [[String: Any]])?.first)
    let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
    let rules = try #require(driver["rules"] as? [[String: Any]])
    let results = try #require(run["results"] as? [[String: Any]])
    #expect(driver["name"] as? String == "s2wmp" && rules.count == 5 && results.count == 2)
    for result in results {
      let index = try #require(result["ruleIndex"] as? Int)
      #expect(rules[index]["id"] as? String == result["ruleId"] as? String)
      #expect(result["level"] as? String == "error")
    }
    #expect((results[0]["partialFingerprints"] as? [String: String])?.values.first == "6.1/5.hash:accepted-malformed")
    let place = ((results[0]["locations"] as? [[String: Any]])?.first?["physicalLocation"] as? [String: Any])
    #expect((place?["artifactLocation"] as? [String: Any])?["uri"] as? String == "6.1-5.hash.accepted-malformed.s2case")
    #expect((place?["region"] as? [String: Any])?["startLine"] as? Int == 14)
  }

  @Test func thePageIsWellFormedAndEscaped() throws {
    let text = HTMLReport.text(report)
    let page = try #require(ElementCounter.parse(text))
    #expect(page.elements["script"] == nil && page.elements["article"] == 2 && page.elements["img"] == nil && page.elements["link"] == nil)
    #expect(page.elements["mark"] == 3)
    #expect(page.text.contains("</pre><script>alert(1)</script>\"'&\\u{7}\\u{202e}\\u{1b}[31m\\é"))
    #expect(!text.contains("<script") && !text.contains("http:") && !text.contains("https:"))
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x202e })
    #expect(page.text.contains("7f3a…c1d0 → 22be…0914  online  150 bytes"))
    #expect(page.text.contains("part of M") && page.text.contains("ACK"))
  }

  @Test func anEmptyReportIsAReport() throws {
    var empty = report
    (empty.findings, empty.requirements, empty.suite, empty.durationSeconds, empty.cases) = ([], [], "", 0, 0)
    #expect(ElementCounter.parse(HTMLReport.text(empty)) != nil)
    #expect(ElementCounter.parse(JUnitReport.text(empty)) != nil)
    #expect(try object(SARIFReport.text(empty))["runs"] != nil)
    #expect(try object(JSONReport.text(empty))["suite"] is NSNull)
  }

  @Test func namesOfFilesAreHarmlessAndDifferent() throws {
    #expect(FindingName.of("6.1/5.hash", .wrongError) == "6.1-5.hash.wrong-error")
    #expect(FindingName.of("../../etc/passwd", .crash) == "x..-..-etc-passwd.crash")
    #expect(FindingName.of("", .crash) == "x.crash" && FindingName.of("-rf", .slow) == "x-rf.slow")
    var twice = report
    twice.findings = [SampleReport.wrongHash, SampleReport.wrongHash]
    #expect(ReportWriter.caseFileNames(twice) == ["6.1-5.hash.accepted-malformed.s2case", "6.1-5.hash.accepted-malformed.2.s2case"])
  }

  @Test func aFloodIsCutShort() throws {
    var flooded = report
    let flood = [[UInt8]](repeating: SampleReport.acknowledgement, count: 20_000).flatMap { $0 }
    flooded.findings[0].exchange.received = flood
    flooded.findings[0].exchange.entries = (0..<5000).map { .init(at: UInt64($0), connection: 0, .received($0 * 112..<($0 + 1) * 112)) }
    flooded.findings[0].exchange.entries[0].what = .received(0..<flood.count)
    flooded.findings[0].minimized = [Case](repeating: Case([.await]), count: 5000)
    let text = HTMLReport.text(flooded)
    #expect(text.utf8.count < 200_000 && text.contains("… 20000 in all") && text.contains("… 4940 more") && text.contains(" more lines"))
    #expect(ElementCounter.parse(text) != nil)
  }
}
