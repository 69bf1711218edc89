import Foundation
import S2WMPFuzz
import Testing

@Suite("The folder of a report")
struct ReportFolderTests {
  private func inTemporaryFolder(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "s2wmp-report-\(UUID().uuidString)").path(percentEncoded: false)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  @Test func everythingIsThereAndNothingElse() throws {
    try inTemporaryFolder { path in
      let folder = try ReportFolder(path + "/deep/out")
      try ReportWriter.write(SampleReport.make(), to: folder) { finding, file in
        try "capture \(finding.number)".write(toFile: file, atomically: false, encoding: .utf8)
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      let crash = FindingName.of("../etc/\(SampleReport.hostile)", .crash)
      #expect(
        names == [
          "6.1-5.hash.accepted-malformed.keys", "6.1-5.hash.accepted-malformed.pcap", "6.1-5.hash.accepted-malformed.s2case", "junit.xml", "report.html",
          "report.json", "report.sarif", "\(crash).pcap", "\(crash).s2case",
        ])
      let secrets = try FileManager.default.attributesOfItem(atPath: folder.path + "/6.1-5.hash.accepted-malformed.keys")
      #expect(secrets[.posixPermissions] as? Int == 0o600)
      let saved = try Data(contentsOf: URL(filePath: folder.path + "/6.1-5.hash.accepted-malformed.s2case"))
      #expect(try CaseFile(text: Array(saved)).kind == .acceptedMalformed)
      // A second run takes the place of the first.
      try ReportWriter.write(SampleReport.make(), to: folder) { _, _ in }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == names.count)
    }
  }

  @Test func whatCannotBeWrittenIsOneSentence() throws {
    try inTemporaryFolder { path in
      _ = try ReportFolder(path)
      try "x".write(toFile: path + "/file", atomically: false, encoding: .utf8)
      #expect(throws: ReportWriteError(path: path + "/file", code: ENOTDIR)) { try ReportFolder(path + "/file") }
      #expect(throws: ReportWriteError.self) { try ReportFolder(path + "/file/below") }
      #expect(throws: ReportWriteError.self) { try ReportFolder("/proc/nothing/here") }
      #expect(ReportWriteError(path: "a\u{7}b", code: ENOTDIR).description == "a\\u{7}b is no folder; name another one with --out")
      let folder = try ReportFolder(path)
      try FileManager.default.createDirectory(atPath: path + "/report.json/x", withIntermediateDirectories: true)
      #expect(throws: ReportWriteError.self) { try folder.put("report.json", "{}") }
      #expect(try FileManager.default.contentsOfDirectory(atPath: path).sorted() == ["file", "report.json"])
    }
  }
}
