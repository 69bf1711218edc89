/// The T field: which packet this is (S2WMP §3.1). An undefined value survives as it is.
public struct PacketType: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  @inlinable public static var message: PacketType { PacketType(rawValue: 0x01) }
  @inlinable public static var registration: PacketType { PacketType(rawValue: 0x02) }
  @inlinable public static var statusChange: PacketType { PacketType(rawValue: 0x03) }
  @inlinable public static var lookup: PacketType { PacketType(rawValue: 0x04) }
  @inlinable public static var lookupResponse: PacketType { PacketType(rawValue: 0x05) }
  @inlinable public static var acknowledgement: PacketType { PacketType(rawValue: 0x06) }
  /// Reserved in v1.
  @inlinable public static var userBroadcast: PacketType { PacketType(rawValue: 0x07) }
  @inlinable public static var chatRequest: PacketType { PacketType(rawValue: 0x08) }
  @inlinable public static var registrationResponse: PacketType { PacketType(rawValue: 0x09) }
  @inlinable public static var chatRequestResponse: PacketType { PacketType(rawValue: 0x0a) }
  @inlinable public static var idChange: PacketType { PacketType(rawValue: 0x0b) }
  @inlinable public static var broadcastServer: PacketType { PacketType(rawValue: 0x0c) }
  @inlinable public static var broadcastServerResponse: PacketType { PacketType(rawValue: 0x0d) }
  @inlinable public static var broadcastPeer: PacketType { PacketType(rawValue: 0x0e) }
  @inlinable public static var broadcastPeerResponse: PacketType { PacketType(rawValue: 0x0f) }

  /// All values that a dialect defines, in order.
  public static func all(_ dialect: Dialect) -> [PacketType] {
    (1...15).map { PacketType(rawValue: $0) }.filter { $0.isDefined(dialect) }
  }

  /// v1 defines 1…6 and 8…15, legacy 1…9.
  @inlinable public func isDefined(_ dialect: Dialect) -> Bool {
    switch dialect {
    case .v1: rawValue >= 1 && rawValue <= 15 && rawValue != 7
    case .legacy: rawValue >= 1 && rawValue <= 9
    }
  }

  /// The document's short name (M, ACK, …), which outputs and filters use; nil when undefined in both dialects.
  public var shortName: String? {
    rawValue >= 1 && rawValue <= 15 ? Self.names[Int(rawValue)].short : nil
  }

  /// The document's long name.
  public var longName: String? {
    rawValue >= 1 && rawValue <= 15 ? Self.names[Int(rawValue)].long : nil
  }

  /// The type with that short name, in any letter case.
  public init?(shortName: String) {
    let wanted = shortName.uppercased()
    guard let index = Self.names.firstIndex(where: { $0.short == wanted }), index > 0 else { return nil }
    self.init(rawValue: UInt8(index))
  }

  private static let names: [(short: String, long: String)] = [
    ("", ""), ("M", "Message"), ("REG", "Registration"), ("SC", "Status Change"), ("LP", "Lookup"), ("LPR", "Lookup Response"),
    ("ACK", "ACK"), ("UB", "User Broadcast"), ("CR", "Chat Request"), ("RREG", "Registration Response"), ("CRR", "Chat Request Response"),
    ("IC", "ID Change"), ("BSM", "Broadcast Server"), ("BSR", "Broadcast Server Response"), ("BPM", "Broadcast to Peer"),
    ("BPR", "Broadcast Peer Response"),
  ]
}
