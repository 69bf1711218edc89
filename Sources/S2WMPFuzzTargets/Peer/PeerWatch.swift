import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// What must hold for the effects of one call, looked at in their order.
final class PeerWatch {
  let stage: PeerStage
  let call: PeerCall
  /// What the packets of this call are owed, in order.
  var owed: [PeerOwed] = []
  /// Connections that cannot be read on: each is owed the ACK that says so, and its end.
  private var unreadable: Set<ConnectionID> = []
  var faultsDue: Set<ConnectionID> = []
  private var closed: Set<ConnectionID> = []
  /// Not all packets of this call were read, and rightly so.
  private var stoppedReading = false
  var messages: [(message: FuzzMessage, text: String)] = []
  var datagramAnswers = 0
  private let wasOpen: Bool

  init(_ stage: PeerStage, _ call: PeerCall) {
    (self.stage, self.call) = (stage, call)
    var isOpen = false
    switch call {
    case .bytes(let line, let owed, let isFaulty):
      self.owed = owed
      messages = stage.judge.messages
      if isFaulty { unreadable = [line.id] }
    case .end(let line):
      isOpen = line.phase == .open
      if isOpen, !line.unfinished.isEmpty { unreadable = [line.id] }
    case .timeout: unreadable = Set(stage.lines.values.filter { stage.isStalled($0) }.map(\.id))
    default: break
    }
    wasOpen = isOpen
    faultsDue = unreadable
  }

  func take(_ effects: PeerEffects) throws(FuzzViolation) {
    if stage.hasStopped { try FuzzViolation.require(effects.isEmpty, "it goes on after it has stopped: \(effects)") }
    for effect in effects {
      if stage.hasStopped { throw FuzzViolation("\(effect) comes after .stopped") }
      try take(effect)
    }
    try finish(effects)
  }

  private func take(_ effect: PeerEffect) throws(FuzzViolation) {
    switch effect {
    case .connect(let id, let remote): try connect(id, remote)
    case .send(let id, let bytes): try send(id, bytes)
    case .close(let id): try close(id)
    case .abort(let id): try abort(id)
    case .datagram(let bytes, let destination): try take(datagram: bytes, to: destination)
    case .store(let change): try stage.store(change)
    case .event(let event): try take(event)
    case .keyLog(let line): try FuzzViolation.require(line.isPrintable && !line.isEmpty, "a key log line is none: \(line.debugDescription)")
    case .makeIdentity:
      stage.identitiesDue += 1
      try FuzzViolation.require(stage.identitiesDue == 1, "a second key is asked for while the first is being made")
    case .stopped:
      guard case .command(.quit) = call else { throw FuzzViolation("it stops without being told to") }
      stage.hasStopped = true
    case .crash: throw FuzzViolation("it crashes")
    }
  }

  // MARK: The end of the call

  private func finish(_ effects: PeerEffects) throws(FuzzViolation) {
    switch call {
    case .bytes(let line, _, _): try finishBytes(line)
    case .end(let line):
      let mustClose = wasOpen && line.owedResponses.isEmpty
      try FuzzViolation.require(!mustClose || closed.contains(line.id), "everything is answered, and the half-closed connection stays open")
    case .datagram(let bytes, let remote): try finishDatagram(bytes, remote, effects)
    case .command(.quit):
      let left = stage.lines.values.filter { $0.phase == .open || $0.phase == .connecting }
      try FuzzViolation.require(stage.hasStopped && left.isEmpty, "after quit \(left.count) connections are open, stopped: \(stage.hasStopped)")
    default: break
    }
    try FuzzViolation.require(faultsDue.isEmpty || stoppedReading, "what cannot be read on is not answered")
    try FuzzViolation.require(unreadable.subtracting(closed).isEmpty, "a stream that cannot be read on is kept open")
  }

  private func finishBytes(_ line: PeerLine) throws(FuzzViolation) {
    if stoppedReading { return }
    if let due = nextOwed(on: line, asResponse: nil) { throw FuzzViolation("a packet is not answered: \(due)") }
    guard stage.judge.isCertain else { return }
    if let due = messages.first { throw FuzzViolation("the user does not see the message \(due)") }
    let (due, kept) = (Set(stage.judge.friends.keys), Set(stage.ledger.friends.keys))
    try FuzzViolation.require(due == kept, "friends should be \(due) and are \(kept)")
  }

  private func finishDatagram(_ bytes: [UInt8], _ remote: Endpoint, _ effects: PeerEffects) throws(FuzzViolation) {
    switch stage.reaction(toDatagram: bytes) {
    case .nothing: try FuzzViolation.require(effects.isEmpty, "a datagram that means nothing has effects: \(effects)")
    case .answer(let isDue):
      try FuzzViolation.require(effects.count == datagramAnswers, "a BPM has other effects than an answer: \(effects)")
      if let isDue { try FuzzViolation.require(datagramAnswers == (isDue ? 1 : 0), "a BPM has \(datagramAnswers) answers") }
    case .anything: break
    }
  }

  // MARK: Connections

  private func connect(_ id: ConnectionID, _ remote: Endpoint) throws(FuzzViolation) {
    try FuzzViolation.require(stage.lines[id] == nil, "the name of connection \(id.rawValue) is used twice")
    let line = PeerLine(id, remote, isOurs: true, .connecting)
    stage.lines[id] = line
    let free = stage.slots.firstIndex { $0.map { $0.phase == .gone } ?? true }
    stage.slots[free ?? stage.slots.count - 1] = line
  }

  private func line(_ id: ConnectionID, _ what: String) throws(FuzzViolation) -> PeerLine {
    guard let line = stage.lines[id] else { throw FuzzViolation("\(what) names connection \(id.rawValue), which never was") }
    try FuzzViolation.require(line.phase == .open || line.phase == .connecting, "\(what) names connection \(id.rawValue), which is \(line.phase)")
    return line
  }

  private func close(_ id: ConnectionID) throws(FuzzViolation) {
    let line = try line(id, ".close")
    try FuzzViolation.require(line.isOurs || mayClose(line), "connection \(id.rawValue) of \(line.remote) is closed without need")
    try FuzzViolation.require(!faultsDue.contains(id) || mayStopReading(line), "connection \(id.rawValue) is closed without the ACK that it is owed")
    end(line, .closing)
  }

  private func abort(_ id: ConnectionID) throws(FuzzViolation) {
    let line = try line(id, ".abort")
    switch call {
    case .timeout, .command(.quit): break
    default: throw FuzzViolation("connection \(id.rawValue) is reset")
    }
    try FuzzViolation.require(!faultsDue.contains(id), "connection \(id.rawValue) is reset without the ACK that it is owed")
    end(line, .gone)
  }

  private func end(_ line: PeerLine, _ phase: PeerLine.Phase) {
    closed.insert(line.id)
    line.phase = phase
    line.unfinished = []
    line.owedResponses = []
  }

  /// Whether somebody else's connection may be closed in this call.
  private func mayClose(_ line: PeerLine) -> Bool {
    switch call {
    case .bytes(let own, _, _): return own === line && (unreadable.contains(line.id) || mayStopReading(line))
    case .end(let own): return own === line && (unreadable.contains(line.id) || line.owedResponses.isEmpty)
    case .timeout: return unreadable.contains(line.id)
    case .identity, .command: return true
    default: return false
    }
  }

  /// Too many unfinished bytes; or, on a connection of ours, an answer to our request that ends it.
  private func mayStopReading(_ line: PeerLine) -> Bool {
    guard case .bytes(let own, _, _) = call, own === line, line.isOurs || stage.mayOverflow else { return false }
    stoppedReading = true
    return true
  }
}
