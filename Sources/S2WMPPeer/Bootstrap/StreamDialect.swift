import S2WMPWire

/// Which dialect the first packet of a TCP connection to a server is in (S2WMP wire format, appendix L, "Telling the dialects apart").
///
/// Only REG and LP can make it legacy: nothing else that a legacy program sends is for a server. A REG has no byte that differs, so lengths decide; a
/// legacy one whose first piece ends exactly where a v1 one would is taken for v1.
enum StreamDialect: Equatable {
  case decided(Dialect)
  /// More bytes are needed in either dialect.
  case incomplete
  /// Whole in one dialect, the beginning of a packet in the other. `mayIdle`: the whole one would be ignored, so waiting longer changes nothing.
  case doubtful(mayIdle: Bool)

  /// - bytes: everything that came on the connection.
  /// - inOnePiece: it came at once.
  static func judge(_ bytes: UnsafeRawBufferPointer, inOnePiece: Bool) -> StreamDialect {
    guard bytes.count >= 2 else { return bytes.first ?? protocolVersion == protocolVersion ? .incomplete : .decided(.v1) }
    guard bytes[0] == protocolVersion else { return .decided(.v1) }
    switch PacketType(rawValue: bytes[1]) {
    case .registration: return registration(bytes, inOnePiece)
    case .lookup: return lookup(bytes)
    default: return .decided(.v1)
    }
  }

  private static func registration(_ bytes: UnsafeRawBufferPointer, _ inOnePiece: Bool) -> StreamDialect {
    guard bytes.count >= Registration.length else { return .incomplete }
    if bytes.count == Registration.length { return inOnePiece ? .decided(.v1) : .doubtful(mayIdle: false) }
    return tile(bytes, Registration.length, LegacyRegistration.length)
  }

  private static func lookup(_ bytes: UnsafeRawBufferPointer) -> StreamDialect {
    guard bytes.count >= Lookup.broadcast.end else { return .incomplete }
    // In the legacy layout these two are in the middle of a random request ID.
    if bytes[Lookup.status.offset] == 0, bytes[Lookup.broadcast.offset] == 0 { return .decided(.v1) }
    guard bytes.count >= Lookup.length else { return .incomplete }
    if bytes.count == Lookup.length { return .doubtful(mayIdle: true) }
    return tile(bytes, Lookup.length, LegacyLookup.length)
  }

  /// More than one v1 packet's bytes are there: whose next packet begins where this one ends?
  private static func tile(_ bytes: UnsafeRawBufferPointer, _ v1: Int, _ legacy: Int) -> StreamDialect {
    if mayBegin(bytes, v1, .v1) { return .decided(.v1) }
    if bytes.count < legacy { return .doubtful(mayIdle: false) }
    return .decided(bytes.count == legacy || mayBegin(bytes, legacy, .legacy) ? .legacy : .v1)
  }

  private static func mayBegin(_ bytes: UnsafeRawBufferPointer, _ offset: Int, _ dialect: Dialect) -> Bool {
    guard bytes[offset] == protocolVersion else { return false }
    return bytes.count == offset + 1 || PacketType(rawValue: bytes[offset + 1]).isDefined(dialect)
  }
}
