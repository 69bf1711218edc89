import S2WMPInsight
import S2WMPWire

/// What the panes beside the packets show: taken from the survey a few times a second.
public struct LiveFacts: Sendable {
  public var conversations: [ConversationFacts] = []
  public var conversationsLeftOut: UInt64 = 0
  public var users: [UserFacts] = []
  public var usersLeftOut: UInt64 = 0
  public var findings: [FindingCount] = []
  public var security: [SecurityFinding] = []

  public init() {}
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
