import S2WMPWire

/// A packet that a bootstrap server answers (S2WMP §3.2.3, §3.2.5; in either dialect).
struct BootstrapRequest {
  enum Kind { case registration, lookup, idChange, broadcast }

  var kind: Kind
  var dialect: Dialect
  /// v1: in the low half.
  var requestID: Identifier
  /// Who asks.
  var userID: Identifier
  /// Who is looked up, or the new ID.
  var target: Identifier
  /// The new key of an IC, borrowed.
  var key = UnsafeRawBufferPointer(start: nil, count: 0)

  /// Nil when the packet is for somebody else or holds an undefined value.
  init?(_ packet: PacketView, _ rules: BootstrapRules) {
    switch packet.layout {
    case .registration:
      self.init(.registration, .v1, Self.wide(packet[Registration.requestID]), packet[Registration.userID])
    case .lookup:
      guard packet.type != .broadcastPeer, rules.accepts(hasDefinedValues: packet.undefinedValues.isEmpty) else { return nil }
      let kind: Kind = packet.type == .broadcastServer ? .broadcast : .lookup
      self.init(kind, .v1, Self.wide(packet[Lookup.requestID]), packet[Lookup.userID], packet[Lookup.lookupID])
    case .idChange:
      self.init(.idChange, .v1, Self.wide(packet[IDChange.requestID]), packet[IDChange.userID], packet[IDChange.newID])
      key = packet[IDChange.publicKey]
    case .legacyRegistration:
      self.init(.registration, .legacy, packet[LegacyRegistration.requestID], packet[LegacyRegistration.userID])
    case .legacyLookup:
      let (user, wanted) = (packet[LegacyLookup.userID], packet[LegacyLookup.lookupID])
      self.init(.lookup, .legacy, packet[LegacyLookup.requestID], user, wanted)
    default: return nil
    }
  }

  private init(_ kind: Kind, _ dialect: Dialect, _ requestID: Identifier, _ userID: Identifier, _ target: Identifier = .zero) {
    self.kind = kind
    self.dialect = dialect
    self.requestID = requestID
    self.userID = userID
    self.target = target
  }

  private static func wide(_ id: Opaque64) -> Identifier { Identifier(high: 0, low: id.value) }
}
