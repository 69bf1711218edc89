/// What a datagram is (S2WMP §3.2; one datagram, one packet).
public enum DatagramStatus: Sendable, Equatable {
  /// Exactly one packet.
  case packet
  /// A packet of that many bytes, and more bytes behind it.
  case trailing(Int)
  /// The packet's bytes end too early: this many are needed.
  case truncated(Int)
  case fault(FrameFault)
}

extension Framer {
  /// Judges a whole datagram in one dialect.
  @inlinable public static func datagram(_ bytes: UnsafeRawBufferPointer, _ dialect: Dialect) -> DatagramStatus {
    switch frame(bytes, dialect, whole: true) {
    case .framed(let length):
      if length == bytes.count { return .packet }
      let isBroadcast = dialect == .legacy && bytes[1] == PacketType.userBroadcast.rawValue
      return isBroadcast && UserBroadcast.allows(length: bytes.count) ? .packet : .trailing(length)
    case .incomplete(let needed): return .truncated(needed)
    case .fault(let fault): return .fault(fault)
    }
  }
}
