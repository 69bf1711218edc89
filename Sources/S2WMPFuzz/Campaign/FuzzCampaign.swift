import S2WMPWire

/// A fuzz run, whatever kind of target it is about, for whoever starts and watches it.
public protocol FuzzCampaign: AnyObject {
  /// Called now and then, from the run's own thread.
  var onProgress: ((FuzzProgress) -> Void)? { get set }
  var onFinding: ((Finding) -> Void)? { get set }
  /// A difference that was seen once and not again.
  var onFlaky: ((Mismatch) -> Void)? { get set }
  /// Asked often: whether to end.
  var isCancelled: () -> Bool { get set }

  func run() throws

  var book: FindingBook { get }
  var casesDone: Int { get }
  var seconds: Double { get }
  /// Cases that showed something new.
  var additions: [Case] { get }
  var requirementCounts: [String: Int] { get }
}

extension FuzzCampaign {
  /// How it stands now.
  func progress(features: Int = 0, corpus: Int = 0, defectsTried: Int? = nil, _ activity: String?) -> FuzzProgress {
    let seconds = seconds
    return FuzzProgress(
      seconds: seconds, cases: casesDone, casesPerSecond: seconds > 0 ? Double(casesDone) / seconds : 0, findings: book.findings.count, features: features,
      corpus: corpus, requirementsMet: requirementCounts.count, defectsTried: defectsTried, activity: activity)
  }
}

/// Says when it is time to tell again how a run stands: five times a second.
struct ProgressClock {
  private static let interval: UInt64 = 200_000_000
  private var last: UInt64 = 0

  mutating func isDue() -> Bool {
    let now = MonotonicTime.now
    guard now &- last >= Self.interval else { return false }
    last = now
    return true
  }
}

/// Seconds since it was made.
struct Stopwatch {
  private let start = MonotonicTime.now
  var seconds: Double { Double(MonotonicTime.now &- start) / 1e9 }
}
