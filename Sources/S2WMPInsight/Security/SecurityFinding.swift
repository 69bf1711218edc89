import S2WMPAnalysis
import S2WMPWire

/// A weakness that the traffic shows, with its evidence and what to do about it (section 6 of the design document).
public struct SecurityFinding: Sendable {
  public var code: SecurityCode
  public var severity: Severity
  /// What was seen, one sentence without its full stop. Holds IDs and addresses only, never names: harmless everywhere.
  public var message: String
  /// The users that it is about.
  public var users: [Identifier]
  /// Frames that show it, ascending, at most 64.
  public var frames: [UInt64]
  /// How many frames show it in all.
  public var frameCount: UInt64
  /// One sentence on what to do.
  public var advice: String { code.advice }

  public init(code: SecurityCode, severity: Severity, message: String, users: [Identifier], frames: [UInt64], frameCount: UInt64) {
    self.code = code
    self.severity = severity
    self.message = message
    self.users = users
    self.frames = frames
    self.frameCount = frameCount
  }
}
