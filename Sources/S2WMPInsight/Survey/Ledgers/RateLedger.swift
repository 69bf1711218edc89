import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// Counts in equal spans of time, each beginning at a multiple of the interval since 1970.
struct RateLedger {
  private let limits: SurveyLimits
  /// Spans grow with the capture.
  private let isGrowing: Bool
  private var interval: Int64
  private var spans: [RateFacts.Span] = []
  /// Number, since 1970, of the first span.
  private var first: Int64 = 0
  /// The span of the latest packet, and where in time it begins and ends.
  private var current = 0
  private var currentTimes = Int64.max..<Int64.max
  private var leftOut: UInt64 = 0

  init(_ limits: SurveyLimits, _ interval: Int64?) {
    self.limits = limits
    isGrowing = interval == nil
    self.interval = min(max(1000, interval ?? RateInterval.shortest), RateInterval.longest)
  }

  /// - packet: one that has a time.
  @inline(__always) mutating func add(_ packet: borrowing Dissection) {
    if !currentTimes.contains(packet.time.nanoseconds) {
      guard move(to: packet.time.nanoseconds) else {
        leftOut &+= 1
        return
      }
    }
    spans[current].bytes &+= packet.length
    guard packet.layout != nil else { return noteFindings(packet.findings) }
    spans[current].packets &+= 1
    if packet.bytes[1] == PacketType.message.rawValue { spans[current].messages &+= 1 }
    if !packet.findings.isEmpty { noteFindings(packet.findings) }
  }

  private mutating func noteFindings(_ findings: Findings) {
    spans[current].findings &+= UInt64(findings.rawValue.nonzeroBitCount)
  }

  /// False when that time is too far from the others.
  private mutating func move(to time: Int64) -> Bool {
    guard RateInterval.times.contains(time) else { return false }
    if spans.isEmpty { first = Self.number(time, interval) }
    while isGrowing && needed(time) > limits.growingSpans && interval < RateInterval.longest { grow() }
    guard needed(time) <= (isGrowing ? limits.growingSpans : limits.spans) else { return false }
    let number = Self.number(time, interval)
    if number < first {
      spans.insert(contentsOf: repeatElement(RateFacts.Span(), count: Int(first - number)), at: 0)
      first = number
    }
    current = Int(number - first)
    if current >= spans.count { spans.append(contentsOf: repeatElement(RateFacts.Span(), count: current + 1 - spans.count)) }
    let start = number.multipliedReportingOverflow(by: interval)
    currentTimes = start.overflow ? time..<time : start.partialValue..<max(start.partialValue, start.partialValue &+ interval)
    return true
  }

  /// Spans that there are once that time has one.
  private func needed(_ time: Int64) -> Int {
    let number = Self.number(time, interval)
    let last = first + Int64(max(1, spans.count)) - 1
    return Int(clamping: max(last, number) - min(first, number)) + 1
  }

  /// Spans become longer; neighbours are added up.
  private mutating func grow() {
    let facts = RateInterval.coarser(facts)
    interval = facts.interval
    spans = facts.spans
    first = Self.number((facts.start ?? .none).nanoseconds, interval)
    currentTimes = Int64.max..<Int64.max
  }

  private static func number(_ time: Int64, _ interval: Int64) -> Int64 {
    let (quotient, remainder) = time.quotientAndRemainder(dividingBy: interval)
    return remainder < 0 ? quotient - 1 : quotient
  }

  var facts: RateFacts {
    var facts = RateFacts()
    facts.interval = interval
    facts.start = spans.isEmpty ? nil : CaptureTime(nanoseconds: first &* interval)
    facts.spans = spans
    facts.leftOut = leftOut
    return facts
  }
}

/// Lengths of time that people count in, each a multiple of the one before.
package enum RateInterval {
  private static let milliseconds: [Int64] = [
    10, 50, 100, 500, 1000, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000,
  ]

  static let shortest: Int64 = 10_000_000
  /// A little less than three years, so that a few hundred span all times.
  package static let longest: Int64 = 86_400_000_000_000 << 10
  /// The years 1682 to 2258: the spans of all of them begin and end where numbers do not overflow.
  static let times: Range<Int64> = -9_100_000_000_000_000_000..<9_100_000_000_000_000_000

  /// The next longer interval; twice as long beyond a day and for one that is not in the list.
  static func next(_ interval: Int64) -> Int64 {
    guard let index = milliseconds.firstIndex(of: interval / 1_000_000), interval % 1_000_000 == 0, index + 1 < milliseconds.count else {
      return interval > longest / 2 ? longest : interval * 2
    }
    return milliseconds[index + 1] * 1_000_000
  }

  /// The same in spans of the next longer interval.
  package static func coarser(_ rate: RateFacts) -> RateFacts {
    var coarse = rate
    coarse.interval = next(rate.interval)
    coarse.spans = []
    guard let start = rate.start else { return coarse }
    let (quotient, remainder) = start.nanoseconds.quotientAndRemainder(dividingBy: coarse.interval)
    let first = remainder < 0 ? quotient - 1 : quotient
    coarse.start = CaptureTime(nanoseconds: first &* coarse.interval)
    let offset = start.nanoseconds &- first &* coarse.interval
    for (index, span) in rate.spans.enumerated() {
      let place = Int((offset &+ Int64(index) &* rate.interval) / coarse.interval)
      while coarse.spans.count <= place { coarse.spans.append(RateFacts.Span()) }
      coarse.spans[place].add(span)
    }
    return coarse
  }
}

extension RateFacts.Span {
  mutating func add(_ other: RateFacts.Span) {
    packets &+= other.packets
    messages &+= other.messages
    bytes &+= other.bytes
    findings &+= other.findings
  }
}
