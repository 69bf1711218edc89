import S2WMPWire

/// What a plan is to a bootstrap server before any rule of section 6.2 is asked, known from how it was constructed (S2WMP wire format, section 4).
struct RequestForm {
  enum Kind: Hashable {
    /// A request of that type, to be answered.
    case request(PacketType)
    /// A datagram that gets no answer.
    case dropped
    /// A packet in a stream that gets no answer.
    case ignored
    /// Bytes in a stream that are no packet.
    case fault
  }

  var kind: Kind
  var checks: ServerChecks = []
  var framing = Consequence.Framing.whole
  /// Bytes that the packet says it has.
  var size = 0

  var isRequest: Bool { if case .request = kind { true } else { false } }

  /// Whether a connection that begins so may be of either dialect, until more of it is seen (S2WMP wire format, appendix L).
  var mayBeLegacy: Bool { kind == .request(.registration) || checks.contains(.ignoredLookup) }

  /// The types whose packets are forged here; all others are forged as for a peer.
  static func isForServer(_ type: PacketType) -> Bool {
    [.registration, .lookup, .idChange, .broadcastServer, .broadcastPeer].contains(type)
  }

  /// BSM, BPM and LP have one layout.
  private static func isLookup(_ type: UInt8) -> Bool { [4, 12, 14].contains(type) }

  /// - keySize: bytes of the key field of an IC.
  static func ofDatagram(_ plan: PacketPlan, keySize: Int) throws(CaseFault) -> RequestForm {
    let facts = Facts(plan, keySize)
    var form = RequestForm(kind: .dropped)
    if facts.version != 1 { form.checks.insert(.version) }
    if !PacketType(rawValue: facts.type).isDefined(.v1) { form.checks.insert(.type) }
    try refuseOtherType(plan, facts, ifRequest: true)
    guard isForServer(plan.type) else {
      form.checks.insert(.dropped)
      return form
    }
    try facts.refuseLegacyTwin()
    if facts.hasWrongKeyLength { form.checks.insert(.keyLength) }
    if facts.there < facts.said { form.checks.insert(.short) }
    if facts.there > facts.said { form.checks.insert(.trailing) }
    if facts.hasUndefinedValue { form.checks.insert(.values) }
    if facts.type == 14 || facts.type != plan.type.rawValue && !isLookup(facts.type) { form.checks.insert(.dropped) }
    if form.checks.isEmpty {
      try facts.refuseStretchedKey()
      form.kind = .request(PacketType(rawValue: facts.type))
    }
    return form
  }

  /// - peers: what the oracle for peers says of the same plan; asked for packets that are not for a server.
  static func ofStream(_ plan: PacketPlan, keySize: Int, peers: () throws -> Consequence) throws -> RequestForm {
    guard isForServer(plan.type) else { return foreign(try peers()) }
    let facts = Facts(plan, keySize)
    try refuseOtherType(plan, facts, ifRequest: false)
    var form = RequestForm(kind: .fault, checks: .stream, size: facts.said)
    let needed: Int
    if facts.version != 1 {
      (needed, form.checks) = (1, [.stream, .version])
    } else if !PacketType(rawValue: facts.type).isDefined(.v1) {
      (needed, form.checks) = (2, [.stream, .type])
    } else if facts.hasWrongKeyLength {
      (needed, form.checks) = (IDChange.keyLength.end, [.stream, .keyLength])
    } else {
      return whole(facts, form)
    }
    form.framing = facts.there < needed ? .incomplete : facts.there < facts.plain ? .faultEarly : .whole
    return form
  }

  private static func whole(_ facts: Facts, _ given: RequestForm) -> RequestForm {
    var form = given
    if facts.there < facts.said { form.framing = .incomplete }
    if facts.there > facts.said { form.framing = .leftover }
    switch facts.type {
    case 4 where facts.hasUndefinedValue: (form.kind, form.checks) = (.ignored, [.stream, .ignoredLookup])
    case 12, 14: (form.kind, form.checks) = (.ignored, [.stream, .ignored])
    default: form.kind = .request(PacketType(rawValue: facts.type))
    }
    return form
  }

  private static func foreign(_ peers: Consequence) -> RequestForm {
    var form = RequestForm(kind: .ignored, checks: [.stream, .ignored], framing: peers.framing)
    guard let first = peers.first, first.owed == .fault else { return form }
    form.kind = .fault
    form.checks = [.stream, first == .version ? .version : first == .type ? .type : .keyLength]
    return form
  }

  /// Bytes of one packet taken for another one: what they say then is not known.
  private static func refuseOtherType(_ plan: PacketPlan, _ facts: Facts, ifRequest: Bool) throws(CaseFault) {
    let type = facts.type
    guard type != plan.type.rawValue, PacketType(rawValue: type).isDefined(.v1) else { return }
    if isLookup(type), isLookup(plan.type.rawValue) { return }
    if ifRequest, ![2, 4, 11, 12].contains(type) { return }
    throw CaseFault("\(plan.type.shortName ?? "this packet") cannot be turned into type \(type): what its bytes say then is not known")
  }
}

/// The values that decide about the form of a packet for a server.
private struct Facts {
  let version: UInt8
  let type: UInt8
  private let status: UInt8
  private let broadcast: UInt8
  private let keyLength: UInt32?
  private let keySize: Int
  /// Bytes as built, as sent, and as the packet says.
  let plain: Int
  let there: Int
  let said: Int

  init(_ plan: PacketPlan, _ keySize: Int) {
    self.keySize = keySize
    let isBroadcast = plan.type == .broadcastServer || plan.type == .broadcastPeer
    version = UInt8(plan.value(of: "version", 1, bits: 8))
    type = UInt8(plan.value(of: "type", UInt64(plan.type.rawValue), bits: 8))
    status = UInt8(plan.value(of: "status", 0, bits: 8))
    broadcast = UInt8(plan.value(of: "broadcast", isBroadcast ? 1 : 0, bits: 8))
    keyLength = plan.type == .idChange ? UInt32(plan.value(of: "key_length", UInt64(keySize), bits: 32)) : nil
    switch plan.type {
    case .registration: plain = Registration.length
    case .idChange: plain = IDChange.fixedLength + keySize
    default: plain = Lookup.length
    }
    said = keyLength.map { IDChange.fixedLength + Int($0) } ?? plain
    var there = plain
    for case .append(let bytes) in plan.changes { there += bytes.count }
    for case .cut(let count) in plan.changes { there = min(there, max(0, count)) }
    self.there = there
  }

  var hasWrongKeyLength: Bool { keyLength.map { $0 == 0 || $0 > 8192 } ?? false }

  var hasUndefinedValue: Bool {
    guard [4, 12, 14].contains(type) else { return false }
    return status != 0 || broadcast != (type == 4 ? 0 : 1)
  }

  /// A datagram's length decides its dialect (S2WMP wire format, appendix L).
  func refuseLegacyTwin() throws(CaseFault) {
    guard version == 1, type == 2 && there == LegacyRegistration.length || type == 4 && there == LegacyLookup.length else { return }
    throw CaseFault("a datagram of \(there) bytes and type \(type) is of the legacy dialect; take another number of bytes")
  }

  /// A key that ends elsewhere than it was made to.
  func refuseStretchedKey() throws(CaseFault) {
    guard let keyLength, Int(keyLength) != keySize else { return }
    throw CaseFault("key_length and the bytes behind the packet make a longer key of it; set public_key instead")
  }
}

extension PacketPlan {
  /// The number in a field after all changes, most significant bit first, when it was `start` before.
  fileprivate func value(of field: String, _ start: UInt64, bits: Int) -> UInt64 {
    let mask: UInt64 = bits == 64 ? .max : (1 << UInt64(bits)) - 1
    var value = start
    for change in changes {
      switch change {
      case .set(field, .number(let number)), .tamper(field, .number(let number)): value = number & mask
      case .set(field, .bytes(let bytes)), .tamper(field, .bytes(let bytes)): value = bytes.reduce(0) { $0 << 8 | UInt64($1) } & mask
      case .flip(field, let bit): value ^= 1 << UInt64(bits - 1 - ((bit % bits) + bits) % bits)
      default: break
      }
    }
    return value
  }
}
