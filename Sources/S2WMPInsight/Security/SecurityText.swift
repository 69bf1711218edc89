import S2WMPAnalysis
import S2WMPReport
import S2WMPWire

/// Security findings for people: severity, what was seen, the code with its frames, what to do.
public enum SecurityText {
  /// Below this many columns the severity stands on a line of its own.
  private static let narrow = 50
  private static let framesShown = 8

  /// Lines with their line feeds.
  ///
  /// - width: columns of the terminal; nil: lines as long as they need to be.
  public static func append(_ findings: [SecurityFinding], width: Int? = nil, colour: Bool = false, to out: inout [UInt8]) {
    let isNarrow = (width ?? .max) < narrow
    let indent = isNarrow ? 2 : 9
    let room = width.map { max(8, $0 - indent) }
    for finding in findings {
      var line = StyledText(colour: colour)
      line.styled(style(finding.severity)) { $0.append(finding.severity.name) }
      if isNarrow { end(&line, to: &out) }
      append(WrappedText(finding.message, width: room).rows, nil, indent, &line, to: &out)
      let evidence = "\(finding.code.name)  \(frames(finding))"
      append([evidence, finding.advice].flatMap { WrappedText($0, width: room).rows }, .dim, indent, &line, to: &out)
    }
  }

  /// Rows under the indent.
  private static func append(_ rows: [StyledText], _ style: TextStyle?, _ indent: Int, _ line: inout StyledText, to out: inout [UInt8]) {
    for row in rows {
      line.pad(to: indent)
      line.styled(style) { $0.append(row) }
      end(&line, to: &out)
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
