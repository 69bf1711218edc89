import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// Tables of plain counts.
extension StatisticsTables {
  var summary: StatisticsTable {
    let found = { (severity: Severity) in facts.findings.filter { $0.code.severity == severity }.reduce(0 as UInt64) { $0 &+ $1.count } }
    let values: [(key: String, heading: String, cell: StatisticsCell)] = [
      ("packets", "packets", .number(facts.packets)), ("malformed", "malformed", .quiet(facts.malformed, .bad)),
      ("bytes", "bytes", .number(facts.bytes)), ("first_time", "first", .time(facts.firstTime)), ("last_time", "last", .time(facts.lastTime)),
      ("duration", "duration", duration(facts.firstTime, facts.lastTime)),
      ("conversations", "conversations", .number(UInt64(facts.conversations.count) &+ facts.conversationsLeftOut)),
      ("users", "users", .number(UInt64(facts.users.count) &+ facts.usersLeftOut)), ("errors", "errors", .quiet(found(.error), .bad)),
      ("warnings", "warnings", .quiet(found(.warning), .warning)), ("notes", "notes", .quiet(found(.note), nil)),
      ("decrypted", "decrypted", .quiet(facts.decrypted, nil)),
    ]
    return StatisticsTable(
      .summary, "Summary", values.map { StatisticsColumn($0.key, $0.heading) }, rows: [values.map(\.cell)], isSingle: true)
  }

  func duration(_ first: CaptureTime?, _ last: CaptureTime?) -> StatisticsCell {
    guard let first, let last else { return .none }
    return .duration(max(0, last.nanoseconds &- first.nanoseconds))
  }

  var types: StatisticsTable {
    let columns = [
      StatisticsColumn("dialect", "dialect"), StatisticsColumn("name", "type"), StatisticsColumn("title", nil),
      StatisticsColumn("packets", "packets"), StatisticsColumn(nil, "share", rank: 3), StatisticsColumn("bytes", "bytes"),
      StatisticsColumn(nil, "share", rank: 2), StatisticsColumn(nil, "", rank: 1, least: 12),
    ]
    let all = facts.packets &+ facts.malformed
    let most = facts.kinds.map(\.packets).max() ?? 1
    let rows: [[StatisticsCell]] = facts.kinds.map { kind in
      [
        .word(kind.dialect.name), .word(kind.name, kind.type == nil ? .bad : nil), .word(kind.type?.longName ?? "malformed"), .number(kind.packets),
        Self.share(kind.packets, of: all), .number(kind.bytes), Self.share(kind.bytes, of: facts.bytes), .bar(Double(kind.packets) / Double(most)),
      ]
    }
    return StatisticsTable(.types, "Packets by type", columns, rows: rows)
  }

  /// S2WMP §3.2.6.
  var acks: StatisticsTable {
    let columns = [
      StatisticsColumn("dialect", "dialect"), StatisticsColumn("error", "error"), StatisticsColumn("meaning", "meaning"),
      StatisticsColumn("count", "ACKs"), StatisticsColumn(nil, "share", rank: 3),
    ]
    let all = facts.acknowledgements.reduce(0 as UInt64) { $0 &+ $1.count }
    let rows: [[StatisticsCell]] = facts.acknowledgements.map { ack in
      let meaning = ack.error == 0 ? "none: accepted" : Codes.error.code(ack.error)?.text ?? "not defined"
      return [
        .word(ack.dialect.name), .number(UInt64(ack.error)), .word(meaning, ack.error == 0 ? nil : .bad), .number(ack.count),
        Self.share(ack.count, of: all),
      ]
    }
    return StatisticsTable(.acks, "ACKs by error", columns, rows: rows)
  }

  var findings: StatisticsTable {
    let columns = [
      StatisticsColumn("severity", "severity"), StatisticsColumn("code", "code"), StatisticsColumn("count", "count"),
      StatisticsColumn("meaning", "meaning", rank: 3, least: 20), StatisticsColumn("frames", "first frames", rank: 2, least: 12),
    ]
    let rows: [[StatisticsCell]] = facts.findings.map { finding in
      let severity = finding.code.severity
      return [
        .word(severity.name, severity == .note ? nil : TextStyle(severity)), .word(finding.code.name), .number(finding.count),
        .word(finding.code.meaning), frames(finding),
      ]
    }
    return StatisticsTable(.findings, "Findings", columns, rows: rows)
  }

  /// `22 48`; with several captures the number of the file stands before a frame, as in `1:22`.
  private func frames(_ finding: FindingCount) -> StatisticsCell {
    let cells = zip(finding.frames, finding.files).map { frame, file in
      let brief = facts.files.count > 1 ? StatisticsCell.word("\(file):\(frame)") : .number(frame)
      return StatisticsCell.object(brief, [("file", .number(UInt64(file))), ("frame", .number(frame))])
    }
    return .list(cells, " ")
  }
}
