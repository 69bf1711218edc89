import S2WMPWire

/// What came of one case.
public enum ConformanceOutcome: Sendable {
  /// What came is what was owed.
  case pass
  case mismatch(Mismatch, Exchange)
  /// It could not be tried: why.
  case skip(String)
}

/// Where a conformance run finds itself.
public struct ConformanceSetting: Sendable {
  public var role: TargetRole
  public var dialect: Dialect
  public var selection: Selection
  /// Whether any rejection will do where one is owed.
  public var isLenient: Bool
  public var known: KnownFailures
  /// What is not to be had, and why: cases that need it are skipped with that reason. Sources are told by `sources`.
  public var lacking: [Need: String] = [:]
  /// Source addresses of ours.
  public var sources = 1
  /// For findings.
  public var seed: UInt64 = 0

  public init(
    role: TargetRole = .peer, dialect: Dialect = .v1, selection: Selection = Selection(), isLenient: Bool = false, known: KnownFailures = KnownFailures()
  ) {
    self.role = role
    self.dialect = dialect
    self.selection = selection
    self.isLenient = isLenient
    self.known = known
  }

  /// Takes from the target what can be heard of it, and from where it can be asked.
  public mutating func learn(from target: any CaseTarget) {
    sources = target.sources
    if !target.isHeard { lacking[.heard] = "what the target tells its user cannot be heard; --spawn starts it so that it can" }
  }

  /// Takes from what is known of a server which pauses are too long.
  public mutating func learn(from limits: ServerLimits) {
    for span in ServerSpan.allCases where !limits.waits.contains(span) {
      lacking[.pause(span)] = "it takes \(limits.words(span)); --slow waits that long"
    }
  }

  /// Why something cannot be had; nil: it can. Of several reasons, always the same.
  func reason(against needs: Set<Need>) -> String? {
    needs.sorted().lazy.compactMap { reason(against: $0) }.first
  }

  private func reason(against need: Need) -> String? {
    guard case .sources(let count) = need else { return lacking[need] }
    return sources >= count ? nil : "it takes \(count) source addresses, and there \(sources == 1 ? "is 1" : "are \(sources)")"
  }
}
