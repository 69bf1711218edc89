/// Names one message of ours on its way, in this session.
public struct MessageKey: Hashable, Sendable {
  var number: UInt64
}

/// What became of a message of ours.
public enum DeliveryMark: Hashable, Sendable {
  /// On its way, no answer yet.
  case sent
  /// It could not be delivered and is sent again later.
  case waiting
  case acknowledged
  /// Rejected by the other side, or given up.
  case rejected

  public var symbol: String {
    switch self {
    case .sent: "…"
    case .waiting: "~"
    case .acknowledged: "✓"
    case .rejected: "✗"
    }
  }

  var style: ChatStyle {
    switch self {
    case .sent, .acknowledged: .dim
    case .waiting: .warning
    case .rejected: .bad
    }
  }

  /// Column of the mark in a line of the transcript: behind `14:02 `.
  static let column = 6
}
