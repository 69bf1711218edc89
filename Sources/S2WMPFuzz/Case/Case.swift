import S2WMPWire

/// One thing to try on a target: a valid exchange in some state, and what is wrong with it.
///
/// A case names what is sent, not its bytes: keys, IDs and times are those of the session that carries it out. So the same case can be tried again on another
/// day against another peer, and what is owed follows from how it was constructed (`Oracle`).
public struct Case: Hashable, Sendable {
  public var role: TargetRole
  public var dialect: Dialect
  /// The requirement that it is about; nil for a generated one.
  public var requirement: String?
  /// Whether its first connection is a new one, whatever is open already.
  public var isFresh: Bool
  public var steps: [Step]

  public init(role: TargetRole = .peer, dialect: Dialect = .v1, requirement: String? = nil, isFresh: Bool = false, _ steps: [Step]) {
    self.role = role
    self.dialect = dialect
    self.requirement = requirement
    self.isFresh = isFresh
    self.steps = steps
  }
}

/// What the target is.
public enum TargetRole: String, Hashable, Sendable, CaseIterable {
  case peer, bootstrap
}

/// One step of a case. Steps act on the connection that was chosen last; it is opened when first used.
public enum Step: Hashable, Sendable {
  /// Packets back to back on the connection, in as many writes as the cuts say.
  case send([PacketPlan], Cuts)
  /// Bytes that begin no packet: the first is not 1.
  case noise([UInt8])
  /// Wait until everything owed so far has come.
  case await
  /// Half-close: FIN, reading on.
  case end
  /// Close so that the other side sees a reset.
  case reset
  /// Send nothing for longer than the target's read timeout, or until it answers.
  case stall
  /// Let that much of a server's time pass, of a hundred parts.
  case pause(ServerSpan, percent: Int)
  /// The steps that follow act on that connection, from 0.
  case connection(Int)
  /// Datagrams and new connections that follow come from that source address of ours, from 0. Where there is only one, cases with more are skipped.
  case source(Int)
  /// One datagram to the target's UDP port.
  case datagram(PacketPlan)
  /// A datagram of bytes that are no packet.
  case datagramNoise([UInt8])
  /// Has the target itself change its status, where it can be told (`--spawn` with our command language, or in process).
  case status(UserStatusCode)
}

/// How long a bootstrap server does something (S2WMP wire format, section 6.2).
public enum ServerSpan: String, Hashable, Sendable, CaseIterable, Comparable {
  /// Keeps a registration that is not refreshed.
  case lifetime
  /// Is silent towards a source that asked too often.
  case ban

  public static func < (a: ServerSpan, b: ServerSpan) -> Bool { a.rawValue < b.rawValue }
}

/// A status by its v1 code.
public enum UserStatusCode: UInt8, Hashable, Sendable, CaseIterable {
  case online, busy, away, invisible
}

/// Where a burst of bytes is cut into writes.
public enum Cuts: Hashable, Sendable {
  /// All in one write.
  case whole
  /// Each packet in a write of its own.
  case packets
  /// A write for every so many bytes.
  case every(Int)
  /// After that many bytes, in rising order.
  case at([Int])
}
