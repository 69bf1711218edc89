import S2WMPFlow
import S2WMPWire

/// What came of an instance.
public struct Observation: Sendable {
  /// All bytes of replies, in order of arrival.
  public var received: [UInt8] = []
  /// Where each reply stands in `received`. Packets that are no replies (the target's own M, SC, IC, CR) are answered by the runner and left out.
  public var replies: [Reply] = []
  /// By connection number.
  public var endings: [Ending] = []
  /// Whether a wait ended by time.
  public var isLate = false
  /// The target's process ended, or nothing listens any more. The exit status or signal, for people.
  public var death: String?
  /// Nanoseconds from the first byte sent to the last reply.
  public var duration: UInt64 = 0
  /// What the target said it delivered or applied, when it can be heard.
  public var heard: [HeardEvent] = []
  /// Where we were seen to send from, for each source that was used. May be left empty.
  public var places: [Place] = []

  public init() {}

  /// Empties it, keeping storage.
  public mutating func reset() {
    received.removeAll(keepingCapacity: true)
    replies.removeAll(keepingCapacity: true)
    endings.removeAll(keepingCapacity: true)
    heard.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
    (isLate, death, duration) = (false, nil, 0)
  }
}

/// One of our source addresses as the target sees it.
public struct Place: Hashable, Sendable {
  /// Its number.
  public var source: Int
  /// The port is that of its datagrams; 0 when it sent none.
  public var endpoint: Endpoint

  public init(source: Int, endpoint: Endpoint) {
    self.source = source
    self.endpoint = endpoint
  }
}

public struct Reply: Hashable, Sendable {
  public var range: Range<Int>
  /// -1: a datagram.
  public var connection: Int
  /// Nanoseconds since the first byte was sent.
  public var at: UInt64
  /// The bytes frame no packet.
  public var isGarbage: Bool

  public init(range: Range<Int>, connection: Int, at: UInt64, isGarbage: Bool) {
    self.range = range
    self.connection = connection
    self.at = at
    self.isGarbage = isGarbage
  }
}

/// How a connection stands at the end of a run.
public enum Ending: String, Hashable, Sendable {
  case open, closed, reset
  /// Never opened: refused, or no answer.
  case refused
}

/// What a target tells its user, as far as it matters here.
public enum HeardEvent: Hashable, Sendable {
  case message(from: Identifier, datetime: UInt64)
  case status(of: Identifier, UserStatusCode)
}
