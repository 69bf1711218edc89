/// How long a fuzz run goes on, and how it is carried out.
public struct FuzzSettings: Sendable {
  /// Nil: until the time is over, or it is interrupted.
  public var cases: Int?
  public var seconds: Double?
  public var stopsAtFinding = false
  /// Connections side by side.
  public var workers = 1
  /// Cases in flight on one connection.
  public var pipeline = 1
  /// A connection of its own for every case.
  public var isFresh = false
  public var seed: UInt64
  /// Some cases wait for the target's read timeout, beside the others.
  public var stalls = true
  /// Watches memory and time of the target's process, where it is known.
  public var watchesGrowth = true

  public init(seed: UInt64) { self.seed = seed }
}

/// How a run stands, for whoever watches it.
public struct FuzzProgress: Sendable {
  public var seconds: Double
  public var cases: Int
  public var casesPerSecond: Double
  public var findings: Int
  /// Different things seen, and constructions kept.
  public var features: Int
  public var corpus: Int
  /// Requirements met by at least one case, of those that generated cases can meet.
  public var requirementsMet: Int
  /// Kinds of change to the fields of each packet that were tried, of a hundred; nil where they are not counted.
  public var defectsTried: Int?
  /// What it is busy with when it is not running cases: `making finding 2 small`.
  public var activity: String?
}
