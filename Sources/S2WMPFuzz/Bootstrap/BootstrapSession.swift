import S2WMPCrypto
import S2WMPWire

/// Our users at one bootstrap server, and the addresses that they ask from.
///
/// Every case has IDs of its own, so that what it means does not depend on what was tried before. As a server remembers registrations for long and need not
/// remember any number of them, an ID is used again where that makes no difference: when the first thing that a case does with it is to register it from where
/// it was registered already, which is answered alike.
public final class BootstrapSession {
  /// For packets that a server ignores, which have to be somebody's.
  let standIn: PeerSession
  /// Source addresses that the way to the target has.
  public let sources: Int
  /// As the first BSR said.
  public internal(set) var serverID: Identifier?
  public let limits: ServerLimits

  private let share: Share

  private var users: [Role: ServerUser] = [:]
  /// Registered users nobody works with, by source.
  private var pools: [Int: [ServerUser]] = [:]
  private var group = -1
  private var bannedGroups: Int
  private var identities: SeededRandom

  /// Who somebody is in a case.
  enum Role: Hashable {
    case sender(Sender)
    /// Shows by a registration from that source that the server still answers.
    case keeper(Int)
  }

  /// Addresses that one case may use.
  static let groupSize = 4
  /// Groups that take turns, so that none asks too often.
  private static let mostGroups = 1 << 14

  /// - start: milliseconds since 1970; timestamps grow from it.
  /// - seed: for request IDs and the like, not for the choice of cases.
  /// - identities: seed of the IDs. Another one for each run, as a server may remember the last.
  /// - limits: what the server allows, and what there is time to wait for.
  /// - share: which of the addresses are for this session, when several ask at a time.
  public init(
    sources: Int, start: UInt64, seed: UInt64, share: Share = .all, limits: ServerLimits = ServerLimits(),
    identities: UInt64 = .random(in: 0 ... .max)
  ) throws {
    self.sources = max(1, sources)
    self.share = share
    nextGroup = share.number
    bannedGroups = share.number
    self.limits = limits
    self.identities = SeededRandom(seed: identities)
    let identity = try Identity.generate(suite: .dh, group: .x25519)
    standIn = try PeerSession(targetID: Identifier(high: identities, low: 1), target: nil, friend: identity, start: start, seed: seed)
  }

  /// The target began anew and knows nothing.
  public func forget() {
    serverID = nil
    pools.removeAll()
  }

  /// The server may be elsewhere than it should be, after a finding.
  public func distrust() { pools.removeAll() }

  // Addresses.

  private var groups: Int { max(1, min(Self.mostGroups, (sources - 1) / Self.groupSize / 2)) }

  /// Takes the next addresses in turn. Those of a case that has itself banned are used once.
  func begin(bans: Bool) {
    users.removeAll(keepingCapacity: true)
    let last = (sources - 1) / Self.groupSize
    if bans, last > groups {
      group = groups + bannedGroups % (last - groups)
      bannedGroups += share.count
    } else {
      nextGroup = nextGroup + share.count < groups ? nextGroup + share.count : share.number % groups
      group = nextGroup
    }
  }

  private var nextGroup: Int
  /// Nothing is to be spread over addresses.
  var hasOneAddress: Bool { sources <= Self.groupSize }

  /// The address that a case's source number stands for.
  func source(_ number: Int) throws(CaseFault) -> Int {
    if number == 0, hasOneAddress { return 0 }
    guard number >= 0, number < Self.groupSize, !hasOneAddress else {
      throw CaseFault("the case asks from \(number + 1) addresses; there \(sources == 1 ? "is 1" : "are \(min(sources, Self.groupSize))")")
    }
    return 1 + group * Self.groupSize + number
  }

  // Users.

  /// Who plays a role from now on.
  ///
  /// - source: where the role is about to be registered, which is the first thing that is done with it; nil otherwise.
  func user(_ role: Role, registeringFrom source: Int? = nil) -> ServerUser {
    if let known = users[role] { return known }
    let new = source.flatMap { pools[$0]?.popLast() } ?? makeUser()
    play(role, new)
    return new
  }

  func play(_ role: Role, _ user: ServerUser) {
    users[role] = user
    guard case .sender(let sender) = role else { return }
    let actor = standIn.actor(sender)
    (actor.id, actor.publicKey) = (user.id, user.key)
  }

  /// A new user, whose key is any point of X25519: nobody ever computes with it.
  func makeUser() -> ServerUser {
    var key = Self.keyStart
    for _ in 0..<4 { withUnsafeBytes(of: identities.next()) { key.append(contentsOf: $0) } }
    return ServerUser(id: key.withUnsafeBytes { Digest.identifier(sha256: $0) }, key: key)
  }

  private static let keyStart = Array(
    DER.element(DER.sequence, DER.element(DER.sequence, DER.x25519) + DER.bits([UInt8](repeating: 0, count: 32))).dropLast(32))
  static let keySize = keyStart.count + 32

  /// Users that a case left registered.
  func keep(_ registrations: [ServerModel.Registration]) {
    for entry in registrations {
      // Plans count on keys of the ordinary size.
      guard let user = users.values.first(where: { $0.id == entry.id }), user.key.count == Self.keySize else { continue }
      if pools[entry.source, default: []].count < Self.poolSize { pools[entry.source, default: []].append(user) }
    }
    users.removeAll(keepingCapacity: true)
  }

  private static let poolSize = 8
}

extension BootstrapSession {
  /// One of several equal parts.
  public struct Share: Sendable {
    var number: Int
    var count: Int

    /// - number: from 0.
    public init(_ number: Int, of count: Int) { (self.number, self.count) = (number, max(1, count)) }

    public static let all = Share(0, of: 1)
  }
}

/// An ID and the key that it is made of.
struct ServerUser: Hashable {
  var id: Identifier
  var key: [UInt8]
}
