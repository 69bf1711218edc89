import S2WMPAnalysis
import S2WMPFlow
import S2WMPInsight
import S2WMPReport
import S2WMPWire

/// What a row of the panes beside the packets stands for; the cursor stays on it while rows move.
enum PaneItem: Hashable {
  case conversation(UInt32)
  case user(Identifier)
  case finding(ExpertCode)
  case security(SecurityCode, [Identifier])
}

extension LiveFacts {
  func makeRows(_ pane: LivePane) -> [PaneItem] {
    switch pane {
    case .packets, .detail: []
    case .conversations: conversations.reversed().map { .conversation($0.stream) }
    case .users: users.reversed().map { .user($0.id) }
    case .findings: findingItems
    }
  }

  private var findingItems: [PaneItem] {
    let expert = findings.map { (severity: $0.code.severity, item: PaneItem.finding($0.code)) }
    let others = security.map { (severity: $0.severity, item: PaneItem.security($0.code, $0.users)) }
    return Severity.allCases.reversed().flatMap { severity in (others + expert).filter { $0.severity == severity }.map(\.item) }
  }

  /// A filter for what a row stands for, in the display filter's language.
  func filterText(for item: PaneItem) -> String? {
    switch item {
    case .conversation(let stream): "stream == \(stream)"
    case .user(let id): "id == \(id.hex)"
    case .finding(let code): "expert == \(code.name)"
    case .security:
      finding(item).flatMap { $0.frames.isEmpty ? nil : "frame in {\($0.frames.map { "\($0)" }.joined(separator: ", "))}" }
    }
  }

  /// What there is to say about a row when it is chosen.
  func explanation(of item: PaneItem) -> String? {
    switch item {
    case .conversation, .user: nil
    case .finding(let code): "\(code.name): \(code.meaning)."
    case .security: finding(item).map { "\($0.code.name): \($0.message). \($0.advice)" }
    }
  }

  /// The security finding of a row.
  func finding(_ item: PaneItem) -> SecurityFinding? {
    guard case .security(let code, let users) = item else { return nil }
    return security.first { $0.code == code && $0.users == users }
  }
}
