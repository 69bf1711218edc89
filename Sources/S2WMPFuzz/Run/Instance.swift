import S2WMPWire

/// A case made concrete by a session: bytes to send, and what is owed for them. Made anew for every run, its storage used again.
public struct Instance: Sendable {
  /// All bytes of all packets, back to back.
  public var buffer: [UInt8] = []
  public var actions: [Action] = []
  /// What is owed, in order for each connection.
  public var expected: [ExpectedReply] = []
  /// What was sent, packet by packet, for reports.
  public var packets: [SentPacket] = []
  /// What may become of each connection, by number.
  public var fates: [Fate] = []
  public var isFresh = false

  public init() {}

  /// Empties it, keeping storage.
  public mutating func reset() {
    buffer.removeAll(keepingCapacity: true)
    actions.removeAll(keepingCapacity: true)
    expected.removeAll(keepingCapacity: true)
    packets.removeAll(keepingCapacity: true)
    fates.removeAll(keepingCapacity: true)
    isFresh = false
  }
}

/// What a runner does, in order.
public enum Action: Hashable, Sendable {
  /// Those bytes of the buffer in one write on that connection, opened if it is not open.
  case send(Range<Int>, connection: Int)
  /// Wait until that many replies in all have come on the connection, or it ended, or the patience is over.
  case awaitReplies(Int, connection: Int, Patience)
  /// Wait for the other side's FIN or reset.
  case awaitEnd(connection: Int)
  /// FIN.
  case end(connection: Int)
  /// Reset.
  case reset(connection: Int)
  /// Datagrams and new connections that follow come from that source address.
  case source(Int)
  case datagram(Range<Int>)
  /// Wait until that many datagrams in all have come.
  case awaitDatagrams(Int)
  /// Let so many nanoseconds pass.
  case pause(UInt64)
  case status(UserStatusCode)
}

/// How long to wait.
public enum Patience: Hashable, Sendable {
  /// The reply timeout.
  case reply
  /// Half the read timeout at most: an answer that must not wait for a stall.
  case atOnce
  /// The read timeout and the reply timeout: an answer to a stall.
  case stall
}

/// What may become of a connection.
public enum Fate: Hashable, Sendable {
  case open
  /// Closed in order: FIN, after the answers.
  case closed
  /// The target may close it after a packet that it rejected.
  case any
  /// We reset it: what was owed may be lost.
  case dropped
}

/// One packet as it was sent.
public struct SentPacket: Hashable, Sendable {
  public var range: Range<Int>
  /// -1: a datagram.
  public var connection: Int
  public var type: PacketType
  /// Where it stands: index of the step, and of the packet in it. The last valid packet that only shows that the target still answers has step -1.
  public var step: Int
  public var index: Int
  /// The requirement that decides what it deserves; empty where it is valid.
  public var requirement = ""
  /// What a bootstrap server has to say about it.
  public var checks: ServerChecks = []

  public init(range: Range<Int>, connection: Int, type: PacketType, step: Int, index: Int) {
    self.range = range
    self.connection = connection
    self.type = type
    self.step = step
    self.index = index
  }
}

/// One reply that is owed.
public struct ExpectedReply: Hashable, Sendable {
  public enum Form: Hashable, Sendable {
    /// ACK with this `status` as its error; `datetime` and `id` as given.
    case acknowledgement
    /// CRR: `status`, `id` is the requestor's, `other` the user's.
    case chatResponse
    /// RREG: `status`, `requestID`.
    case registration
    /// LPR: `status`, `requestID`, `id` asks for `other`.
    case lookup
    /// BSR, BPR: `status` 0, `requestID`, `id` asked; `other` is the responder's own, when it is known (else zero).
    case serverFound, peerFound
  }

  public var form: Form
  public var status: UInt8
  public var datetime: UInt64 = 0
  public var id: Identifier = .zero
  public var other: Identifier = .zero
  public var requestID: UInt64 = 0
  /// -1: a datagram.
  public var connection: Int = 0
  /// Index into `Instance.packets` of what it answers.
  public var packet: Int = 0
  /// LPR: where who was found can be reached; nil when that is not known.
  public var place: ExpectedPlace?
  /// Beyond what one source may ask: it may be status 2, after which nothing more is answered.
  public var isOverRate = false
  /// A reply that the target may withhold if it closed the connection after rejecting an earlier packet.
  public var isOptional = false

  public init(_ form: Form, status: UInt8) {
    self.form = form
    self.status = status
  }
}

/// Where one of our users is registered.
public struct ExpectedPlace: Hashable, Sendable {
  /// Our source address, by its number.
  public var source: Int
  /// Registered over TCP: the port is 5000. Else it is the one that the source's datagrams come from.
  public var isStream: Bool

  public init(source: Int, isStream: Bool) {
    self.source = source
    self.isStream = isStream
  }
}
