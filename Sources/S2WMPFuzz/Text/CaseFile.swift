import S2WMPCrypto
import S2WMPWire

/// What a `.s2case` file holds: one or several cases to run one after the other, and where they come from.
///
/// Text, line by line, made to be edited by hand: `text(heading:)` writes it, `init(text:)` reads it. Documentation/Cases.md describes it.
public struct CaseFile: Hashable, Sendable {
  /// In the order in which they run; what the file is about is the last one.
  public var cases: [Case]
  /// What the finding was.
  public var requirement: String?
  public var kind: FindingKind?
  /// What the session was that found it.
  public var suite: Suite?
  public var group: KeyGroup?
  public var seed: UInt64?
  /// How often the cases are tried; nil: once.
  public var repetition: Repetition?
  /// For people.
  public var notes: [String]

  public init(
    cases: [Case], requirement: String? = nil, kind: FindingKind? = nil, suite: Suite? = nil, group: KeyGroup? = nil, seed: UInt64? = nil, notes: [String] = []
  ) {
    self.cases = cases
    self.requirement = requirement
    self.kind = kind
    self.suite = suite
    self.group = group
    self.seed = seed
    self.notes = notes
  }
}

/// How much a case file may hold. A file is a stranger's: nothing in it makes more memory than this.
public enum CaseLimits {
  /// Bytes of a file.
  public static let file = 1 << 20
  /// Bytes of a line, after its continuations are joined.
  public static let line = 1 << 18
  public static let cases = 10_000
  /// Of one case.
  public static let steps = 1024
  /// Of one burst.
  public static let packets = 1024
  /// Of one packet.
  public static let changes = 64
  /// Bytes of one value, and of all values of a file (a short line can say `hex 00 x 100000`).
  public static let bytes = 1 << 17
  public static let allBytes = 1 << 23
  public static let notes = 256

  static let connections = 0...63
  static let sources = 0...15
  /// Of how long a server does something.
  static let percent = 1...1000
  /// Where a burst may be cut.
  static let cuts = 1...(1 << 24)
  static let cutCount = 1024
  /// Bytes of an M's body at most.
  static let body = 0...65_535
  /// Bits of a field, from its start; the body's also from its end.
  static let bits = 0...(65_535 * 8 - 1)
  /// Bytes of a key, right or wrong.
  static let key = 0...65_536
  static let rsaBits = 16...8192
  static let packet = 0...(1 << 17)
}

/// Why a case file was refused: where, and what would be right instead.
public struct CaseTextError: Error, Hashable, CustomStringConvertible {
  /// From 1.
  public var line: Int
  /// One sentence without its full stop.
  public var sentence: String

  init(_ line: Int, _ sentence: String) {
    self.line = line
    self.sentence = sentence
  }

  public var description: String { "line \(line): \(sentence)" }
}
