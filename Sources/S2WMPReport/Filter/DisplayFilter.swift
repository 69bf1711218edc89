import S2WMPAnalysis

/// A filter over dissected packets, compiled from text such as `type == M && ack.error != 0`.
///
/// Everything that depends on names is settled when it is made: a packet is tested by a short program over row offsets and capture facts.
public struct DisplayFilter: Sendable {
  /// The text it was made from.
  public let text: String
  private let program: [FilterInstruction]

  public init(_ text: String) throws(FilterError) {
    self.text = text
    program = try FilterParser.program(try FilterSourceText(text))
  }

  public func matches(_ packet: Dissection) -> Bool {
    var result = false
    var at = 0
    while at < program.count {
      switch program[at] {
      case .test(let test): result = test(packet)
      case .not: result.toggle()
      case .jumpIfTrue(let target): if result { at = target - 1 }
      case .jumpIfFalse(let target): if !result { at = target - 1 }
      }
      at += 1
    }
    return result
  }
}

/// One comparison, ready to run.
typealias FilterTest = @Sendable (Dissection) -> Bool

/// A step of a compiled filter. All work on one truth value; jumps only go forward.
enum FilterInstruction: Sendable {
  case test(FilterTest)
  case not
  case jumpIfTrue(Int)
  case jumpIfFalse(Int)
}
