import CCoverage

/// Which edges of this program's own code a run went along, when the program was built with coverage counters:
///
///     swift build --product s2wmp --sanitize=address -Xswiftc -sanitize-coverage=edge,inline-8bit-counters
///
/// A run that goes along an edge for the first time, or clearly more often than any before it, shows something new. Counters are cleared before the target runs
/// and read after it, so what generator and oracle do does not count. There is one set of counters in a process: at most one run at a time.
public final class EdgeCoverage {
  private let counters: UnsafeMutableRawBufferPointer
  /// Eight bits an edge: how often it was met in one run, as ranges.
  private var known: [UInt8]
  /// Edges met at least once.
  public private(set) var edgesMet = 0

  /// Nil: this program was built without counters.
  public init?() {
    let count = s2wmp_counter_count()
    guard count > 0, let start = s2wmp_counters() else { return nil }
    counters = UnsafeMutableRawBufferPointer(start: start, count: count)
    known = [UInt8](repeating: 0, count: count)
  }

  /// Edges that there are, in all of the program.
  public var edgeCount: Int { counters.count }

  /// Before a run.
  public func begin() { counters.initializeMemory(as: UInt8.self, repeating: 0) }

  /// After a run: what no run before it showed, as features.
  public func news() -> [UInt64] {
    var out: [UInt64] = []
    visit { edge, range in
      guard known[edge] & range == 0 else { return }
      if known[edge] == 0 { edgesMet += 1 }
      known[edge] |= range
      out.append(Self.feature(edge, range))
    }
    return out
  }

  /// After a run: everything that it showed.
  public func all() -> [UInt64] {
    var out: [UInt64] = []
    visit { edge, range in out.append(Self.feature(edge, range)) }
    return out
  }

  /// Most counters are zero: eight are looked at together.
  private func visit(_ body: (Int, UInt8) -> Void) {
    var edge = 0
    while edge < counters.count {
      if edge + 8 <= counters.count, counters.loadUnaligned(fromByteOffset: edge, as: UInt64.self) == 0 {
        edge += 8
        continue
      }
      let end = min(edge + 8, counters.count)
      while edge < end {
        // Read once: this loop is counted as well, and its own counters move (and wrap to zero) while it looks at them.
        let count = counters[edge]
        if count != 0 { body(edge, Self.range(count)) }
        edge += 1
      }
    }
  }

  /// 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more: as libFuzzer has them.
  private static func range(_ count: UInt8) -> UInt8 {
    switch count {
    case ..<4: 1 << (count - 1)
    case ..<8: 1 << 3
    case ..<16: 1 << 4
    case ..<32: 1 << 5
    case ..<128: 1 << 6
    default: 1 << 7
    }
  }

  private static func feature(_ edge: Int, _ range: UInt8) -> UInt64 { Features.mix(UInt64(edge) << 8 | UInt64(range) ^ 0xed6e << 48) }
}
