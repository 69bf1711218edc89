import S2WMPWire

/// A requirement and how it is checked: one row of the table that `conform` goes through.
public struct Check: Sendable {
  public let requirement: Requirement
  /// Few and small; empty when `unchecked` says why.
  public let cases: [ConformanceCase]
  /// Why no case can decide it here.
  public let unchecked: String?

  public var id: String { requirement.id }

  init(
    _ id: String, _ title: String, _ sentence: String, role: TargetRole = .peer, dialect: Dialect = .v1, _ trials: Trial...
  ) {
    self.init(id, title, sentence, role, dialect, trials, nil)
  }

  init(_ id: String, _ title: String, _ sentence: String, role: TargetRole = .peer, dialect: Dialect = .v1, unchecked: String) {
    self.init(id, title, sentence, role, dialect, [], unchecked)
  }

  init(_ id: String, _ title: String, _ sentence: String, _ role: TargetRole, _ dialect: Dialect, _ trials: [Trial], _ unchecked: String?) {
    requirement = Requirement(id, title, sentence, role: role, dialect: dialect)
    cases = trials.map { $0.made(for: id, role, dialect) }
    self.unchecked = unchecked
  }
}

/// One case of a requirement, and what it is compared with.
public struct ConformanceCase: Hashable, Sendable {
  public var test: Case
  /// The same without what is special about it, which must be accepted; nil when that makes no sense.
  public var control: Case?
  /// Why there is no control.
  public var uncontrolled: String?
  /// What has to be there for it to run.
  public var needs: Set<Need>
  /// What the control takes beyond that.
  public var controlNeeds: Set<Need>
}

/// What a case needs of the target and of the place it is run from.
public enum Need: Hashable, Sendable, Comparable {
  /// The target has our users as friends.
  case friendship
  /// It accepts the chat requests of those it does not know.
  case acceptance
  /// What it tells its user is heard, and it does what it is told.
  case heard
  /// Its UDP port can be reached.
  case datagrams
  /// Its read timeout is known, and there is time to wait for it.
  case readTimeout
  /// There is time to wait for what takes a server so long.
  case pause(ServerSpan)
  /// That many source addresses of ours.
  case sources(Int)
}
