import S2WMPWire

/// A message of a conversation as it is kept.
public struct HistoryEntry: Hashable, Sendable {
  public enum Direction: Hashable, Sendable { case sent, received }

  /// What became of it.
  public enum State: Hashable, Sendable {
    case waiting
    /// Received messages always are: only what was accepted is kept.
    case acknowledged
    /// With the ACK's error.
    case rejected(UInt8)
    case givenUp
  }

  public var direction: Direction
  /// As in the packet: with the sender it names the message.
  public var datetime: UInt64
  public var text: String
  public var state: State
  /// When it was sent or arrived by this machine's clock, in milliseconds since 1970.
  public var time: UInt64
}
