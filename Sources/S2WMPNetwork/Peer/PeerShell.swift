import Glibc
import Logging
import NIOCore
import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// Drives one core: sockets, clock and store on one side, effects on the other.
///
/// SAFETY: everything in it is touched on `loop` only, after `init`.
final class PeerShell: @unchecked Sendable {
  /// Bytes waiting for a connection that does not read; beyond it the connection is reset.
  static let maximumUnsentBytes = 4 << 20
  /// How long a connection may refuse to take what it is sent.
  static let unreadLimit = TimeAmount.seconds(30)

  let loop: any EventLoop
  let logger: Logger
  let store: PeerStore
  let discoveryPort: UInt16
  let bootstrapPort: UInt16
  let dialect: Dialect
  let maximumConnections: Int
  let notify: @Sendable (PeerNotice) -> Void
  /// Fulfilled when the core has stopped and its connections are closed; fails when the peer cannot go on.
  let finished: EventLoopPromise<Void>
  /// New keys are of this one's suite and group.
  let identity: Identity?

  var machine: (any PeerMachine)?
  var keyLog: KeyLogFile?
  var connections: [ConnectionID: PeerConnection] = [:]
  /// Accepted or being opened, named by the core or not.
  var openChannels = 0
  var listeners: [any Channel] = []
  var endpoints: [Endpoint] = []
  var datagrams = DatagramSockets()
  var routes = RouteTable()

  private var effects: PeerEffects = []
  /// Those of the present call, while they are carried out.
  private var wanted: PeerEffects = []
  private var changes: [StoreChange] = []
  private var unflushed: [PeerConnection] = []
  private var isBusy = false
  private var waiting: [Input] = []
  private var timer: (task: Scheduled<Void>, due: UInt64)?
  private(set) var phase = Phase.starting
  /// Stopped, but for connections that are closing.
  var isDraining = false
  /// What went wrong while the core was asking.
  var failure: (any Error)?
  /// The moment of the call whose effects are being carried out.
  private(set) var moment = SystemClock.now()

  enum Phase { case starting, running, stopping, stopped }

  typealias Input = (any PeerMachine, PeerTime, inout PeerEffects) -> Void

  init(_ parts: ShellParts, loop: any EventLoop) {
    self.loop = loop
    logger = parts.logger
    store = parts.store
    discoveryPort = parts.settings.discoveryPort
    bootstrapPort = parts.settings.bootstrapPort
    dialect = parts.settings.dialect
    maximumConnections = min(parts.settings.configuration.limits.connections + 64, DescriptorLimit.usable)
    notify = parts.notify
    identity = parts.snapshot.identities.first
    finished = loop.makePromise()
  }

  func emit(_ event: PeerEvent) { notify(.event(event, at: moment)) }
}

/// Calls into the core, one at a time.
extension PeerShell {
  /// Calls the core and carries out what it wants. While that happens further inputs wait for their turn: closing a socket, for instance, can report
  /// another one closed.
  func input(_ body: @escaping Input) {
    loop.preconditionInEventLoop()
    if isBusy { return waiting.append(body) }
    drive(body)
  }

  /// Like `input`, without keeping the body when it can run at once.
  func inputNow(_ body: Input, elseLater later: () -> Input) {
    if isBusy { return waiting.append(later()) }
    drive(body)
  }

  private func drive(_ body: Input) {
    guard let machine, phase != .stopped else { return }
    isBusy = true
    call(machine, body)
    var next = 0
    while next < waiting.count {
      call(machine, waiting[next])
      next += 1
    }
    if next > 0 { waiting.removeAll() }
    isBusy = false
    flushAll()
    armTimer(machine)
  }

  private func call(_ machine: any PeerMachine, _ body: Input) {
    guard phase != .stopped else { return }
    moment = SystemClock.now()
    body(machine, moment, &effects)
    carryOutAll()
  }

  /// Everything that must survive goes to the store first and at once: nothing leaves that it does not know.
  private func carryOutAll() {
    if let failure { return fail(failure) }
    for case .store(let change) in effects { changes.append(change) }
    if !changes.isEmpty {
      do throws(PeerStoreError) { try store.apply(changes) } catch { return fail(error) }
      changes.removeAll(keepingCapacity: true)
    }
    // Whoever waits for an answer gets it before the user is told; and the end comes when both have what is theirs.
    swap(&wanted, &effects)
    defer { wanted.removeAll(keepingCapacity: true) }
    for effect in wanted where effect.turn == .first { carryOut(effect) }
    flushAll()
    for effect in wanted where effect.turn == .second { carryOut(effect) }
    for effect in wanted where effect.turn == .last { carryOut(effect) }
  }

  /// Without its store a peer would acknowledge what it cannot keep: it ends, and nothing more is sent.
  private func fail(_ error: any Error) {
    logger.error("the peer cannot go on", metadata: ["reason": "\(error)"])
    end(error)
  }

  func end(_ error: (any Error)?) {
    guard phase != .stopped else { return }
    phase = .stopped
    logger.info("stopped", metadata: ["open_connections": "\(openChannels)"])
    effects.removeAll()
    changes.removeAll()
    timer?.task.cancel()
    timer = nil
    datagrams.removeAll()
    for listener in listeners { listener.close(promise: nil) }
    for connection in connections.values { error == nil ? connection.close() : connection.abort() }
    if let error { finished.fail(error) } else { finished.succeed(()) }
  }
}

/// Timer and flushing.
extension PeerShell {
  func flushLater(_ connection: PeerConnection) {
    unflushed.append(connection)
    if !isBusy { flushAll() }
  }

  private func flushAll() {
    guard !unflushed.isEmpty else { return }
    let all = unflushed
    unflushed.removeAll(keepingCapacity: true)
    for connection in all { connection.flush() }
  }

  /// A timer that is due earlier than needed stays: it looks again when it fires. Most deadlines only move away.
  private func armTimer(_ machine: any PeerMachine) {
    guard phase != .stopped, let due = machine.nextDeadline else { return }
    if let timer, timer.due <= due { return }
    timer?.task.cancel()
    let task = loop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(min(due, UInt64(Int64.max)))) { [weak self] () -> Void in self?.timerFired() }
    timer = (task, due)
  }

  private func timerFired() {
    timer = nil
    guard let machine else { return }
    guard let due = machine.nextDeadline, due <= SystemClock.now().monotonic else { return armTimer(machine) }
    input { machine, now, effects in machine.receiveTimeout(at: now, &effects) }
  }

  /// From here on traffic is taken.
  func begin(_ machine: any PeerMachine, fingerprint: String) {
    self.machine = machine
    phase = .running
    moment = SystemClock.now()
    logger.info("listening", metadata: ["addresses": "\(endpoints.map(\.description).joined(separator: " "))", "user_id": "\(machine.userID)"])
    notify(.listening(addresses: endpoints, userID: machine.userID, fingerprint: fingerprint, at: moment))
    input { machine, now, effects in machine.start(at: now, &effects) }
    for listener in listeners {
      listener.setOption(.autoRead, value: true).whenFailure { [logger] in logger.error("a socket cannot be read", metadata: ["error": "\($0)"]) }
    }
  }

  func perform(_ command: PeerCommand) {
    if command == .quit { return quit() }
    input { machine, now, effects in machine.perform(command, at: now, &effects) }
  }

  /// The core says its farewells; a core that is not done in time is not waited for.
  private func quit() {
    guard phase == .running else { return }
    phase = .stopping
    loop.assumeIsolated().scheduleTask(in: .seconds(3)) { [weak self] in self?.end(nil) }
    input { machine, now, effects in machine.perform(.quit, at: now, &effects) }
  }
}
