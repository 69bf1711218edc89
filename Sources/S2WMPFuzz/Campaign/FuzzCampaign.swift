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

extension Campaign: FuzzCampaign {}
