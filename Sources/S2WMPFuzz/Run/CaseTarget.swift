import S2WMPWire

/// Something that instances can be tried on: a peer behind sockets, or a core in this process.
public protocol CaseTarget: AnyObject {
  /// For reports: `127.0.0.1:5000`, `in process`.
  var name: String { get }
  var spokenID: Identifier? { get }
  var restartsCheaply: Bool { get }
  func listen(_ duration: Duration) -> [HeardEvent]
  /// Whether `Action.status` works and events are heard.
  var isHeard: Bool { get }
  /// How many source addresses there are.
  var sources: Int { get }
  /// Carries out one instance alone, start to end. Throws only when the target cannot be used at all.
  func run(_ instance: Instance, into observation: inout Observation) throws(TargetFault)
  /// Closes all connections, so that the next instance begins anew.
  func disconnect()
  /// Ends the target and starts a new one, when this was started by us; else false.
  func restart() throws(TargetFault) -> Bool
  /// Whether to wait for answers that do not come only as long as makes them improbable, judged by those that came, or as long as they may take.
  func setPatience(isShort: Bool)
}

extension CaseTarget {
  /// Its user ID as it said itself; nil where it cannot. It may have another one after it began anew.
  public var spokenID: Identifier? { nil }
  /// Whether beginning anew costs next to nothing.
  public var restartsCheaply: Bool { false }
  /// What it says within that time; returns as soon as it says something.
  public func listen(_ duration: Duration) -> [HeardEvent] { [] }
  public func setPatience(isShort: Bool) {}
}

/// Why a target cannot be used: one sentence that says what to do.
public struct TargetFault: Error, Hashable, CustomStringConvertible {
  public var description: String
  public init(_ description: String) { self.description = description }
}
