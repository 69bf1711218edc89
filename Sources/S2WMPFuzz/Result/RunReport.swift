import S2WMPWire

/// Everything that a run of `conform` or `fuzz` has to tell.
public struct RunReport: Sendable {
  public var command: String
  public var target: String
  public var role: TargetRole
  public var dialect: Dialect
  /// `dh`, `rsa`; empty where none applies.
  public var suite: String
  public var group: String
  public var seed: UInt64
  /// Milliseconds since 1970.
  public var started: UInt64
  public var durationSeconds: Double
  public var cases: Int
  public var requirements: [RequirementResult]
  public var findings: [Finding]
  /// What `replay` needs besides file and target, such as `--peer-id HEX`.
  public var replayOptions: [String] = []

  public init(
    command: String, target: String, role: TargetRole, dialect: Dialect, suite: String, group: String, seed: UInt64, started: UInt64, durationSeconds: Double,
    cases: Int, requirements: [RequirementResult], findings: [Finding]
  ) {
    self.command = command
    self.target = target
    self.role = role
    self.dialect = dialect
    self.suite = suite
    self.group = group
    self.seed = seed
    self.started = started
    self.durationSeconds = durationSeconds
    self.cases = cases
    self.requirements = requirements
    self.findings = findings
  }

  public var casesPerSecond: Double { durationSeconds > 0 ? Double(cases) / durationSeconds : 0 }
}

public struct RequirementResult: Sendable {
  public enum Status: String, Sendable { case pass, fail, skip, error }
  public var requirement: Requirement
  public var status: Status
  /// Cases that bore on it.
  public var cases: Int
  /// Why it was skipped, or could not be decided.
  public var reason: String?

  public init(_ requirement: Requirement, _ status: Status, cases: Int, reason: String? = nil) {
    self.requirement = requirement
    self.status = status
    self.cases = cases
    self.reason = reason
  }
}
