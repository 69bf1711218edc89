/// How much a finding matters.
public enum Severity: UInt8, Sendable, CaseIterable, Comparable {
  case note = 1
  case warning = 2
  case error = 3

  public var name: String {
    switch self {
    case .note: "note"
    case .warning: "warning"
    case .error: "error"
    }
  }

  public init?(name: String) {
    guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  @inlinable public static func < (a: Severity, b: Severity) -> Bool { a.rawValue < b.rawValue }
}

/// What can be said about a packet beyond its fields. The raw value is the bit in `Findings`.
public enum ExpertCode: UInt8, Sendable, CaseIterable {
  case malformedVersion = 0
  case malformedType
  case malformedLength
  case malformedTruncated
  case malformedTrailing
  case fieldLength
  case fieldStatus
  case fieldBroadcast
  case fieldName
  case fieldAck
  case fieldError
  case fieldUndefined
  case ackInconsistent
  case idMismatch
  case keyChanged
  case keyWeak
  case keyInvalid
  case hashMismatch
  case decryptFailed
  case replay
  case clockSkew
  case idCollision
  case flood
  case ackRejected
  case ackUnmatched
  case requestUnanswered
  case captureGap
  case captureSnapLength
  case tcpRetransmission
  case tcpOutOfOrder
  case tcpOverlap

  /// The name in every output and filter.
  public var name: String { Self.descriptions[Int(rawValue)].name }
  public var severity: Severity { Self.descriptions[Int(rawValue)].severity }
  /// One line on when it is said, for documentation and generated files.
  public var meaning: String { Self.descriptions[Int(rawValue)].meaning }

  public init?(name: String) {
    guard let index = Self.descriptions.firstIndex(where: { $0.name == name }) else { return nil }
    self.init(rawValue: UInt8(index))
  }

  private static let descriptions: [(name: String, severity: Severity, meaning: String)] = [
    ("malformed.version", .error, "the first byte is not protocol version 1"),
    ("malformed.type", .error, "the type is not defined in this dialect"),
    ("malformed.length", .error, "a length field holds a value that no packet can have"),
    ("malformed.truncated", .error, "the bytes end inside the packet"),
    ("malformed.trailing", .error, "a datagram has bytes behind its packet"),
    ("field.length", .error, "a message of length 0, or a status change with a body"),
    ("field.status", .error, "the status is not defined for this packet"),
    ("field.broadcast", .error, "the broadcast flag does not fit the type"),
    ("field.name", .error, "the name holds bytes that no user name has"),
    ("field.ack", .error, "the ack flag is neither 0 nor 1"),
    ("field.error", .error, "the error is not defined"),
    ("field.undefined", .warning, "the undefined space is not zero"),
    ("ack.inconsistent", .warning, "ack and error contradict each other"),
    ("id.mismatch", .warning, "an ID is not its public key's"),
    ("key.changed", .error, "one user ID came with two different keys: a possible man in the middle"),
    ("key.weak", .warning, "a D-H or RSA key below 2048 bits"),
    ("key.invalid", .warning, "the public key does not parse"),
    ("hash.mismatch", .warning, "the message hash does not match"),
    ("decrypt.failed", .warning, "the message does not decrypt with the keys given"),
    ("replay", .warning, "sender and datetime of an earlier message, on another connection or with other bytes"),
    ("clock.skew", .warning, "the packet's time is more than 24 hours from the capture's"),
    ("id.collision", .warning, "one user ID registered or announced from two addresses"),
    ("flood", .warning, "more than 50 requests in one second from one source to a bootstrap server"),
    ("ack.rejected", .note, "an ACK with an error"),
    ("ack.unmatched", .note, "an ACK whose request was not seen"),
    ("request.unanswered", .note, "no answer was seen up to the end of the stream or capture"),
    ("capture.gap", .warning, "bytes of the stream before this packet were not captured"),
    ("capture.snaplen", .warning, "bytes were cut off by the snap length of the capture"),
    ("tcp.retransmission", .note, "a segment of this direction was sent again before this packet"),
    ("tcp.out_of_order", .note, "segments of this direction were captured out of order"),
    ("tcp.overlap", .warning, "a retransmitted segment had other bytes than the first one; the first ones are shown"),
  ]
}

/// A set of findings, one bit a code.
public struct Findings: OptionSet, Sendable, Hashable {
  public var rawValue: UInt64
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
  @inlinable public init(_ code: ExpertCode) { rawValue = 1 << UInt64(code.rawValue) }

  @inlinable public mutating func insert(_ code: ExpertCode) { rawValue |= 1 << UInt64(code.rawValue) }
  @inlinable public func contains(_ code: ExpertCode) -> Bool { rawValue & (1 << UInt64(code.rawValue)) != 0 }

  /// The codes in the order of the table above.
  public var codes: [ExpertCode] { ExpertCode.allCases.filter { contains($0) } }

  /// The highest severity, nil when empty.
  public var worst: Severity? {
    if rawValue & Self.errors.rawValue != 0 { return .error }
    if rawValue & Self.warnings.rawValue != 0 { return .warning }
    return isEmpty ? nil : .note
  }

  private static let errors = Findings(ExpertCode.allCases.filter { $0.severity == .error })
  private static let warnings = Findings(ExpertCode.allCases.filter { $0.severity == .warning })

  init(_ codes: [ExpertCode]) {
    self.init()
    for code in codes { insert(code) }
  }

  /// Any of the `malformed.…` codes.
  @inlinable public var isMalformed: Bool { rawValue & 0b11111 != 0 }
}
