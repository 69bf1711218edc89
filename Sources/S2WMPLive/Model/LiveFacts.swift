import S2WMPInsight
import S2WMPWire

/// What the panes beside the packets show: taken from the survey a few times a second.
public struct LiveFacts: Sendable {
  public private(set) var conversations: [ConversationFacts] = []
  public private(set) var conversationsLeftOut: UInt64 = 0
  public private(set) var users: [UserFacts] = []
  public private(set) var usersLeftOut: UInt64 = 0
  public private(set) var findings: [FindingCount] = []
  public private(set) var security: [SecurityFinding] = []
  /// The rows of each pane in their order.
  private var rows: [LivePane: [PaneItem]] = [:]

  public init() {}

  public init(_ survey: SurveyFacts, _ security: [SecurityFinding]) {
    conversations = survey.conversations
    conversationsLeftOut = survey.conversationsLeftOut
    users = survey.users
    usersLeftOut = survey.usersLeftOut
    findings = survey.findings
    self.security = security
    for pane in LivePane.allCases { rows[pane] = makeRows(pane) }
  }

  /// The rows of a pane, newest or most severe first.
  func items(_ pane: LivePane) -> [PaneItem] { rows[pane] ?? [] }
}

/// What the capture counted.
public struct LiveCounters: Sendable, Equatable {
  public var frames: UInt64 = 0
  /// By the kernel or the device: frames that nobody saw.
  public var lost: UInt64 = 0
  /// Packets that came faster than the screen could take them in, and were given up.
  public var skipped: UInt64 = 0

  public init() {}
}
