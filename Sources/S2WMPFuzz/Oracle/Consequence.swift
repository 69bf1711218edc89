import S2WMPWire

/// What is owed to one packet, known from how it was constructed (S2WMP wire format, sections 4 and 6.1).
public struct Consequence: Hashable, Sendable {
  /// Every check that the packet fails, the one that decides first.
  public var failures: [Failure] = []
  /// What becomes of its bytes: whether a whole packet stands there, and what is behind it.
  public var framing = Framing.whole

  public enum Framing: Hashable, Sendable {
    case whole
    /// Bytes follow that begin no packet.
    case leftover
    /// The packet's end is missing; nothing wrong shows so far.
    case incomplete
    /// Seen to be no packet before its end was there.
    case faultEarly
  }

  /// The check that decides; nil: the packet passes all.
  public var first: Failure? { failures.first }

  mutating func add(_ failure: Failure) {
    let place = failures.firstIndex { $0.rank > failure.rank } ?? failures.endIndex
    failures.insert(failure, at: place)
  }
}

/// One check that fails, and what is then owed.
public struct Failure: Hashable, Sendable {
  /// The order in which checks count: 1 framed, 2 fields, …
  public var rank: Int
  public var owed: Owed
  /// The requirement that a target breaks which accepts the packet, and the one that it breaks with another error.
  public var accepted: String
  public var wrongError: String

  init(_ rank: Int, _ owed: Owed, _ accepted: String, _ wrongError: String? = nil) {
    self.rank = rank
    self.owed = owed
    self.accepted = accepted
    self.wrongError = wrongError ?? accepted
  }

  var requirementOfOrder: String {
    if case .response = owed { return "6.1/cr.order" }
    if owed == .nameRefused { return "6.1/cr.order" }
    return "6.1/\(rank).order"
  }
}

/// What a target owes to a packet.
public enum Owed: Hashable, Sendable {
  /// ACK with that error, echoing the packet's time and sender.
  case acknowledgement(UInt8)
  /// ACK(0, 3, datetime 0, the requestor's ID): the name of a CR is none.
  case nameRefused
  /// CRR with that status.
  case response(UInt8)
  /// ACK(0, 3, 0, zero ID), then closed.
  case fault
  /// Nothing: the packet is ignored, the connection kept.
  case nothing
  /// BPR.
  case peerFound
}
