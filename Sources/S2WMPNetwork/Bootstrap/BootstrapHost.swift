import Logging
import NIOCore
import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// The core and everything around it that lives on the one event loop.
final class BootstrapHost {
  let server: BootstrapServer
  let logger: Logger
  private let options: BootstrapOptions
  private let store: BootstrapStore?
  private let writer: StoreWriter?
  private var routes = RouteTable()
  private var connections: [ObjectIdentifier: BootstrapConnectionHandler] = [:]
  private var connectionsBySource: [SourceKey: Int] = [:]
  private(set) var connectionsTaken: UInt64 = 0
  private(set) var connectionsRefused: UInt64 = 0
  private var bansReported: UInt64 = 0
  private var refusalsReported: UInt64 = 0
  private let started = SystemClock.now()

  /// An address without its port.
  private struct SourceKey: Hashable {
    var high: UInt64
    var low: UInt64
  }

  init(_ options: BootstrapOptions, store: BootstrapStore?, loop: any EventLoop, logger: Logger) throws {
    self.options = options
    self.store = store
    self.logger = logger
    var generator = SystemRandomNumberGenerator()
    let serverID = try store?.serverID() ?? Identifier(high: generator.next(), low: generator.next())
    var configuration = options.server
    configuration.persists = store != nil
    let rules = options.defect?.rules ?? BootstrapRules()
    let server = BootstrapServer(configuration, serverID: serverID, rules: rules, randomBytes: SystemRandom.bytes)
    self.server = server
    writer = store.map { StoreWriter($0, loop: loop, logger: logger, maximum: 2 * max(1, configuration.maximumRegistrations)) }
    let now = SystemClock.now()
    try store?.load { server.restore($0, at: now) }
  }

  // MARK: TCP connections

  /// Whether a new connection may stay.
  func admit(_ handler: BootstrapConnectionHandler, from source: Endpoint) -> Bool {
    let key = SourceKey(high: source.high, low: source.low)
    guard connectionsBySource[key, default: 0] < options.maximumConnectionsPerSource else {
      connectionsRefused += 1
      return false
    }
    if connections.count >= options.maximumConnections { connections.values.min { $0.lastHeard < $1.lastHeard }?.abort() }
    connections[ObjectIdentifier(handler)] = handler
    connectionsBySource[key, default: 0] += 1
    connectionsTaken += 1
    return true
  }

  func forget(_ handler: BootstrapConnectionHandler, from source: Endpoint) {
    guard connections.removeValue(forKey: ObjectIdentifier(handler)) != nil else { return }
    let key = SourceKey(high: source.high, low: source.low)
    let left = connectionsBySource[key, default: 1] - 1
    connectionsBySource[key] = left > 0 ? left : nil
  }

  func closeConnections() {
    for handler in connections.values { handler.abort() }
  }

  // MARK: Now and then

  /// Where TCP connections are taken, as the asker can reach it.
  func listening(_ listener: Endpoint, for asker: Endpoint, at now: PeerTime) -> Endpoint? {
    listener.isAnyAddress ? routes.localAddress(to: asker, now: now.monotonic)?.withPort(listener.port) : listener
  }

  /// Once a second.
  func tick() {
    server.receiveTick(at: SystemClock.now())
    writer?.removeExpired()
    let counters = server.counters
    if counters.bans > bansReported {
      logger.notice("sources over their rate were banned", metadata: ["count": "\(counters.bans - bansReported)"])
      bansReported = counters.bans
    }
    if counters.refusedRegistrations > refusalsReported {
      let refused = "\(counters.refusedRegistrations - refusalsReported)"
      logger.warning("registrations were refused: the table is full", metadata: ["count": "\(refused)"])
      refusalsReported = counters.refusedRegistrations
    }
  }

  /// Twice a second: hands what changed to the store's own thread.
  func save() { writer?.add(server.takeChanges()) }

  /// At the end: everything is in the store when the future is done.
  func saveAll(on loop: any EventLoop) -> EventLoopFuture<Void> {
    save()
    return writer?.finish() ?? loop.makeSucceededVoidFuture()
  }

  func report(datagramsLost: UInt64) -> BootstrapReport {
    let now = SystemClock.now()
    return BootstrapReport(
      counters: server.counters, uptime: now.monotonic - started.monotonic, liveRegistrations: server.liveRegistrations(at: now),
      bannedSources: server.bannedSources(at: now), connections: connections.count, connectionsTaken: connectionsTaken,
      connectionsRefused: connectionsRefused, datagramsLost: datagramsLost)
  }
}
