import S2WMPWire

/// What a fuzzer calls its finding.
public enum FindingKind: String, Hashable, Sendable, CaseIterable {
  case wrongError = "wrong-error"
  case acceptedMalformed = "accepted-malformed"
  case rejectedValid = "rejected-valid"
  case noReply = "no-reply"
  case wrongEcho = "wrong-echo"
  case connection, crash, hang, slow
}

/// What was owed or what came, as reports have it.
public enum Outcome: Hashable, Sendable {
  case acknowledgement(ack: UInt8, error: UInt8, Ending)
  /// Another packet by its short name, and its status where it has one.
  case reply(String, status: UInt8?)
  case silence
  /// Words for what fits none of these (a crash, growing memory).
  case other(String)
}

/// Where a run went wrong, before anything was done about it.
public struct Mismatch: Hashable, Sendable {
  public var requirement: String
  public var kind: FindingKind
  public var expected: Outcome
  public var observed: Outcome
  /// Index into `Instance.packets` of the packet that it is about; nil when it is about none.
  public var packet: Int?

  public init(_ requirement: String, _ kind: FindingKind, expected: Outcome, observed: Outcome, packet: Int?) {
    self.requirement = requirement
    self.kind = kind
    self.expected = expected
    self.observed = observed
    self.packet = packet
  }
}
