import S2WMPAnalysis
import S2WMPWire

/// Packets by type and dialect.
struct KindLedger {
  /// Dialect times 16 plus type; type 0 stands for malformed runs.
  private var counts = [(packets: UInt64, bytes: UInt64)](repeating: (0, 0), count: 32)

  @inline(__always) mutating func add(_ dialect: Dialect, _ type: UInt8, _ length: UInt64) {
    let index = Int(dialect.rawValue) * 16 + Int(type & 15)
    counts[index].packets &+= 1
    counts[index].bytes &+= length
  }

  var facts: [KindFacts] {
    let order = Dialect.allCases.flatMap { dialect in (1...15).map { (dialect, $0) } } + Dialect.allCases.map { ($0, 0) }
    return order.compactMap { dialect, type in
      let count = counts[Int(dialect.rawValue) * 16 + type]
      guard count.packets > 0 else { return nil }
      var facts = KindFacts(dialect: dialect, type: type == 0 ? nil : PacketType(rawValue: UInt8(type)))
      facts.packets = count.packets
      facts.bytes = count.bytes
      return facts
    }
  }
}

/// ACKs by what they say.
struct AcknowledgementLedger {
  /// Dialect times 256 plus error.
  private var counts = [UInt64](repeating: 0, count: 512)

  @inline(__always) mutating func add(_ dialect: Dialect, _ error: UInt8) {
    counts[Int(dialect.rawValue) << 8 | Int(error)] &+= 1
  }

  var facts: [AcknowledgementFacts] {
    Dialect.allCases.flatMap { dialect in
      (0...255).compactMap { error in
        let count = counts[Int(dialect.rawValue) << 8 | error]
        return count == 0 ? nil : AcknowledgementFacts(dialect: dialect, error: UInt8(error), count: count)
      }
    }
  }
}

/// Findings by code, with the frames of the first ones.
struct FindingLedger {
  private var counts: [FindingCount]
  private let limit: Int

  init(_ limits: SurveyLimits) {
    limit = limits.framesOfFinding
    counts = ExpertCode.allCases.map { FindingCount(code: $0, count: 0, frames: []) }
  }

  mutating func add(_ findings: Findings, _ file: Int, _ frame: UInt64) {
    var rest = findings.rawValue
    while rest != 0 {
      let index = rest.trailingZeroBitCount
      rest &= rest &- 1
      guard index < counts.count else { return }
      counts[index].count &+= 1
      guard counts[index].frames.count < limit else { continue }
      counts[index].frames.append(frame)
      counts[index].files.append(file)
    }
  }

  /// Most severe first, then in the order of their codes.
  var facts: [FindingCount] {
    let found = counts.filter { $0.count > 0 }
    return [Severity.error, .warning, .note].flatMap { severity in found.filter { $0.code.severity == severity } }
  }
}
