import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// The peer of the v1 dialect (S2WMP wire format, sections 4, 5, 6.1 and 6.3): calls in, effects out.
///
/// Each file beside this one holds one part of what it does, as an extension. Every public call sets `now`, works, and leaves its effects in the caller's list:
/// stores and events in the order in which they arose, and last, one `.send` for all the answers that a connection got.
public final class Peer: PeerMachine {
  let configuration: PeerConfiguration
  let surroundings: any PeerSurroundings
  let rules: PeerRules

  /// Our key. `formerIdentities` are those by which a friend may still know us, the newest first.
  var identity: Identity
  var formerIdentities: [Identity]
  var isMakingIdentity = false
  var ownStatus: UserStatus

  var friends = FriendBook()
  var pairBudget = PairBudget()
  /// Outgoing messages of the snapshot whose receiver is no friend any more.
  var strayMessages: [OutgoingRecord] = []
  /// Friends of the snapshot whose pinned key cannot be read.
  var unreadableFriends: [Identifier] = []

  var connections: [ConnectionID: Connection] = [:]
  var lastConnection: UInt64 = 0
  var unfinishedBytes = 0
  /// Connections with answers that were not handed out yet.
  var unflushed: [Connection] = []
  /// The key that was looked at last and found usable: who repeats a request brings it again, and public-key arithmetic is what costs most.
  var lastUsableKey: PeerKey?
  /// What the present call agreed on with a key, for whoever needs it next.
  var agreement: Agreement?

  var pendingRequests: [Identifier: PendingRequest] = [:]
  var additions: [Identifier: Addition] = [:]
  var discovered: [Identifier: Endpoint] = [:]
  var inquiries: [UInt64: Inquiry] = [:]

  /// The state of figure 7 that the peer as a whole is in; exchanges have their own.
  var state = PeerState.initial
  var registration = RegistrationExchange()
  var server: Endpoint?
  var hasStopped = false

  var timers = Timers<TimerKey>()
  var now = PeerTime(wall: 0, monotonic: 0)
  var out: PeerEffects = []

  /// - snapshot: holds at least one identity.
  public init(configuration: PeerConfiguration, snapshot: PeerSnapshot, surroundings: any PeerSurroundings, rules: PeerRules = PeerRules()) {
    precondition(!snapshot.identities.isEmpty, "a peer needs an identity")
    self.configuration = configuration
    self.surroundings = surroundings
    self.rules = rules
    identity = snapshot.identities[0]
    formerIdentities = Array(snapshot.identities.dropFirst())
    ownStatus = snapshot.status
    server = configuration.bootstrapServer
    restore(snapshot)
  }

  public var userID: Identifier { identity.userID }

  public var nextDeadline: UInt64? { timers.next() }

  /// Every public call runs in here.
  func enter<Result>(_ time: PeerTime, _ effects: inout PeerEffects, _ body: () -> Result) -> Result {
    now = time
    swap(&out, &effects)
    let result = body()
    if !unflushed.isEmpty { flushAnswers() }
    if agreement != nil { agreement = nil }
    swap(&out, &effects)
    return result
  }

  @inline(__always) func emit(_ effect: PeerEffect) { out.append(effect) }
  func tell(_ event: PeerEvent) { out.append(.event(event)) }
  /// Something was refused. Its reason is put into words only when anybody wants to know.
  func tellRefusal(_ error: UInt8, on connection: Connection, _ reason: @autoclosure () -> String) {
    guard configuration.tellsRefusals else { return }
    tell(.rejected(error: error, remote: connection.remote, reason: reason()))
  }
  func store(_ change: StoreChange) { out.append(.store(change)) }
}

extension Peer {
  public func start(at now: PeerTime, _ effects: inout PeerEffects) {
    enter(now, &effects) {
      reportDamage()
      tell(.state(state.name))
      step(.check)
    }
  }

  public func receiveTimeout(at now: PeerTime, _ effects: inout PeerEffects) {
    enter(now, &effects) {
      while let key = timers.popDue(now.monotonic) { timeOut(key) }
    }
  }

  private func timeOut(_ key: TimerKey) {
    switch key {
    case .connection(let id): stall(id)
    case .friend(let serial): timeOutFriend(serial)
    case .inquiry(let id): timeOutInquiry(id)
    case .addition(let id): timeOutAddition(id)
    case .registration: registrationIsDue()
    }
  }

  public func perform(_ command: PeerCommand, at now: PeerTime, _ effects: inout PeerEffects) {
    enter(now, &effects) { carryOut(command) }
  }

  public func receiveIdentity(_ identity: Identity?, at now: PeerTime, _ effects: inout PeerEffects) {
    enter(now, &effects) { takeIdentity(identity) }
  }
}
