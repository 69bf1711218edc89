import S2WMPFlow
import S2WMPWire

/// What was seen of one user ID.
public struct UserFacts: Sendable {
  public var id: Identifier
  /// Names that packets gave it, as received, in the order of their first use. Hostile bytes: to be made harmless before they are shown.
  public var names: [[UInt8]] = []
  public var addresses: [Endpoint] = []
  /// Every change of status that was announced.
  public var statuses: [StatusChange] = []
  public var keys: [KeyFacts] = []
  public var dialects: Set<Dialect> = []
  public var firstFrame: UInt64
  public var lastFrame: UInt64
  public var firstTime: CaptureTime?
  public var lastTime: CaptureTime?
  /// Messages sent and received that were captured.
  public var messagesSent: UInt64 = 0
  public var messagesReceived: UInt64 = 0
  /// IDs that the user changed from or to (IC).
  public var formerIDs: [Identifier] = []
  public var laterIDs: [Identifier] = []
  /// Lists above that were cut at their limit.
  public var isCut = false

  public init(id: Identifier, frame: UInt64) {
    self.id = id
    firstFrame = frame
    lastFrame = frame
  }
}

/// A user's status from some frame on.
public struct StatusChange: Sendable, Equatable {
  public var status: UInt8
  public var frame: UInt64
  public var time: CaptureTime?

  public init(status: UInt8, frame: UInt64, time: CaptureTime?) {
    self.status = status
    self.frame = frame
    self.time = time
  }
}

/// A public key that a user sent.
public struct KeyFacts: Sendable, Equatable {
  /// `ffdhe3072`, `x25519`, `RSA-3072`, `DH 1024` and the like.
  public var kind: String
  /// Nil when it does not parse.
  public var bits: Int?
  /// SHA-256 of the key field, which tells keys apart.
  public var digest: [UInt8]
  public var isWeak: Bool
  public var frame: UInt64

  public init(kind: String, bits: Int?, digest: [UInt8], isWeak: Bool, frame: UInt64) {
    self.kind = kind
    self.bits = bits
    self.digest = digest
    self.isWeak = isWeak
    self.frame = frame
  }
}
