import S2WMPWire

/// Where the legacy dialect sends what has no return address in the packet (S2WMP wire format, appendix L).
public struct LegacyPorts: Sendable {
  /// Answers over TCP go to the sender's address and this port, whatever port the sender used.
  public var reply: UInt16 = DefaultPort.peer
  /// Replies to a User Broadcast go to the sender's address and this port.
  public var discovery: UInt16 = DefaultPort.discovery

  public init() {}
}

/// How long a legacy peer waits, and how often it tries. Nanoseconds.
enum LegacyTiming {
  /// REG and LP: asked again after this time, three tries in all (S2WMP wire format, section 4).
  static let serverReply: UInt64 = .seconds(1)
  static let serverTries = 3
  /// The server forgets a registration after 15 minutes.
  static let registrationRefresh: UInt64 = .seconds(300)
  /// A server that did not answer is asked again.
  static let registrationRetry: UInt64 = .seconds(60)
  /// A CR may wait for a person; its repetitions make up for a lost answer.
  static let requestRepetitions: [UInt64] = [2, 4, 8, 16, 30, 60].map { .seconds($0) }
  /// A CR whose connection could not be opened.
  static let requestReconnections = 3
  /// Answers to one and the same CR. Two peers that each take the other's answer for a request stop here.
  static let repeatedAnswers = 6
}
