import S2WMPAnalysis
import S2WMPReport
import S2WMPWire

/// Weaknesses that the traffic shows (S2WMP §6), and what to do about them.
extension StatisticsTables {
  /// For JSON and CSV; as text each finding takes several lines.
  var security: StatisticsTable {
    let columns = [
      StatisticsColumn("severity", "severity"), StatisticsColumn("code", "code"), fileColumn, StatisticsColumn("frame_count", "frames"),
      StatisticsColumn("frames", nil), StatisticsColumn("users", nil), StatisticsColumn("message", "what", least: 20), StatisticsColumn("advice", nil),
    ]
    let rows: [[StatisticsCell]] = facts.security.map { index, finding in
      [
        .word(finding.severity.name, TextStyle(finding.severity)), .word(finding.code.name, nil), file(index), .number(finding.frameCount),
        .list(finding.frames.map { .number($0) }, " "), .list(finding.users.map { .id($0) }, " "), .word(finding.message, nil), .word(finding.advice, nil),
      ]
    }
    return StatisticsTable(.security, "Security", columns, rows: rows)
  }
}

extension StatisticsText {
  /// Severity and what was seen, the code with its frames, the advice; indented by two columns.
  static func security(_ facts: SurveyFacts, _ options: TextOptions) -> [UInt8] {
    var lines: [UInt8] = []
    for (index, finding) in facts.security {
      var finding = finding
      if facts.files.count > 1 { finding.message = "file \(index): " + finding.message }
      SecurityText.append([finding], width: options.width.map { $0 - 2 }, colour: options.hasColour, to: &lines)
    }
    return lines.split(separator: 0x0a).flatMap { [0x20, 0x20] + $0 + [0x0a] }
  }
}
