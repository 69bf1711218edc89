import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// A peer of the legacy dialect (S2WMP wire format, appendix L).
///
/// Every packet has a TCP connection of its own, and what answers it comes on another one, to the sender's address at a fixed port. So there are two kinds of
/// connections, which never meet: incoming ones are only read, outgoing ones carry one packet and end. What belongs together is told by IDs, `datetime`, and the other side's address.
///
/// The dialect's checks are as weak as it is: `client_id` is a constant in the clear, nothing binds an ID to its key, and an SC names nobody. Keys of friends are pinned.
public final class LegacyPeer: PeerMachine {
  let configuration: PeerConfiguration
  let ports: LegacyPorts
  let surroundings: any PeerSurroundings

  /// The current one first; friends made before a change know us by an older one, for the dialect has no ID Change.
  var identities: [LegacyIdentity]
  var status: UserStatus
  var friends: [Identifier: LegacyFriend] = [:]
  /// The highest `datetime` used: it tells messages apart, to whomever they go.
  var sentDatetime: UInt64 = 0
  /// Friends whose first message went out and was not answered, by its `datetime`.
  var unacknowledged: [UInt64: Identifier] = [:]

  var requests: [Identifier: LegacyRequest] = [:]
  var requestors: [Identifier: LegacyRequestor] = [:]
  /// Requests that the user denied, by their `datetime`: their repetitions are not asked about again.
  var denied: [Identifier: UInt64] = [:]
  var discovered: [Identifier: Endpoint] = [:]

  var registration: LegacyServerRequest?
  var lookups: [Identifier: LegacyServerRequest] = [:]
  var isStarting = false

  var incoming: [ConnectionID: LegacyIncoming] = [:]
  var outgoing: [ConnectionID: LegacyOutgoing] = [:]
  /// Outgoing connections to an address.
  var answersOnTheWay: [Endpoint: Int] = [:]
  var unfinishedBytes = 0
  private var nextConnection: UInt64 = 1
  var timers = Timers<LegacyTimer>()

  /// - Throws: when a stored friend's key is none.
  public init(
    configuration: PeerConfiguration, snapshot: PeerSnapshot, surroundings: any PeerSurroundings, ports: LegacyPorts = LegacyPorts()
  ) throws(LegacyPeerError) {
    guard !snapshot.legacyIdentities.isEmpty else { throw .noIdentity }
    self.configuration = configuration
    self.ports = ports
    self.surroundings = surroundings
    identities = snapshot.legacyIdentities
    status = snapshot.status
    for record in snapshot.friends { friends[record.id] = LegacyFriend(record, try agreement(for: record)) }
    for message in snapshot.outgoing { friends[message.to]?.outgoing.append(message) }
    sentDatetime = friends.values.map { max($0.record.sentDatetime, $0.outgoing.last?.datetime ?? 0) }.max() ?? 0
  }

  public var userID: Identifier { identity.userID }
  public var nextDeadline: UInt64? { timers.next() }

  // SAFETY: never empty: the initializer refuses that, and identities are only inserted at the front or removed behind it.
  var identity: LegacyIdentity { identities[0] }

  func identity(_ id: Identifier) -> LegacyIdentity? { identities.first { $0.userID == id } }
  func isMine(_ id: Identifier) -> Bool { identity(id) != nil }

  func newConnection() -> ConnectionID {
    defer { nextConnection += 1 }
    return ConnectionID(rawValue: nextConnection)
  }

  func randomID() -> Identifier { LegacyIdentity.userID(from: surroundings.randomBytes(32)) }

  /// A moment for `datetime` that was never used before.
  func newDatetime(at now: PeerTime) -> UInt64 {
    sentDatetime = max(now.wall, sentDatetime &+ 1)
    return sentDatetime
  }

  /// Where a host takes TCP connections, told by the address of one that it made.
  func replyEndpoint(_ remote: Endpoint) -> Endpoint {
    var endpoint = remote
    endpoint.port = ports.reply
    return endpoint
  }

  func accepts(client: Identifier) -> Bool { client == LegacyCipher.clientID || configuration.allowedClients.contains(client) }

  public func receiveTimeout(at now: PeerTime, _ effects: inout PeerEffects) {
    while let timer = timers.popDue(now.monotonic) { receive(timer, at: now, &effects) }
  }

  private func receive(_ timer: LegacyTimer, at now: PeerTime, _ effects: inout PeerEffects) {
    switch timer {
    case .stall(let connection): receiveStall(connection, at: now, &effects)
    case .message(let friend): retryMessage(to: friend, at: now, &effects)
    case .request(let friend): repeatRequest(friend, at: now, &effects)
    case .registration: repeatRegistration(at: now, &effects)
    case .lookup(let wanted): repeatLookup(wanted, at: now, &effects)
    }
  }

  /// Never asked for: keys of 512 bits are made on the spot.
  public func receiveIdentity(_ identity: Identity?, at now: PeerTime, _ effects: inout PeerEffects) {}
}

/// What a legacy peer waits for.
enum LegacyTimer: Hashable {
  /// The rest of a packet.
  case stall(ConnectionID)
  /// The ACK of a friend's first outgoing message, or the time to send it again.
  case message(Identifier)
  /// The answer to our CR.
  case request(Identifier)
  /// The server's answer to REG, or the time to register again.
  case registration
  case lookup(Identifier)
}

/// Why a legacy peer cannot start.
public enum LegacyPeerError: Error, Equatable, CustomStringConvertible {
  case noIdentity
  /// The friend's ID, and what is wrong with its key.
  case friendKey(Identifier, String)

  public var description: String {
    switch self {
    case .noIdentity: "a legacy peer needs an identity: make one first"
    case .friendKey(let id, let fault): "the stored key of friend \(id) cannot be used: \(fault); remove that friend and add it again"
    }
  }
}
