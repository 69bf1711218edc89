import S2WMPFlow
import S2WMPWire

/// What was seen of one user ID.
public struct UserFacts: Sendable {
  public var id: Identifier
  /// Names that packets gave it, as received, in the order of their first use. Hostile bytes: to be made harmless before they are shown.
  public var names: [[UInt8]] = []
  /// Where it can be reached, as it or somebody else said. Port 0: it connected from there, so that its own port is not known.
  public var addresses: [Endpoint] = []
  /// The first status that it announced and every change of it.
  public var statuses: [StatusChange] = []
  public var keys: [KeyFacts] = []
  public var dialects: Set<Dialect> = []
  /// The captures that the first and the last frame are in.
  public var firstFile = 0
  public var lastFile = 0
  public var firstFrame: UInt64
  public var lastFrame: UInt64
  public var firstTime: CaptureTime?
  public var lastTime: CaptureTime?
  /// Packets that claim to be from this user; 0 for somebody who was only named by others.
  public var packetsSent: UInt64 = 0
  /// Messages sent and received that were captured.
  public var messagesSent: UInt64 = 0
  public var messagesReceived: UInt64 = 0
  /// IDs that the user changed from or to (IC).
  public var formerIDs: [Identifier] = []
  public var laterIDs: [Identifier] = []
  /// How often it registered at a bootstrap server, and what the last answer was, if one was seen.
  public var registrations: UInt64 = 0
  public var registrationStatus: UInt8?
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
  /// What it means depends on the dialect.
  public var status: UInt8
  public var dialect: Dialect
  public var file: Int
  public var frame: UInt64
  public var time: CaptureTime?

  public init(status: UInt8, dialect: Dialect, file: Int = 0, frame: UInt64, time: CaptureTime?) {
    self.status = status
    self.dialect = dialect
    self.file = file
    self.frame = frame
    self.time = time
  }

  /// `online`; the number when the dialect does not define it.
  public var text: String {
    let table = dialect == .v1 ? Codes.userStatus : Codes.legacyUserStatus
    return table.code(status)?.text ?? "status \(status)"
  }
}

/// A public key that a user sent.
public struct KeyFacts: Sendable, Equatable {
  /// `ffdhe3072 + RSA-3072`, `X25519`, `D-H 512 bits` and the like; `invalid` when it does not parse.
  public var kind: String
  /// Of its weakest part, the D-H group or the RSA modulus; nil when it does not parse.
  public var bits: Int?
  /// SHA-256 of the key field, which tells keys apart.
  public var digest: [UInt8]
  public var isWeak: Bool
  /// The user's ID is not this key's (v1): somebody's mistake or attempt.
  public var isForeign: Bool
  public var file: Int
  public var frame: UInt64

  public init(kind: String, bits: Int?, digest: [UInt8], isWeak: Bool, isForeign: Bool = false, file: Int = 0, frame: UInt64) {
    self.kind = kind
    self.bits = bits
    self.digest = digest
    self.isWeak = isWeak
    self.isForeign = isForeign
    self.file = file
    self.frame = frame
  }
}

extension Endpoint {
  /// `10.0.0.7:5000`; the address alone where the port is not known (0), as for a user who was only seen to connect.
  var knownText: String { port == 0 ? addressText : description }
}
