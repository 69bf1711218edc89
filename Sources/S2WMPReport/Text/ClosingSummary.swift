import S2WMPAnalysis

/// The line after the last packet: `24 packets, 2 conversations, 1 warning (…)`.
public struct ClosingSummary: Sendable {
  public var packets: UInt64 = 0
  public var malformed: UInt64 = 0
  public var errors: UInt64 = 0
  public var warnings: UInt64 = 0
  public var notes: UInt64 = 0

  public init() {}

  /// Counts a packet that was shown.
  public mutating func count(_ packet: Dissection) {
    if packet.layout == nil { malformed += 1 } else { packets += 1 }
    let findings = packet.findings
    if findings.isEmpty { return }
    for code in findings.codes {
      switch code.severity {
      case .error: errors += 1
      case .warning: warnings += 1
      case .note: notes += 1
      }
    }
  }

  /// - hint: a command that shows the findings alone; given when there are any.
  public func text(conversations: Int, hint: String? = nil) -> String {
    var parts = [counted(packets, "packet"), counted(conversations, "conversation")]
    if malformed > 0 { parts.append("\(malformed) malformed") }
    if errors > 0 { parts.append(counted(errors, "error")) }
    if warnings > 0 { parts.append(counted(warnings, "warning")) }
    let line = parts.joined(separator: ", ")
    guard let hint, errors + warnings > 0 else { return line }
    return "\(line) (\(hint))"
  }
}
