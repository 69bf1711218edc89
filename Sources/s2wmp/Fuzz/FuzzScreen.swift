import S2WMPFuzz

/// One line that tells how a run stands, on a terminal.
struct FuzzScreen {
  private let isShown = StandardError.isTerminal
  private var wasShown = false
  let seed: UInt64

  init(seed: UInt64) { self.seed = seed }

  mutating func show(_ progress: FuzzProgress) {
    guard isShown else { return }
    wasShown = true
    StandardError.write("\r\u{1b}[K" + Self.line(progress, seed: seed))
  }

  /// Makes room for a line of its own.
  mutating func clear() {
    if wasShown { StandardError.write("\r\u{1b}[K") }
    wasShown = false
  }

  static func line(_ progress: FuzzProgress, seed: UInt64) -> String {
    let time = "\(pad(Int(progress.seconds) / 60)):\(pad(Int(progress.seconds) % 60))"
    let findings = "\(progress.findings) finding\(progress.findings == 1 ? "" : "s")"
    let state = progress.activity ?? "requirements met \(progress.requirementsMet)   corpus \(progress.corpus)"
    return " \(time)  \(grouped(progress.cases)) cases  \(rate(progress.casesPerSecond))  \(findings)   \(state)   seed \(seed)"
  }

  private static func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  static func grouped(_ number: Int) -> String {
    var digits = Array(String(number))
    var at = digits.count - 3
    while at > 0 {
      digits.insert(",", at: at)
      at -= 3
    }
    return String(digits)
  }

  private static func rate(_ rate: Double) -> String {
    rate >= 10_000 ? "\(Int(rate / 100) / 10).\(Int(rate / 100) % 10) k/s" : "\(Int(rate))/s"
  }
}
