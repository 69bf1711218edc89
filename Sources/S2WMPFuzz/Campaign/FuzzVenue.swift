import S2WMPFlow
import S2WMPWire

/// Where a run takes place: many instances side by side, or one alone.
public protocol FuzzVenue: AnyObject {
  /// For instances run alone.
  var alone: any CaseTarget { get }
  /// What the target's process uses; nil where it is not known.
  var vitals: Vitals? { get }
  /// Which edges of the target's code the last run went along; nil where they are not counted.
  var coverage: EdgeCoverage? { get }
  func drive(workers: Int, pipeline: Int, isFresh: Bool, next: NextInstance, done: InstanceDone) throws(TargetFault)
}

extension FuzzVenue {
  public var coverage: EdgeCoverage? { nil }
}

/// A target behind sockets.
public final class SocketVenue: FuzzVenue {
  private let engine: CaseEngine
  public let alone: any CaseTarget
  private let spawned: SpawnedTarget?
  private let processID: Int32?

  /// - spawned: the target's process, when this program started it.
  /// - processID: that of a local target that somebody else started.
  public init(_ settings: TargetSettings, spawned: SpawnedTarget?, processID: Int32?) throws(TargetFault) {
    engine = try CaseEngine(settings, spawned: spawned)
    if let spawned { alone = spawned } else { alone = try SocketTarget(settings) }
    self.spawned = spawned
    self.processID = processID
  }

  public var vitals: Vitals? { spawned?.vitals ?? processID.flatMap { Vitals(processID: $0) } }

  public func drive(workers: Int, pipeline: Int, isFresh: Bool, next: NextInstance, done: InstanceDone) throws(TargetFault) {
    try engine.drive(workers: workers, pipeline: pipeline, isFresh: isFresh, next: next, done: done)
  }
}

/// A core in this process: one instance after the other.
public final class CoreVenue: FuzzVenue {
  public let alone: any CaseTarget
  public let coverage = EdgeCoverage()
  private var instance = Instance()
  private var seen = Observation()

  public init(_ target: any CaseTarget) { alone = target }

  public var vitals: Vitals? { nil }

  public func drive(workers: Int, pipeline: Int, isFresh: Bool, next: NextInstance, done: InstanceDone) throws(TargetFault) {
    while next(0, &instance) {
      if isFresh { instance.isFresh = true }
      coverage?.begin()
      try alone.run(instance, into: &seen)
      if !done(0, &instance, &seen) { return }
    }
  }
}
