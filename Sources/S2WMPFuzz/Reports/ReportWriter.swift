/// Writes everything that a run leaves behind.
public enum ReportWriter {
  /// `report.json`, `junit.xml`, `report.sarif`, `report.html`, and for each finding its `.s2case`, its `.pcap`, and `.keys` when secrets are known.
  ///
  /// - capture: writes the exchange of a finding to a path as a capture.
  public static func write(_ report: RunReport, to folder: ReportFolder, capture: (Finding, String) throws -> Void) throws {
    for named in report.namedFindings {
      try folder.put("\(named.name).s2case", report.caseText(named))
      try folder.put("\(named.name).pcap") { try capture(named.finding, $0) }
      let secrets = named.finding.exchange.keyLog
      if !secrets.isEmpty { try folder.put("\(named.name).keys", secrets.map { $0 + "\n" }.joined(), isPrivate: true) }
    }
    try folder.put("report.json", JSONReport.text(report))
    try folder.put("junit.xml", JUnitReport.text(report))
    try folder.put("report.sarif", SARIFReport.text(report))
    try folder.put("report.html", HTMLReport.text(report))
  }

  /// The name of the file that a finding is saved in, for the command line's table.
  public static func caseFileNames(_ report: RunReport) -> [String] { report.namedFindings.map { "\($0.name).s2case" } }
}
