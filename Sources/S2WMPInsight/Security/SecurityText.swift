import S2WMPAnalysis
import S2WMPReport
import S2WMPWire

/// Security findings for people: severity, what was seen, the code with its frames, what to do.
public enum SecurityText {
  /// Columns before the message; on a terminal narrower than `narrow` the severity has a line of its own.
  private static let indent = 9
  private static let narrowIndent = 2
  private static let narrow = 40
  private static let framesShown = 8

  /// Lines with their line feeds.
  ///
  /// - width: columns of the terminal; nil: lines as long as they need to be.
  public static func append(_ findings: [SecurityFinding], width: Int? = nil, colour: Bool = false, to out: inout [UInt8]) {
    for finding in findings {
      var line = StyledText(colour: colour)
      line.styled(style(finding.severity)) { $0.append(finding.severity.name) }
      let isNarrow = width.map { $0 < narrow } ?? false
      let indent = isNarrow ? narrowIndent : indent
      if isNarrow { end(&line, to: &out) }
      line.pad(to: indent)
      let room = width.map { max(8, $0 - indent) }
      for (index, row) in wrapped(finding.message, room).enumerated() {
        if index > 0 { line.pad(to: indent) }
        line.append(row)
        end(&line, to: &out)
      }
      let evidence = "\(finding.code.name)  \(frames(finding))"
      for row in wrapped(evidence, room) + wrapped(finding.advice, room) {
        line.pad(to: indent)
        line.styled(.dim) { $0.append(row) }
        end(&line, to: &out)
      }
    }
  }

  /// `frames 4, 12, 20 and 31 more`.
  public static func frames(_ finding: SecurityFinding) -> String {
    let shown = finding.frames.prefix(framesShown).map(String.init)
    if shown.isEmpty { return "" }
    let rest = finding.frameCount - min(finding.frameCount, UInt64(shown.count))
    return "frame\(finding.frameCount == 1 ? "" : "s") \(SecurityWords.list(shown, limit: framesShown, more: rest))"
  }

  private static func end(_ line: inout StyledText, to out: inout [UInt8]) {
    out.append(contentsOf: line.bytes)
    out.append(0x0a)
    line.clear()
  }

  private static func style(_ severity: Severity) -> TextStyle? {
    switch severity {
    case .error: .bad
    case .warning: .warning
    case .note: .dim
    }
  }

  /// Words in rows; the words are the program's own, every character one column.
  static func wrapped(_ text: String, _ width: Int?) -> [String] {
    guard let width else { return [text] }
    var rows: [String] = []
    var row = ""
    for word in text.split(separator: " ") {
      if row.count + 1 + word.count > width && !row.isEmpty {
        rows.append(row)
        row = String(word)
      } else {
        row += row.isEmpty ? String(word) : " \(word)"
      }
      while row.count > width {
        rows.append(String(row.prefix(width)))
        row.removeFirst(width)
      }
    }
    return rows + [row]
  }
}

/// Security findings for programs.
public enum SecurityData {
  /// `[{"code": …, "severity": …, "message": …, "users": […], "frames": […], "frame_count": n, "advice": …}, …]`.
  public static func appendJSON(_ findings: [SecurityFinding], to out: inout [UInt8]) {
    out.append(contentsOf: "[".utf8)
    for (index, finding) in findings.enumerated() {
      if index > 0 { out.append(contentsOf: ",".utf8) }
      appendObject(finding, to: &out)
    }
    out.append(contentsOf: "]".utf8)
  }

  /// One object. Its texts are the program's own words, IDs and addresses: nothing in them needs an escape.
  public static func appendObject(_ finding: SecurityFinding, to out: inout [UInt8]) {
    let users = finding.users.map { "\"\($0.hex)\"" }.joined(separator: ",")
    let frames = finding.frames.map(String.init).joined(separator: ",")
    out.append(
      contentsOf: """
        {"code":"\(finding.code.name)","severity":"\(finding.severity.name)","message":"\(finding.message)","users":[\(users)],\
        "frames":[\(frames)],"frame_count":\(finding.frameCount),"advice":"\(finding.advice)"}
        """.utf8)
  }

  /// Titles of the columns of `rows`.
  public static let columns = ["code", "severity", "frame_count", "first_frame", "frames", "users", "message", "advice"]

  /// One row of cells a finding, without quotes; lists have spaces between their members.
  public static func row(_ finding: SecurityFinding) -> [String] {
    [
      finding.code.name, finding.severity.name, String(finding.frameCount), finding.frames.first.map(String.init) ?? "",
      finding.frames.map(String.init).joined(separator: " "), finding.users.map(\.hex).joined(separator: " "), finding.message, finding.advice,
    ]
  }
}
