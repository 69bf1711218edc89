import Foundation
import S2WMPAnalysis
import S2WMPInsight
import S2WMPReport
import S2WMPWire
import Testing

@Suite("Security findings as text and data") struct SecurityTextTests {
  private func text(_ findings: [SecurityFinding], width: Int?) -> [Substring] {
    var out: [UInt8] = []
    SecurityText.append(findings, width: width, to: &out)
    return String(decoding: out, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
  }

  @Test func linesFitTheTerminal() throws {
    let findings = try SecurityScene.findings("lan-chat.pcap") + SecurityScene.findings("security-ban.pcap")
    for width in [20, 40, 60, 80, 132] {
      let lines = text(findings, width: width)
      #expect(lines.allSatisfy { $0.count <= width }, "\(lines.filter { $0.count > width })")
    }
    let lines = text(findings, width: nil)
    #expect(lines.count == findings.count * 3 + 1)
    #expect(lines[0].hasPrefix("warning  messages of a44c…76a6 came again from 10.0.0.66"))
    #expect(lines[1] == "         security.replay  frames 22 and 59")
  }

  @Test func framesThatAreLeftOutAreCounted() {
    let many = SecurityFinding(
      code: .friendList, severity: .note, message: "", users: [], frames: Array(1...64), frameCount: 100)
    #expect(SecurityText.frames(many) == "frames 1, 2, 3, 4, 5, 6, 7, 8 and 92 more")
    let one = SecurityFinding(code: .friendList, severity: .note, message: "", users: [], frames: [7], frameCount: 1)
    #expect(SecurityText.frames(one) == "frame 7")
  }

  @Test func jsonIsJSON() throws {
    let findings = try SecurityScene.findings("security-false-id.pcap")
    var out: [UInt8] = []
    SecurityData.appendJSON(findings, to: &out)
    let array = try #require(try JSONSerialization.jsonObject(with: Data(out)) as? [[String: Any]])
    #expect(array.count == 3)
    #expect(array.first?["code"] as? String == "security.key_substitution")
    #expect(array.first?["severity"] as? String == "error")
    #expect(array.first?["frames"] as? [Int] == [4, 14])
    #expect(array.first?["users"] as? [String] == findings.first?.users.map(\.hex))
    for finding in findings { #expect(SecurityData.row(finding).count == SecurityData.columns.count) }
  }

  /// Every code is in the documentation, with its severity and advice.
  @Test(arguments: SecurityCode.allCases) func documented(_ code: SecurityCode) throws {
    let page = try String(contentsOf: SecurityScene.fixtures.deletingLastPathComponent().appending(path: "Documentation/Security.md"), encoding: .utf8)
    let heading = "### `\(code.name)`"
    let section = try #require(page.range(of: heading).map { page[$0.upperBound...].components(separatedBy: "\n### ")[0] }, "\(code.name) is missing")
    #expect(section.contains("**\(code.severity.name)**"))
    #expect(section.contains(code.meaning))
    #expect(section.contains(code.advice))
  }
}
