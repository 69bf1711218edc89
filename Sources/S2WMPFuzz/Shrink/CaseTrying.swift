/// Something that cases can be tried on again and again, to look closer at a finding.
public protocol CaseTrying: AnyObject {
  /// Runs the cases one after the other and stops at the first that is not answered as owed. Throws `TargetFault` when the target cannot be used any more, and
  /// anything else when one of the cases cannot be made.
  func run(_ cases: [Case]) throws -> Tried
  /// Brings the target back to where nothing was tried on it yet, as far as that can be done.
  func recover() throws
  /// Whether trials may wait less for what does not come than it may take. What is seen then has to be seen again with the whole time.
  func setPatience(isShort: Bool)
  /// The last instance that was run, and what came of it.
  var lastRun: (instance: Instance, seen: Observation)? { get }
}

extension CaseTrying {
  public func setPatience(isShort: Bool) {}
  public var lastRun: (instance: Instance, seen: Observation)? { nil }
}

/// What came of one trial.
public struct Tried: Sendable {
  /// Nil: all was as owed.
  public var mismatch: Mismatch?
  /// Index of the last case that was run: the one that the mismatch is about.
  public var index: Int
  /// What went over the wire.
  public var exchange: Exchange

  public init(mismatch: Mismatch?, index: Int, exchange: Exchange) {
    self.mismatch = mismatch
    self.index = index
    self.exchange = exchange
  }
}

/// Cases that show a mismatch, and how it looked the last time.
public struct Shown: Sendable {
  public var cases: [Case]
  public var mismatch: Mismatch
  public var exchange: Exchange

  public init(cases: [Case], mismatch: Mismatch, exchange: Exchange) {
    self.cases = cases
    self.mismatch = mismatch
    self.exchange = exchange
  }
}

/// Trials up to a limit. The target is recovered only when a trial failed before.
final class CountedTrials {
  private let trying: any CaseTrying
  let limit: Int
  private(set) var count = 0
  /// What the target knows is not what it would know if nothing had been tried.
  private var isSpoiled = true

  init(_ trying: any CaseTrying, limit: Int) {
    self.trying = trying
    self.limit = limit
  }

  var isSpent: Bool { count >= limit }

  /// Nil: all was as owed, the cases cannot be made, or the limit is reached.
  ///
  /// - isClean: recovers the target first, whatever was tried before.
  func show(_ cases: [Case], isClean: Bool = false) throws -> Shown? {
    guard !isSpent, let tried = try run(cases, isClean: isClean), let mismatch = tried.mismatch else { return nil }
    return Shown(cases: Array(cases[...tried.index]), mismatch: mismatch, exchange: tried.exchange)
  }

  /// Nil when the cases cannot be made. Counts, but does not stop at the limit.
  func run(_ cases: [Case], isClean: Bool) throws -> Tried? {
    if isSpoiled || isClean { try trying.recover() }
    isSpoiled = true
    count += 1
    do {
      let tried = try trying.run(cases)
      isSpoiled = tried.mismatch != nil
      return tried
    } catch let fault as TargetFault {
      throw fault
    } catch {
      // A case that cannot be made was not run; those before it were answered as owed.
      isSpoiled = false
      return nil
    }
  }
}
