import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// Bytes as the life of a bootstrap server: datagrams, connections, time.
///
/// Each step is a byte: bits 0–3 what, bits 5–7 which of eight connections. What it takes follows.
struct BootstrapScript {
  /// Codes of the steps, for those who write scripts.
  enum Step: UInt8, CaseIterable {
    /// place, request
    case request
    /// place, count, bytes
    case datagram
    /// place
    case connect
    /// request
    case packet
    /// count, bytes
    case bytes
    /// request, then where it is cut
    case pieces
    case end
    /// which of `BootstrapScript.pauses`
    case pass
    case tick
    /// which of `BootstrapScript.walls`
    case wall
    /// place, person, milliseconds from now (two bytes)
    case restore
    /// place, how often, request
    case flood
    case timeout
    /// request, offset, mask; as a datagram from the first place
    case flipped
  }

  static let pauses: [UInt64] = [0, 1, 20, 99, 100, 101, 249, 250, 500, 1000, 2000, 5000, 60_000, 900_000]
  static let walls: [UInt64] = [0, BootstrapSetting.wall, BootstrapSetting.wall - 3_600_000, BootstrapSetting.wall + 86_400_000, .max]

  private let stage: BootstrapStage
  private var script: ScriptBytes

  init(_ stage: BootstrapStage, _ bytes: UnsafeRawBufferPointer) {
    self.stage = stage
    script = ScriptBytes(bytes)
  }

  mutating func run() throws(FuzzViolation) {
    while !script.isEmpty {
      let byte = script.byte()
      guard let step = Step(rawValue: byte & 15) else { continue }
      try take(step, Int(byte >> 5))
    }
    try stage.pass(.seconds(20))
  }

  private mutating func take(_ step: Step, _ slot: Int) throws(FuzzViolation) {
    switch step {
    case .request:
      let place = place()
      try stage.datagram(request(), from: place)
    case .datagram:
      let place = place()
      try stage.datagram(script.counted(), from: place)
    case .connect: stage.connect(slot, from: place())
    case .packet: try deliver(request(), slot)
    case .bytes: try deliver(script.counted(), slot)
    case .pieces: try pieces(slot)
    case .end: if let line = stage.lines[slot] { try stage.end(line) }
    case .pass: try stage.pass(.milliseconds(Self.pauses.pick(script.byte()) ?? 0))
    case .tick: try stage.tick()
    case .wall: stage.now.wall = Self.walls.pick(script.byte()) ?? 0
    case .restore: try restore()
    case .flood:
      let (place, count, bytes) = (place(), script.byte(), request())
      for _ in 0..<(count & 63) { try stage.datagram(bytes, from: place) }
    case .timeout: if let line = stage.lines[slot] { try stage.timeout(line) }
    case .flipped:
      var bytes = request()
      let (offset, mask) = (Int(script.byte()), script.byte())
      if !bytes.isEmpty { bytes[offset % bytes.count] ^= mask }
      try stage.datagram(bytes, from: BootstrapSetting.places[0])
    }
  }

  private func deliver(_ bytes: [UInt8], _ slot: Int) throws(FuzzViolation) {
    guard let line = stage.lines[slot] else { return }
    try stage.deliver(line, bytes)
  }

  private mutating func pieces(_ slot: Int) throws(FuzzViolation) {
    let bytes = request()
    let cut = Int(script.byte()) % max(1, bytes.count)
    try deliver(Array(bytes[..<cut]), slot)
    try deliver(Array(bytes[cut...]), slot)
  }

  private mutating func restore() throws(FuzzViolation) {
    let (place, id) = (place(), person(script.byte()))
    let expires = stage.now.wall &+ script.number(2) &- 100
    try stage.restore(BootstrapRegistration(id: id, address: place, expires: expires))
  }

  private mutating func place() -> Endpoint { BootstrapSetting.places.pick(script.byte()) ?? BootstrapSetting.home }

  private func person(_ number: UInt8) -> Identifier { number & 7 == 7 ? .zero : FuzzPeople.others.pick(number & 7)?.userID ?? .zero }

  // MARK: Requests

  /// The kind in bits 0–3 of a byte, who asks in 4–6; whom for, or the new key's owner, in the next.
  private mutating func request() -> [UInt8] {
    let first = script.byte()
    let (user, other) = (person(first >> 4), script.byte())
    switch first & 15 {
    case 0:
      return build(.registration, .v1) {
        $0.set(Registration.requestID, Opaque64(UInt64(other))); $0.set(Registration.userID, user)
      }
    case 1: return lookup(.lookup, user, other)
    case 2: return lookup(.broadcastServer, user, other)
    case 3: return lookup(.broadcastPeer, user, other)
    case 4: return idChange(user, other)
    case 5:
      return build(.registration, .legacy) {
        $0.set(LegacyRegistration.requestID, Identifier(high: 1, low: UInt64(other)))
        $0.set(LegacyRegistration.userID, user)
      }
    case 6:
      return build(.lookup, .legacy) {
        // In the v1 layout these are status and broadcast: not zero, else the stream would be taken for v1.
        $0.set(LegacyLookup.requestID, Identifier(high: other & 64 == 0 ? .max : 0, low: UInt64(other)))
        $0.set(LegacyLookup.userID, user)
        $0.set(LegacyLookup.lookupID, person(other))
      }
    default: return build(PacketType(rawValue: first & 15), other & 1 == 0 ? .v1 : .legacy) { _ in }
    }
  }

  /// Bits 4 and 5 of `other`: status and broadcast are wrong.
  private func lookup(_ type: PacketType, _ user: Identifier, _ other: UInt8) -> [UInt8] {
    build(type, .v1) {
      $0.set(Lookup.requestID, Opaque64(UInt64(other)))
      $0.set(Lookup.status, other >> 4 & 1)
      $0.set(Lookup.broadcast, (type == .lookup ? 0 : 1) ^ (other >> 5 & 1))
      $0.set(Lookup.userID, user)
      $0.set(Lookup.lookupID, person(other))
    }
  }

  /// Bit 4 of `other`: the new ID is not the key's.
  private func idChange(_ user: Identifier, _ other: UInt8) -> [UInt8] {
    let new = FuzzPeople.others.pick(other & 7) ?? FuzzPeople.own
    return build(.idChange, .v1) {
      $0.set(IDChange.requestID, Opaque64(UInt64(other)))
      $0.set(IDChange.userID, user)
      $0.set(IDChange.newID, other & 16 != 0 ? Identifier(high: 1, low: 1) : new.userID)
      $0.set(IDChange.publicKey, new.publicKey)
    }
  }

  private func build(_ type: PacketType, _ dialect: Dialect, _ fill: (inout PacketBuilder) -> Void) -> [UInt8] {
    guard var builder = PacketBuilder(type, dialect) else { return [7] }
    fill(&builder)
    return builder.build()
  }
}

/// The bytes as the life of a bootstrap server (`BootstrapScript`), beside a model of it.
enum BootstrapTarget {
  static func check(_ input: UnsafeRawBufferPointer, tamper: @escaping ([UInt8]?) -> [UInt8]? = { $0 }) throws(FuzzViolation) {
    guard input.count >= 2 else { return }
    let stage = BootstrapStage(BootstrapSetting(input[0], input[1]).configuration, tamper: tamper)
    var script = BootstrapScript(stage, UnsafeRawBufferPointer(rebasing: input[2...]))
    try script.run()
  }
}
