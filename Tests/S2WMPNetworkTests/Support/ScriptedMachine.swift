import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire
import Synchronization

/// A core that does what a test tells it, and remembers what it was told.
final class ScriptedMachine: PeerMachine {
  enum Call: Hashable, Sendable {
    case start
    case connection(Endpoint)
    case connected(ConnectionID)
    case connectFailure(ConnectionID, String)
    case bytes(ConnectionID, [UInt8])
    case end(ConnectionID)
    case closed(ConnectionID)
    case datagram([UInt8], Endpoint)
    case timeout
    case identity(Identifier?)
    case command(PeerCommand)
  }

  /// Shared with the test, which runs elsewhere.
  final class Record: Sendable {
    private let list = Mutex<[Call]>([])
    var calls: [Call] { list.withLock { $0 } }
    func add(_ call: Call) { list.withLock { $0.append(call) } }

    var received: [UInt8] {
      calls.flatMap { call -> [UInt8] in
        if case .bytes(_, let bytes) = call { bytes } else { [] }
      }
    }
  }

  typealias Script = @Sendable (Call, ScriptedMachine, inout PeerEffects) -> Void

  let userID: Identifier
  var nextDeadline: UInt64?
  var maximumConnections = Int.max
  var stopsOnQuit = true
  let surroundings: any PeerSurroundings
  private let record: Record
  private let script: Script
  private var connections = 0

  init(userID: Identifier, record: Record, surroundings: any PeerSurroundings, script: @escaping Script) {
    self.userID = userID
    self.record = record
    self.surroundings = surroundings
    self.script = script
  }

  private func note(_ call: Call, _ effects: inout PeerEffects) {
    record.add(call)
    script(call, self, &effects)
  }

  func start(at now: PeerTime, _ effects: inout PeerEffects) { note(.start, &effects) }

  func receiveConnection(from remote: Endpoint, at now: PeerTime, _ effects: inout PeerEffects) -> ConnectionID? {
    guard connections < maximumConnections else { return nil }
    connections += 1
    note(.connection(remote), &effects)
    return ConnectionID(rawValue: UInt64(connections))
  }

  func receiveConnected(_ connection: ConnectionID, at now: PeerTime, _ effects: inout PeerEffects) { note(.connected(connection), &effects) }

  func receiveConnectFailure(_ connection: ConnectionID, reason: String, at now: PeerTime, _ effects: inout PeerEffects) {
    note(.connectFailure(connection, reason), &effects)
  }

  func receiveBytes(_ bytes: UnsafeRawBufferPointer, on connection: ConnectionID, at now: PeerTime, _ effects: inout PeerEffects) {
    note(.bytes(connection, Array(bytes)), &effects)
  }

  func receiveEnd(of connection: ConnectionID, at now: PeerTime, _ effects: inout PeerEffects) { note(.end(connection), &effects) }
  func receiveClosed(_ connection: ConnectionID, at now: PeerTime, _ effects: inout PeerEffects) { note(.closed(connection), &effects) }

  func receiveDatagram(_ bytes: UnsafeRawBufferPointer, from remote: Endpoint, at now: PeerTime, _ effects: inout PeerEffects) {
    note(.datagram(Array(bytes), remote), &effects)
  }

  func receiveTimeout(at now: PeerTime, _ effects: inout PeerEffects) {
    nextDeadline = nil
    note(.timeout, &effects)
  }

  func receiveIdentity(_ identity: Identity?, at now: PeerTime, _ effects: inout PeerEffects) { note(.identity(identity?.userID), &effects) }

  func perform(_ command: PeerCommand, at now: PeerTime, _ effects: inout PeerEffects) {
    note(.command(command), &effects)
    if command == .quit, stopsOnQuit { effects.append(.stopped) }
  }
}
