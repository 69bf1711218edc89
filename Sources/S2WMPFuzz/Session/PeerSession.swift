import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// Friendship with one target: who our users are, which keys they have, and what they said last. Cases are made concrete in it (`Forge`).
public final class PeerSession {
  /// The target's key. A stand-in of the same kind while the target did not tell it (it refuses to chat): nothing that needs it is tried then.
  public let target: PeerKey
  public let targetID: Identifier
  public let suite: Suite
  public let group: KeyGroup
  /// Whether the target took our chat requests.
  public private(set) var isFriend = false
  /// Whether the three who are to be friends have to ask for it again.
  var needsFriends = true
  /// Whether it takes those of strangers: known after the first.
  public var acceptsRequests = true
  public var targetIsInvisible = false
  /// Where the target takes connections, when it is known.
  var endpoint: Endpoint?

  let friend: Actor
  /// Where it takes little, their shared secret begins with a zero byte: a target that takes it for a number without one understands none of their packets.
  let other: Actor
  let stranger: Actor
  /// Somebody whose ID never appears: their keys are wrong everywhere.
  let unknown: Actor
  var mover: Actor
  var newcomers: [Actor] = []
  private var nextNewcomer = 0
  let keys: KeyForge
  /// What a newcomer or mover may still cost the target: each makes it derive a shared secret and remember a friend.
  public static let newcomerLimit = 48
  private let start: UInt64
  /// Who the mover is about to become, while a case is made.
  var upcoming: Actor?
  private var candidate: Actor?
  /// Plain packets by type.
  let templates: [PacketTemplate?] = (0..<16).map { PacketTemplate(PacketType(rawValue: $0)) }
  var random: SeededRandom

  /// - target: the target's key, from its CRR; nil when it refused.
  /// - start: milliseconds since 1970; `datetime` grows from it.
  /// - seed: for nonces and the like, not for the choice of cases.
  /// - seeksShortSecret: whether time may be spent on another friend whose secret begins with a zero byte. With X25519 it takes next to none, and is always done.
  public init(
    targetID: Identifier, target known: PeerKey?, friend identity: Identity, start: UInt64, seed: UInt64, seeksShortSecret: Bool = false
  ) throws {
    self.targetID = targetID
    let target = try known ?? Self.identity(like: identity).key
    self.target = target
    acceptsRequests = known != nil
    (suite, group) = (target.suite, target.group)
    self.start = start
    random = SeededRandom(seed: seed)
    friend = try Actor(.friend, identity, name: "fuzz friend", target: target, targetID: targetID, start: start)
    var other = try Actor(.other, Self.identity(like: identity), name: "fuzz other", target: target, targetID: targetID, start: start)
    if known != nil, seeksShortSecret || group == .x25519 {
      for _ in 0..<Self.shortSecretTries where !other.hasShortSecret {
        other = try Actor(.other, Self.identity(like: identity), name: "fuzz other", target: target, targetID: targetID, start: start)
      }
    }
    self.other = other
    stranger = try Actor(.stranger, Self.identity(like: identity), name: "fuzz stranger", target: target, targetID: targetID, start: start)
    unknown = try Actor(.stranger, Self.identity(like: identity), name: "fuzz unknown", target: target, targetID: targetID, start: start)
    mover = try Actor(.mover, Self.identity(like: identity), name: "fuzz mover", target: target, targetID: targetID, start: start)
    let foreign = try Identity.generate(suite: .dh, group: group == .x25519 ? .ffdhe2048 : .x25519)
    keys = KeyForge(suite: suite, group: group, field: identity.publicKey, other: foreign.publicKey)
  }

  /// One secret in 256 begins with a zero byte; with so many tries, all but one time in 2500 such a one is found.
  private static let shortSecretTries = 2000

  /// A new key of the same kind. RSA keys are slow to make, so our users share one: nobody ever encrypts to them.
  static func identity(like identity: Identity) throws -> Identity {
    let new = try Identity.generate(suite: .dh, group: identity.group)
    guard identity.suite == .rsa else { return new }
    return try Identity(pkcs8: new.pkcs8().map { $0.withBytes { Array($0) } } + identity.pkcs8().suffix(1).map { $0.withBytes { Array($0) } })
  }

  func actor(_ sender: Sender) -> Actor {
    switch sender {
    case .friend: friend
    case .other: other
    case .stranger: stranger
    case .mover: mover
    case .newcomer: newcomers.isEmpty ? stranger : newcomers[nextNewcomer]
    }
  }

  /// The next user who was not here before, as long as there may be more; then the first ones again.
  func arriveNewcomer() throws -> Actor {
    if newcomers.count < Self.newcomerLimit {
      newcomers.append(
        try Actor(.newcomer, Self.identity(like: friend.identity), name: "newcomer \(newcomers.count)", target: target, targetID: targetID, start: start))
      nextNewcomer = newcomers.count - 1
    } else {
      nextNewcomer = (nextNewcomer + 1) % newcomers.count
    }
    return newcomers[nextNewcomer]
  }

  /// The mover's next identity. The same one until it was used, as keys are slow to make.
  func nextMover() throws -> Actor {
    if let candidate, candidate !== mover {
      candidate.lastTime = mover.lastTime
      return candidate
    }
    let next = try Actor(.mover, Self.identity(like: mover.identity), name: "fuzz mover", target: target, targetID: targetID, start: mover.lastTime)
    next.isFriend = mover.isFriend
    candidate = next
    return next
  }

  func facts(_ plan: PacketPlan) -> PlanFacts {
    let actor = actor(plan.sender)
    let overhead = BodySize.overhead + (suite == .rsa ? target.wrappedLength : 0)
    return PlanFacts(
      suite: suite, group: group, bodyOverhead: overhead, keyLength: actor.publicKey.count, nameLength: actor.name.count, isFriend: actor.isFriend,
      acceptsRequests: acceptsRequests, targetIsInvisible: targetIsInvisible)
  }

  /// An ID by the part it plays.
  func id(_ party: Party, own: Identifier) -> Identifier {
    switch party {
    case .own: own
    case .target: targetID
    case .friend: friend.id
    case .other: other.id
    case .stranger: stranger.id
    case .zero: .zero
    case .nobody: Identifier(high: .max, low: .max)
    }
  }

  func befriended(_ isFriend: Bool) {
    self.isFriend = isFriend
    for actor in [friend, other, mover] { actor.isFriend = isFriend }
  }

  /// After a finding nobody knows what the target thinks of the mover: a new one takes the place.
  func replaceMover() throws {
    // The old one may be known to the target by the next identity as well.
    candidate = nil
    mover = try Actor(.mover, Self.identity(like: friend.identity), name: "fuzz mover", target: target, targetID: targetID, start: start)
  }

  /// The target began anew and knows nobody.
  public func forget() throws {
    isFriend = false
    targetIsInvisible = false
    for actor in [friend, other, stranger] + newcomers { actor.forget() }
    try replaceMover()
  }

  /// After a finding, when the target goes on: nobody knows what it last accepted from whom, nor whom it takes for whom.
  func doubt() throws {
    targetIsInvisible = false
    candidate = nil
    for actor in [friend, other, stranger] + newcomers { (actor.lastMessage, actor.lastStatusChange, actor.lastIDChange) = ([], [], []) }
    try replaceMover()
  }

  // MARK: Secrets, for reports

  /// The content keys of the last messages of suite `rsa`.
  private(set) var contentKeys: [ContentKeyNote] = []
  private static let contentKeyLimit = 512

  func note(_ key: ContentKeyNote) {
    if contentKeys.count >= Self.contentKeyLimit { contentKeys.removeFirst(Self.contentKeyLimit / 2) }
    contentKeys.append(key)
  }

  /// Those whose packets can be opened by what this session knows.
  var speakers: [Actor] { [friend, other, stranger, mover] }
}

/// What a message of suite `rsa` was encrypted with.
struct ContentKeyNote {
  var sender: Identifier
  var receiver: Identifier
  var datetime: UInt64
  var key: SecretBytes

  /// For a key log (S2WMP wire format, section 5.6); nil for a key of no use.
  var line: String? {
    key.count == BodySize.contentKey ? KeyLog.line(contentKey: key, sender: sender, receiver: receiver, datetime: datetime) : nil
  }
}
