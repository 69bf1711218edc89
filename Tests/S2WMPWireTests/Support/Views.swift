import S2WMPWire
import Testing

/// Runs `body` with a view of bytes that must be exactly one packet.
func withView<Result>(_ bytes: [UInt8], _ dialect: Dialect, _ body: (PacketView) throws -> Result) throws -> Result {
  try bytes.withUnsafeBytes { try body(#require(PacketView($0, dialect), "not exactly one \(dialect.name) packet")) }
}

func frame(_ bytes: some Collection<UInt8>, _ dialect: Dialect, whole: Bool = false) -> FrameStatus {
  Array(bytes).withUnsafeBytes { Framer.frame($0, dialect, whole: whole) }
}

func datagram(_ bytes: some Collection<UInt8>, _ dialect: Dialect) -> DatagramStatus {
  Array(bytes).withUnsafeBytes { Framer.datagram($0, dialect) }
}

/// What the packet's fields build again, through the row-walking consumers' interface.
func rebuild(_ view: PacketView, withoutLengths: Bool = false) throws -> [UInt8] {
  var builder = try #require(PacketBuilder(view.type, view.layout.dialect))
  if view.layout == .legacyUserBroadcast { builder.totalLength = view.bytes.count }
  for row in view.layout.rows {
    if case .length = row.relation, withoutLengths { continue }
    try builder.set(row.name, view.value(of: row))
  }
  return builder.build()
}

/// Checks every prefix of one packet that is framed: incomplete, needing more than there is, never less than a shorter prefix needs.
func expectPrefixesIncomplete(_ bytes: [UInt8], _ dialect: Dialect, _ comment: Comment? = nil) {
  var neededBefore = 0
  for count in 0..<bytes.count {
    guard case .incomplete(let needed) = frame(bytes.prefix(count), dialect) else {
      // The User Broadcast does not tell its length: all from its smallest padded form on are whole.
      let isBroadcast = dialect == .legacy && count >= 59 && bytes[1] == 7
      if !isBroadcast { Issue.record("a prefix of \(count) bytes is \(frame(bytes.prefix(count), dialect)): \(comment?.rawValue ?? "")") }
      continue
    }
    #expect(needed > count && needed >= neededBefore, comment)
    #expect(needed <= max(bytes.count, 59), comment)
    neededBefore = needed
  }
}

/// A generator whose numbers are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}
