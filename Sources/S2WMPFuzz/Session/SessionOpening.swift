import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// Getting to know a target: asking it to be our friend, with each suite and group in turn until it takes one (S2WMP wire format, section 5.1).
public struct SessionOpening {
  public var targetID: Identifier
  /// A key that is its friend already, or that it shall know us by.
  public var identity: Identity?
  /// In the order in which they are tried.
  public var kinds: [(suite: Suite, group: KeyGroup)]
  /// Milliseconds since 1970.
  public var start: UInt64
  public var seed: UInt64
  /// Whether time may be spent on keys with secrets that are hard to come by, which shows more: for those who look at everything once.
  public var seeksShortSecret = false

  public init(targetID: Identifier, identity: Identity?, kinds: [(suite: Suite, group: KeyGroup)], start: UInt64, seed: UInt64) {
    self.targetID = targetID
    self.identity = identity
    self.kinds = kinds
    self.start = start
    self.seed = seed
  }

  /// `rsa` last, as its keys are slow to make; within each the cheapest group of every kind first.
  public static let allKinds: [(suite: Suite, group: KeyGroup)] = [Suite.dh, .rsa].flatMap { suite in
    [KeyGroup.ffdhe3072, .x25519, .ffdhe2048, .ffdhe4096].map { (suite, $0) }
  }

  /// What came of asking.
  public enum Answer: Sendable {
    case friend
    /// CRR 1.
    case denied
    /// No answer: its user is perhaps being asked.
    case unanswered
  }

  /// Opens a session. Throws when the target is no peer that can be talked to.
  public func open(_ target: any CaseTarget) throws -> (PeerSession, Answer) {
    var refused: [String] = []
    var denied: Identity?
    var broken = 0
    let offers = identity.map { [(suite: $0.suite, group: $0.group)] } ?? kinds
    for kind in offers {
      // Made when it is needed: those of RSA take a second each.
      let candidate = try identity ?? Self.identity(kind.suite, kind.group, seed)
      switch try ask(target, candidate) {
      case .accepted(let key):
        if identity == nil, key.suite != candidate.suite || key.group != candidate.group { return try like(key).open(target) }
        let session = try PeerSession(targetID: targetID, target: key, friend: candidate, start: start, seed: seed, seeksShortSecret: seeksShortSecret)
        session.endpoint = Endpoint(text: target.name)
        session.friend.isFriend = true
        try befriend(session, target)
        return (session, .friend)
      case .status(4): refused.append("\(candidate.suite.rawValue) with \(candidate.group.rawValue)")
      // It may answer so because of the key, though that would be wrong.
      case .status(1): denied = denied ?? candidate
      // Its answer to a key of another kind may be broken while others are right.
      case .broken:
        refused.append("\(candidate.suite.rawValue) with \(candidate.group.rawValue), by a CRR that cannot be framed")
        broken += 1
      case .silence: return (try PeerSession(targetID: targetID, target: nil, friend: candidate, start: start, seed: seed), .unanswered)
      case .status(3):
        throw TargetFault("\(target.name) says that it is not \(targetID.hex) (CRR 3); give its own ID with --peer-id")
      case .status(let status): throw TargetFault("\(target.name) refuses a correct chat request with CRR \(status), so it cannot be talked to")
      case .other(let what): throw TargetFault("\(target.name) answers a chat request with \(what), so it is no S2WMP peer that can be tested")
      }
    }
    if broken == offers.count {
      throw TargetFault("\(target.name) answers chat requests with a CRR that cannot be framed, so it is no S2WMP peer that can be tested")
    }
    if let denied { return (try PeerSession(targetID: targetID, target: nil, friend: denied, start: start, seed: seed), .denied) }
    throw TargetFault("\(target.name) refuses every key offered (\(refused.joined(separator: ", "))); name its suite and group with --suite and --group")
  }

  /// A new session with the target as it is now, which may have another ID than before: new users of the same kind.
  public mutating func renew(_ session: PeerSession, _ target: any CaseTarget) throws -> PeerSession {
    target.disconnect()
    if let id = target.spokenID { targetID = id }
    identity = try PeerSession.identity(like: session.friend.identity)
    return try open(target).0
  }

  /// For a target that takes a key which is of no use to it: with one of its own kind.
  private func like(_ key: PeerKey) throws -> SessionOpening {
    var own = self
    own.identity = try Self.identity(key.suite, key.group, seed)
    return own
  }

  static func identity(_ suite: Suite, _ group: KeyGroup, _ seed: UInt64) throws -> Identity { try Identity.generate(suite: suite, group: group) }

  private enum Reaction {
    case accepted(PeerKey)
    case status(UInt8)
    case silence
    /// Something that means to be a CRR.
    case broken
    case other(String)

    var words: String {
      switch self {
      case .accepted: "it accepted"
      case .status(let status): "it answered with CRR \(status)"
      case .silence: "no answer came"
      case .broken: "it answered with a CRR that cannot be framed"
      case .other(let what): "it answered with \(what)"
      }
    }
  }

  private func ask(_ target: any CaseTarget, _ identity: Identity) throws -> Reaction {
    try Self.ask(target, id: identity.userID, field: identity.publicKey, name: Array("fuzz friend".utf8), targetID)
  }

  private static func ask(_ target: any CaseTarget, id: Identifier, field: [UInt8], name: [UInt8], _ targetID: Identifier) throws -> Reaction {
    guard var builder = PacketBuilder(.chatRequest, .v1) else { return .silence }
    builder.set(ChatRequest.requestorID, id)
    builder.set(ChatRequest.userID, targetID)
    builder.set(ChatRequest.publicKey, field)
    builder.set(ChatRequest.name, name)
    var instance = Instance()
    instance.buffer = builder.build()
    instance.actions = [.send(0..<instance.buffer.count, connection: 0), .awaitReplies(1, connection: 0, .reply)]
    instance.fates = [.any]
    // What a target does to a connection after an answer is another matter.
    instance.isFresh = true
    var seen = Observation()
    try target.run(instance, into: &seen)
    return try reaction(seen, targetID, target.name)
  }

  private static func reaction(_ seen: Observation, _ targetID: Identifier, _ name: String) throws -> Reaction {
    if let death = seen.death { throw TargetFault("\(name) ended at its first chat request: \(death)") }
    switch seen.endings.first {
    case .refused: throw TargetFault("nothing takes connections at \(name); start the peer there, or name another target")
    case .closed where seen.replies.isEmpty, .reset where seen.replies.isEmpty:
      throw TargetFault("\(name) closes the connection without an answer to a chat request, so it is no S2WMP peer that can be tested")
    default: break
    }
    guard let reply = seen.replies.first else { return .silence }
    if reply.isGarbage, seen.received[reply.range].starts(with: [1, PacketType.chatRequestResponse.rawValue]) { return .broken }
    if reply.isGarbage { return .other("bytes that are no S2WMP packet") }
    return seen.received.withUnsafeBytes { all in
      let bytes = UnsafeRawBufferPointer(rebasing: all[reply.range])
      guard let response = ReplyForm.chatResponse(bytes) else {
        return .other("a packet of type \(bytes[1]) instead of a chat request response")
      }
      guard response.status == 0 else { return .status(response.status) }
      guard let key = try? PeerKey(field: response.key), key.userID == targetID else {
        return .other("a key that is not that of \(targetID.hex)")
      }
      return .accepted(key)
    }
  }

  /// Another session with the same target: other users of the same kind.
  func companion(of session: PeerSession, _ target: any CaseTarget) throws -> PeerSession {
    let identity = try PeerSession.identity(like: session.friend.identity)
    let key = session.isFriend ? session.target : nil
    let companion = try PeerSession(targetID: targetID, target: key, friend: identity, start: start, seed: seed)
    companion.endpoint = session.endpoint
    if session.isFriend { try befriend(companion, target) }
    return companion
  }

  /// Makes those of the session friends who are to be. Again after the target began anew, or after a finding.
  public func befriend(_ session: PeerSession, _ target: any CaseTarget) throws {
    guard session.acceptsRequests else { return }
    for actor in [session.friend, session.other, session.mover] where !actor.isFriend {
      let reaction = try Self.ask(target, id: actor.id, field: actor.publicKey, name: actor.name, targetID)
      guard case .accepted = reaction else { throw TargetFault("\(target.name) took one chat request and not the next one: \(reaction.words)") }
    }
    session.befriended(true)
  }

  /// Makes them friends once more, after a finding, when the target goes on. It need not take a request of somebody whom it knows.
  func befriendAgain(_ session: PeerSession, _ target: any CaseTarget) throws {
    guard session.acceptsRequests else { return }
    for actor in [session.friend, session.other] where actor.isFriend {
      _ = try Self.ask(target, id: actor.id, field: actor.publicKey, name: actor.name, targetID)
      target.disconnect()
    }
    try befriend(session, target)
  }
}
