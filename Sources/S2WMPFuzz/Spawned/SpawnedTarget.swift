import Glibc
import S2WMPFlow
import S2WMPWire

/// A target that this program starts, restarts when it dies, and ends: `--spawn COMMAND`.
///
/// When it writes the events of our peer to its standard output (`listening` first of all), they are heard, and it can be told to change its status.
public final class SpawnedTarget: CaseTarget {
  let process: SpawnedProcess
  private let readiness: Duration
  private var alone: SocketTarget?
  private var settings: TargetSettings

  /// Starts the command and waits until it takes connections.
  ///
  /// - endpoint: where it will listen; nil: it must say so itself.
  /// - settings: for everything but the endpoint.
  public init(_ command: String, endpoint: Endpoint? = nil, settings: TargetSettings, readiness: Duration = .seconds(30)) throws(TargetFault) {
    process = SpawnedProcess(command, endpoint: endpoint)
    self.settings = settings
    self.readiness = readiness
    if let endpoint {
      self.settings.endpoint = endpoint
      guard !Self.takesConnections(endpoint) else {
        throw TargetFault("something listens on \(endpoint) already, so the command of --spawn could not be told from it; end that first")
      }
    }
    try start()
  }

  deinit { process.stop() }

  // MARK: What it said

  /// Where it takes connections.
  public var endpoint: Endpoint { process.endpoint ?? settings.endpoint }
  /// Its user ID, when it said so. It may have another one after a restart.
  public var userID: Identifier? { process.userID }
  public var processID: Int32? { process.processID }
  /// What its process uses now; nil when it has ended.
  public var vitals: Vitals? { process.processID.flatMap { Vitals(processID: $0) } }
  /// Counts the starts: what was known about the target before may not hold for the new one.
  public var generation: Int { process.generation }

  /// Called for everything that it is heard to say, whichever run that falls into: an event may arrive after the answer that it belongs to.
  public var onEvent: ((HeardEvent) -> Void)? {
    get { process.onEvent }
    set { process.onEvent = newValue }
  }

  /// What it says, until it says something or the time is over.
  public func listen(_ duration: Duration) -> [HeardEvent] {
    let end = MonotonicTime.now + duration.boundedNanoseconds
    var heard: [HeardEvent] = []
    repeat {
      process.hearAll()
      process.takeEvents(into: &heard)
      let now = MonotonicTime.now
      guard heard.isEmpty, now < end, let output = process.talking.first else { break }
      _ = SystemSocket.wait(output, for: POLLIN, milliseconds: Int32(min((end - now) / 1_000_000 + 1, 50)))
    } while true
    return heard
  }

  /// How its process ended, if it did.
  public var death: String? { process.deathWords() }

  // MARK: As a target

  public var name: String { endpoint.description }
  public var spokenID: Identifier? { userID }
  public var isHeard: Bool { process.hasSaidListening }
  public var sources: Int { currentSettings.sources }

  /// With the endpoint of the process that runs now.
  public var currentSettings: TargetSettings {
    var current = settings
    current.endpoint = endpoint
    return current
  }

  public func run(_ instance: Instance, into observation: inout Observation) throws(TargetFault) {
    let target: SocketTarget
    if let alone { target = alone } else { target = try SocketTarget(currentSettings, process: process, spawned: nil) }
    alone = target
    try target.run(instance, into: &observation)
  }

  public func disconnect() { alone?.disconnect() }

  public func setPatience(isShort: Bool) { alone?.setPatience(isShort: isShort) }

  public func restart() throws(TargetFault) -> Bool {
    try start()
    return true
  }

  /// Ends it: SIGTERM, and SIGKILL after two seconds, for the whole group of processes.
  public func stop() { process.stop() }

  // MARK: Starting

  private func start() throws(TargetFault) {
    try process.start()
    let end = MonotonicTime.now + readiness.boundedNanoseconds
    while MonotonicTime.now < end {
      process.hearAll()
      if let words = process.deathWords() { throw TargetFault("\(words), before it took a connection; see that the command of --spawn runs by itself") }
      if let endpoint = process.endpoint, process.hasSaidListening || Self.takesConnections(endpoint) { return }
      usleep(5000)
    }
    defer { process.stop() }
    if let endpoint = process.endpoint {
      throw TargetFault("the command of --spawn does not listen on \(endpoint) after \(readiness); check the address")
    }
    throw TargetFault("the command of --spawn has not said where it listens after \(readiness); name the TARGET as well")
  }

  static func takesConnections(_ endpoint: Endpoint) -> Bool {
    let probe = SystemSocket.make(SOCK_STREAM, isIPv4: endpoint.isIPv4)
    guard probe >= 0 else { return false }
    defer { SystemSocket.closeWithReset(probe) }
    let result = -SystemSocket.connect(probe, to: endpoint)
    guard result == EINPROGRESS else { return result == 0 }
    return SystemSocket.wait(probe, for: POLLOUT, milliseconds: 100) && SystemSocket.isConnected(probe)
  }
}
