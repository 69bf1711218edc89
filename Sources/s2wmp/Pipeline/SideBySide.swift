import S2WMPAnalysis
import S2WMPReport

/// Several captures decoded at the same time, printed in their order.
///
/// For the formats in which a line depends on its own capture alone: `ndjson`, `ek`, `csv`, columns, and counting.
final class SideBySide: @unchecked Sendable {
  struct Totals {
    var matched: UInt64 = 0
    var broken: UInt64 = 0
    var hasFailed = false
  }

  private let files: [String]
  private let display: DisplayArguments
  private let isCounting: Bool
  private let traffic: TrafficArguments
  /// Made for each capture anew: keys are not shared between threads.
  private let keys: @Sendable () throws -> KeyMaterial
  private let output: OrderedOutput
  // SAFETY: what follows is read and written under `guarded` alone.
  private let guarded = Guarded()
  private var next = 0
  private var running = 0
  private var totals = Totals()
  private var failure: (any Error)?

  init(
    _ files: [String], _ display: DisplayArguments, counting: Bool, _ traffic: TrafficArguments, keys: @escaping @Sendable () throws -> KeyMaterial
  ) {
    self.files = files
    self.display = display
    isCounting = counting
    self.traffic = traffic
    self.keys = keys
    output = OrderedOutput(count: files.count)
  }

  static func isPossible(_ display: DisplayArguments, counting: Bool) -> Bool {
    if display.limit != nil { return false }
    if counting { return true }
    switch display.format {
    case .ndjson, .ek, .csv: return true
    case .text: return display.fields != nil
    case .tree, .json: return false
    }
  }

  /// Runs so many at a time.
  func run(jobs: Int) throws -> Totals {
    running = min(jobs, files.count)
    for _ in 0..<running { SystemThread.detach { self.work() } }
    guarded.lock()
    while running > 0 { guarded.wait() }
    defer { guarded.unlock() }
    if let failure { throw failure }
    return totals
  }

  private func work() {
    while let number = takeNext() {
      do { try decode(number) } catch { note { self.failure = error } }
      output.end(number)
    }
    note { self.running -= 1 }
  }

  /// The captures are begun in their order, so the one whose turn it is to be printed is always being decoded.
  private func takeNext() -> Int? {
    guarded.lock()
    defer { guarded.unlock() }
    guard next < files.count else { return nil }
    next += 1
    return next - 1
  }

  private func decode(_ number: Int) throws {
    let out = LineBuffer { self.output.write($0, of: number) }
    let printer = try PacketPrinter(display, to: out, counting: isCounting)
    if number == 0 { printer.begin() }
    let recording = Recording(path: files[number], traffic: traffic, sink: printer, keys: try keys(), showsProgress: false)
    let result = recording.decode()
    printer.end()
    if let failure = result.failure { StandardError.complain("\(failure)") }
    note {
      self.totals.matched += printer.matched
      self.totals.broken += printer.broken
      if result.failure != nil { self.totals.hasFailed = true }
    }
  }

  private func note(_ change: () -> Void) {
    guarded.lock()
    change()
    guarded.wakeAll()
    guarded.unlock()
  }
}
