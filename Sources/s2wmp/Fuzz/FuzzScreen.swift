import S2WMPFuzz

/// One line that tells how a run stands, on a terminal.
struct FuzzScreen {
  /// Elsewhere nothing is shown, and nothing needs to be counted for it.
  let isShown = StandardError.isTerminal
  private var wasShown = false
  let seed: UInt64

  init(seed: UInt64) { self.seed = seed }

  mutating func show(_ progress: FuzzProgress) {
    guard isShown else { return }
    wasShown = true
    // A line that wraps could not be taken back.
    let room = max(20, (StandardError.columns ?? 80) - 1)
    StandardError.write("\r\u{1b}[K" + Self.line(progress, seed: seed, room: room))
  }

  /// Makes room for a line of its own.
  mutating func clear() {
    if wasShown { StandardError.write("\r\u{1b}[K") }
    wasShown = false
  }

  /// As much of it as fits into so many columns; what matters most comes first.
  static func line(_ progress: FuzzProgress, seed: UInt64, room: Int) -> String {
    let time = "\(pad(Int(progress.seconds) / 60)):\(pad(Int(progress.seconds) % 60))"
    let findings = "\(progress.findings) finding\(progress.findings == 1 ? "" : "s")"
    var parts = [" \(time)", "\(grouped(progress.cases)) cases", rate(progress.casesPerSecond), findings]
    parts += progress.activity.map { [$0] } ?? [coverage(progress), "corpus \(progress.corpus)"]
    parts.append("seed \(seed)")
    while parts.count > 1, parts.reduce(-2, { $0 + $1.unicodeScalars.count + 2 }) > room { parts.removeLast() }
    return parts.joined(separator: "  ")
  }

  private static func coverage(_ progress: FuzzProgress) -> String {
    "\(progress.requirementsMet) requirements\(progress.defectsTried.map { ", field × defect \($0)%" } ?? " met")"
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
