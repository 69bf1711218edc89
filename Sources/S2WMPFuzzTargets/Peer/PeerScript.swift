import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// Bytes as the life of a peer: what connects, what arrives, what its user wants, how time passes.
///
/// Each step is a byte: bits 0–4 what, bits 5–7 which of eight connections. What it takes follows. A peer's own connections take the first place that is free.
struct PeerScript {
  /// Codes of the steps, for those who write scripts.
  enum Step: UInt8, CaseIterable {
    /// place
    case connect
    /// count, bytes
    case bytes
    /// packet (`PeerForge`)
    case packet
    /// packet, not delivered yet
    case stage
    /// count; 0 is all
    case deliver
    /// one byte a call
    case trickle
    case end, lose
    case connected, refused
    /// place, count, bytes
    case datagram
    /// place, packet
    case packetDatagram
    /// which of `PeerScript.pauses`
    case pass
    case timeout
    /// which of `PeerScript.walls`
    case wall
    /// command, person, what it takes
    case command
    /// which
    case identity
    /// which of the last requests, error
    case acknowledge
    /// the last packet once more
    case again
    /// packet, offset (two bytes), mask
    case flipped
    /// packet, length (two bytes)
    case cut
    /// `kill -9`
    case restart
  }

  static let pauses: [UInt64] = [0, 1, 20, 250, 999, 1000, 1500, 3000, 5000, 9000, 10_000, 30_000, 60_000, 61_000, 300_000, 3_600_000]
  static let walls: [UInt64] = [0, 1, PeerSetting.wall, PeerSetting.wall - 3_600_000, PeerSetting.wall + 86_400_000, .max - 1, .max, 1 << 63]

  private let stage: PeerStage
  private var script: ScriptBytes
  private var forge: PeerForge
  private var last: [UInt8] = []
  private var identities = 0

  init(_ stage: PeerStage, _ bytes: UnsafeRawBufferPointer) {
    self.stage = stage
    script = ScriptBytes(bytes)
    forge = PeerForge(stage.pairs)
  }

  mutating func run() throws(FuzzViolation) {
    while !script.isEmpty {
      let byte = script.byte()
      guard let step = Step(rawValue: byte & 31) else { continue }
      forge.target = stage.judge.identity
      forge.formerTargets = Array(stage.ledger.identities.dropFirst())
      try take(step, Int(byte >> 5))
    }
    // Whatever is due meanwhile: nothing may spin, and nothing be forgotten.
    try stage.pass(.seconds(130))
    for line in stage.lines.values.sorted(by: { $0.id.rawValue < $1.id.rawValue }) { try stage.lose(line) }
    try stage.pass(.seconds(70))
  }

  private mutating func take(_ step: Step, _ slot: Int) throws(FuzzViolation) {
    switch step {
    case .connect: try stage.connect(slot, from: place())
    case .datagram: try stage.datagram(from: place(), script.counted())
    case .packetDatagram: try stage.datagram(from: place(), forge.packet(&script, stage))
    case .pass: try stage.pass(.milliseconds(Self.pauses.pick(script.byte()) ?? 0))
    case .timeout: try stage.timeout()
    case .wall: stage.now.wall = Self.walls.pick(script.byte()) ?? 0
    case .command: try command()
    case .identity: try stage.identity(identity())
    case .restart: try stage.restart()
    default: try onConnection(step, stage.slots[slot])
    }
  }

  private mutating func onConnection(_ step: Step, _ line: PeerLine?) throws(FuzzViolation) {
    let written = written(step, line)
    guard let line else { return }
    line.staged += written
    switch step {
    case .stage: break
    case .deliver: try deliver(line, script.byte())
    case .trickle: while !line.staged.isEmpty, line.phase == .open, !line.hasEnded { try stage.deliver(line, 1) }
    case .end: try stage.end(line)
    case .lose: try stage.lose(line)
    case .connected: try stage.connected(line, true)
    case .refused: try stage.connected(line, false)
    default: try deliver(line, 0)
    }
  }

  private func deliver(_ line: PeerLine, _ count: UInt8) throws(FuzzViolation) {
    try stage.deliver(line, count == 0 ? line.staged.count : Int(count))
  }

  /// What a step adds to what is on its way.
  private mutating func written(_ step: Step, _ line: PeerLine?) -> [UInt8] {
    switch step {
    case .bytes: return script.counted()
    case .packet, .stage: last = forge.packet(&script, stage)
    case .again: break
    case .acknowledge:
      let (which, error) = (script.byte(), script.byte())
      let requests = (line?.requests ?? []).filter { $0[1] != PacketType.chatRequest.rawValue }
      last = requests.reversed().pick(which).map { forge.acknowledgement(of: $0, error: error & 7) } ?? []
    case .flipped:
      last = forge.packet(&script, stage)
      let (offset, mask) = (Int(script.number(2)), script.byte())
      if !last.isEmpty { last[offset % last.count] ^= mask }
    case .cut:
      last = forge.packet(&script, stage)
      last = Array(last.prefix(Int(script.number(2))))
    default: return []
    }
    return last
  }

  private mutating func place() -> Endpoint { PeerSetting.places.pick(script.byte()) ?? PeerSetting.home }

  private mutating func command() throws(FuzzViolation) {
    let (kind, person) = (script.byte(), script.byte())
    let people = FuzzPeople.others.map(\.userID) + [stage.judge.identity.userID, .zero]
    let id = people.pick(person) ?? .zero
    switch kind % 12 {
    case 0: try stage.perform(.send(to: id, text: String(decoding: script.counted(), as: UTF8.self)))
    case 1: try stage.perform(.cancel(to: id, datetime: stage.ledger.outgoing.pick(script.byte())?.datetime ?? 1))
    case 2:
      let choice = script.byte()
      try stage.perform(.add(id, address: choice == 0 ? nil : PeerSetting.places.pick(choice)))
    case 3: try stage.perform(.accept(id))
    case 4: try stage.perform(.deny(id))
    case 5: try stage.perform(.remove(id))
    case 6: try stage.perform(.status(UserStatus.allCases.pick(person) ?? .online))
    case 7: try stage.perform(.discover)
    case 8: try stage.perform(.lookup(id))
    case 9: try stage.perform(.friends)
    case 10: try stage.perform(.regenerateKey)
    default: try stage.perform(.quit)
    }
  }

  /// 0: none could be made; 1: the one in use; 2: somebody else's; others: a new one while there are any.
  private mutating func identity() -> Identity? {
    switch script.byte() {
    case 0: return nil
    case 1: return stage.judge.identity
    case 2: return FuzzPeople.others[5]
    default:
      identities += 1
      return identities <= FuzzPeople.spares.count ? FuzzPeople.spares[identities - 1] : nil
    }
  }
}
