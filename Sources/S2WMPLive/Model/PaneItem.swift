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
  /// By its place in the list of security findings, which only grows.
  case security(Int)
}

extension LiveFacts {
  /// The rows of a pane, newest or most severe first.
  func items(_ pane: LivePane) -> [PaneItem] {
    switch pane {
    case .packets, .detail: []
    case .conversations: conversations.reversed().map { .conversation($0.stream) }
    case .users: users.reversed().map { .user($0.id) }
    case .findings: findingItems
    }
  }

  private var findingItems: [PaneItem] {
    let expert = findings.map { (severity: $0.code.severity, item: PaneItem.finding($0.code)) }
    let others = security.enumerated().map { (severity: $1.severity, item: PaneItem.security($0)) }
    return Severity.allCases.reversed().flatMap { severity in (others + expert).filter { $0.severity == severity }.map(\.item) }
  }

  /// A filter for what a row stands for, in the display filter's language.
  func filterText(for item: PaneItem) -> String? {
    switch item {
    case .conversation(let stream): "stream == \(stream)"
    case .user(let id): "id == \(id.hex)"
    case .finding(let code): "expert == \(code.name)"
    case .security(let index) where security.indices.contains(index) && !security[index].frames.isEmpty:
      "frame in {\(security[index].frames.map { "\($0)" }.joined(separator: ", "))}"
    case .security: nil
    }
  }

  /// What there is to say about a row when it is chosen.
  func explanation(of item: PaneItem) -> String? {
    switch item {
    case .conversation, .user: nil
    case .finding(let code): "\(code.name): \(code.meaning)."
    case .security(let index):
      security.indices.contains(index) ? "\(security[index].code.rawValue): \(security[index].message). \(security[index].code.advice)" : nil
    }
  }
}
