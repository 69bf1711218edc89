import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// A peer, everything around it, and what must hold after each call.
///
/// It is the shell, the store and the clock, and it forgets nothing: `PeerWatch` compares what the peer does with it.
final class PeerStage: PeerSurroundings {
  let setting: PeerSetting
  private let makeRules: () -> PeerRules
  private var random = ScriptRandom(seed: 7)
  var now = PeerTime(wall: PeerSetting.wall, monotonic: 1_000_000_000)

  private(set) var peer: Peer?
  let pairs = FuzzPairs()
  var ledger: PeerLedger
  var judge: PeerJudge
  var lines: [ConnectionID: PeerLine] = [:]
  /// The connections that a script can name.
  var slots = [PeerLine?](repeating: nil, count: 8)
  /// What the peer asked by datagram, the latest last, by `request_id`.
  var questions: [[UInt8]] = []
  var questionIDs: Set<UInt64> = []
  /// The last CR that the peer sent.
  var lastChatRequest: [UInt8]?
  var identitiesDue = 0
  var hasStopped = false
  /// The bytes that arrive could exceed the limit of unfinished ones.
  private(set) var mayOverflow = false
  private var calls = 0

  init(_ setting: PeerSetting, rules: @escaping () -> PeerRules) throws(FuzzViolation) {
    self.setting = setting
    makeRules = rules
    ledger = PeerLedger(setting.snapshot)
    judge = PeerJudge(setting.configuration, FuzzPeople.own, pairs)
    try begin(setting.snapshot)
  }

  /// `kill -9`, and a new start from the store.
  func restart() throws(FuzzViolation) { try begin(ledger.snapshot) }

  /// Lets the peer go. Its friends and connections hold each other until they part.
  func dismiss() {
    var ignored: PeerEffects = []
    for line in lines.values where line.phase != .gone { peer?.receiveClosed(line.id, at: now, &ignored) }
    // What those calls began to open.
    for case .connect(let id, _) in ignored { peer?.receiveClosed(id, at: now, &ignored) }
    peer = nil
  }

  private func begin(_ snapshot: PeerSnapshot) throws(FuzzViolation) {
    dismiss()
    lines = [:]
    slots = [PeerLine?](repeating: nil, count: slots.count)
    (questions, questionIDs) = ([], [])
    (identitiesDue, hasStopped) = (0, false)
    judge.wanted = []
    let peer = Peer(configuration: setting.configuration, snapshot: snapshot, surroundings: self, rules: makeRules())
    self.peer = peer
    judge.identity = snapshot.identities[0]
    try call(.start) { peer.start(at: now, &$0) }
  }

  // MARK: Surroundings

  func randomBytes(_ count: Int) -> [UInt8] { random.bytes(count) }
  func listeningEndpoint(for asker: Endpoint) -> Endpoint? { PeerSetting.home }
  func hasAccepted(sender: Identifier, datetime: UInt64) -> Bool { ledger.hasAccepted(FuzzMessage(sender: sender, datetime: datetime)) }

  // MARK: Calls

  func call(_ call: PeerCall, _ body: (inout PeerEffects) -> Void) throws(FuzzViolation) {
    guard let peer else { return }
    calls += 1
    var effects: PeerEffects = []
    body(&effects)
    do throws(FuzzViolation) {
      try PeerWatch(self, call).take(effects)
      try PeerUpkeep.check(peer, self, call)
    } catch {
      throw FuzzViolation("call \(calls), \(call.name): \(error)")
    }
  }

  func connect(_ slot: Int, from remote: Endpoint) throws(FuzzViolation) {
    guard let peer else { return }
    let mayOpen = !hasStopped && peer.holdings.connections < setting.configuration.limits.connections
    var made: ConnectionID?
    try call(.connection) { made = peer.receiveConnection(from: remote, at: now, &$0) }
    try FuzzViolation.require((made != nil) == mayOpen, made == nil ? "a connection is refused without need" : "a connection over the limit is taken")
    guard let made else { return }
    try FuzzViolation.require(lines[made] == nil, "the name of connection \(made.rawValue) is used twice")
    let line = PeerLine(made, remote, isOurs: false, .open)
    lines[made] = line
    slots[slot] = line
  }

  /// The first bytes that the other side wrote arrive.
  func deliver(_ line: PeerLine, _ count: Int) throws(FuzzViolation) {
    guard let peer, count > 0, !line.staged.isEmpty, line.phase == .open || line.phase == .closing, !line.hasEnded else { return }
    let bytes = Array(line.staged.prefix(count))
    line.staged.removeFirst(bytes.count)
    judge.begin(ledger)
    mayOverflow = lines.values.reduce(bytes.count) { $0 + $1.unfinished.count } > setting.configuration.limits.unfinishedBytes
    let (owed, isFaulty) = line.phase == .open ? read(bytes, on: line) : ([], false)
    try call(.bytes(line, owed: owed, isFaulty: isFaulty)) { effects in
      bytes.withUnsafeBytes { peer.receiveBytes($0, on: line.id, at: now, &effects) }
    }
  }

  /// What the packets that become whole are owed.
  private func read(_ bytes: [UInt8], on line: PeerLine) -> (owed: [PeerOwed], isFaulty: Bool) {
    line.unfinished += bytes
    line.lastByteAt = now.monotonic
    var owed: [PeerOwed] = []
    var start = 0
    while start < line.unfinished.count {
      let status = line.unfinished[start...].withUnsafeBytes { rest in
        let status = Framer.frame(rest, .v1)
        if case .framed(let length) = status, let packet = PacketView(UnsafeRawBufferPointer(rebasing: rest[..<length]), .v1) {
          owed.append(judge.judge(packet))
        }
        return status
      }
      switch status {
      case .framed(let length): start += length
      case .incomplete:
        line.unfinished.removeFirst(start)
        return (owed, false)
      case .fault:
        line.unfinished = []
        return (owed, true)
      }
    }
    line.unfinished = []
    return (owed, false)
  }

  func end(_ line: PeerLine) throws(FuzzViolation) {
    guard let peer, line.phase == .open || line.phase == .closing, !line.hasEnded else { return }
    line.hasEnded = true
    line.staged = []
    try call(.end(line)) { peer.receiveEnd(of: line.id, at: now, &$0) }
  }

  func lose(_ line: PeerLine) throws(FuzzViolation) {
    guard let peer, line.phase != .gone else { return }
    line.phase = .gone
    try call(.closed(line)) { peer.receiveClosed(line.id, at: now, &$0) }
  }

  func connected(_ line: PeerLine, _ isOpen: Bool) throws(FuzzViolation) {
    guard let peer, line.isOurs, line.phase == .connecting else { return }
    line.phase = isOpen ? .open : .gone
    if isOpen { return try call(.connected) { peer.receiveConnected(line.id, at: now, &$0) } }
    try call(.failed) { peer.receiveConnectFailure(line.id, reason: "refused", at: now, &$0) }
  }

  func datagram(from remote: Endpoint, _ bytes: [UInt8]) throws(FuzzViolation) {
    guard let peer else { return }
    try call(.datagram(bytes, remote)) { effects in bytes.withUnsafeBytes { peer.receiveDatagram($0, from: remote, at: now, &effects) } }
  }

  func perform(_ command: PeerCommand) throws(FuzzViolation) {
    guard let peer else { return }
    if case .add(let id, _) = command { judge.wanted.insert(id) }
    try call(.command(command)) { peer.perform(command, at: now, &$0) }
  }

  func identity(_ identity: Identity?) throws(FuzzViolation) {
    guard let peer else { return }
    if identitiesDue > 0 { identitiesDue -= 1 }
    try call(.identity) { peer.receiveIdentity(identity, at: now, &$0) }
  }

  // MARK: Time

  private static var mostTimeouts: Int { 5000 }

  /// Lets time pass, with every timer that falls due meanwhile.
  func pass(_ nanoseconds: UInt64) throws(FuzzViolation) {
    let end = now.monotonic + nanoseconds
    var timeouts = 0
    while let due = peer?.nextDeadline, due <= end {
      timeouts += 1
      try FuzzViolation.require(timeouts < Self.mostTimeouts, "\(timeouts) timeouts within \(nanoseconds / 1_000_000) ms")
      advance(to: due)
      try timeout()
    }
    advance(to: end)
  }

  func timeout() throws(FuzzViolation) {
    guard let peer else { return }
    try call(.timeout) { peer.receiveTimeout(at: now, &$0) }
    let due = peer.nextDeadline
    try FuzzViolation.require(due.map { $0 > now.monotonic } ?? true, "after receiveTimeout the next deadline is not in the future: a busy loop")
  }

  private func advance(to monotonic: UInt64) {
    guard monotonic > now.monotonic else { return }
    now.wall &+= (monotonic - now.monotonic) / 1_000_000
    now.monotonic = monotonic
  }
}
