import S2WMPCrypto
import S2WMPWire

/// The keys of one analysis: those given, and those that the packets themselves show. Everything it learns is bounded.
///
/// Packets must come in the order in which keys may be used: what was not seen yet opens nothing.
public final class KeyRing {
  private static let mostPairs = 4096
  private static let mostKeyBytes = 16 << 20
  private static let mostPartners = 64
  private static let mostClients = 256

  private(set) var material: KeyMaterial
  /// Asked when a key is missing: what a log that still grows has got meanwhile.
  public var refill: (() -> KeyLog?)?
  /// Nil: these two can never share a secret.
  private var pairs: [UserPair: PairKeys?] = [:]
  /// Public keys seen, by the ID that is theirs: a v1 ID proves its key.
  private var publicKeys: [Identifier: PeerKey] = [:]
  private var publicKeyBytes = 0
  /// With whom a user shares a secret that is known.
  private var partners: [Identifier: [Identifier]] = [:]
  /// Client programs seen in packets whose hash is right.
  private var clients: Set<Identifier> = [ClientID.own]
  var legacy: LegacyRing

  public init(_ material: KeyMaterial) {
    self.material = material
    legacy = LegacyRing(material.legacyKeys)
    for (a, b) in material.log.pairs { notePartners(a, b) }
  }

  /// More lines of a key log.
  public func add(_ log: KeyLog) {
    material.add(log)
    for (a, b) in log.pairs {
      pairs[UserPair(a, b)] = nil
      legacy.forget(UserPair(a, b))
      notePartners(a, b)
    }
  }

  // MARK: - Secrets

  /// The keys of two users, or nil when they are not known (yet).
  func pair(_ a: Identifier, _ b: Identifier) -> PairKeys? {
    let key = UserPair(a, b)
    if let known = pairs[key] { return known }
    if let secret = secret(key) { return keep(PairKeys(secret: secret, own: key.low, other: key.high), key) }
    guard refilled(), let secret = material.log.secret(a, b) else { return nil }
    return keep(PairKeys(secret: secret, own: key.low, other: key.high), key)
  }

  /// From the log, else by either one's private key and the other's public key.
  private func secret(_ pair: UserPair) -> SecretBytes? {
    if let logged = material.log.secret(pair.low, pair.high) { return logged }
    var isHopeless = false
    for (own, other) in [(pair.low, pair.high), (pair.high, pair.low)] {
      guard let identity = material.identities[own], let key = publicKey(of: other) else { continue }
      if let derived = try? identity.sharedSecret(with: key) { return derived }
      isHopeless = true
    }
    // Both keys are what their IDs say: they will not fit later either.
    if isHopeless { keep(nil, pair) }
    return nil
  }

  @discardableResult
  private func keep(_ keys: PairKeys?, _ pair: UserPair) -> PairKeys? {
    // Any one makes room: what is needed again is derived again.
    if pairs.count >= Self.mostPairs, let some = pairs.keys.first { pairs[some] = nil }
    pairs[pair] = .some(keys)
    if keys != nil { notePartners(pair.low, pair.high) }
    return keys
  }

  /// The secret of two users of the legacy dialect, from the log.
  func legacySecret(_ a: Identifier, _ b: Identifier) -> SecretBytes? {
    if let known = material.log.secret(a, b) { return known }
    return refilled() ? material.log.secret(a, b) : nil
  }

  /// Tries the content keys of one M, also those that a growing log holds by now. Nil when none opens it; `wasTried` tells whether there was any.
  func tryContentKeys(
    _ sender: Identifier, _ receiver: Identifier, _ datetime: UInt64, wasTried: inout Bool, _ open: (SecretBytes) -> BodyOutcome?
  ) -> BodyOutcome? {
    var tried = 0
    repeat {
      let keys = material.log.contentKeys(sender: sender, receiver: receiver, datetime: datetime)
      for key in keys.dropFirst(tried) {
        if let opened = open(key) { return opened }
      }
      tried = keys.count
    } while refilled()
    wasTried = tried > 0
    return nil
  }

  private func refilled() -> Bool {
    guard let more = refill?() else { return false }
    add(more)
    return true
  }

  // MARK: - What packets show

  /// Remembers a `public_key` field under the ID that is its own.
  func learn(_ field: UnsafeRawBufferPointer) {
    let id = Digest.identifier(sha256: field)
    guard publicKeys[id] == nil, publicKeyBytes + field.count <= Self.mostKeyBytes, let key = try? PeerKey(field: field) else { return }
    publicKeyBytes += field.count + MemoryLayout<PeerKey>.stride
    publicKeys[id] = key
  }

  func publicKey(of id: Identifier) -> PeerKey? { publicKeys[id] ?? material.identities[id]?.key }

  func identity(of id: Identifier) -> Identity? { material.identities[id] }

  /// Notes that these two exchanged keys, so that an ID change of one may be meant for the other.
  func noteMeeting(_ a: Identifier, _ b: Identifier) {
    if material.identities[a] != nil || material.identities[b] != nil { notePartners(a, b) }
  }

  private func notePartners(_ a: Identifier, _ b: Identifier) {
    for (one, other) in [(a, b), (b, a)] {
      guard partners.count < Self.mostPairs || partners[one] != nil else { continue }
      var list = partners[one] ?? []
      guard list.count < Self.mostPartners, !list.contains(other) else { continue }
      list.append(other)
      partners[one] = list
    }
  }

  /// Users with whom this one shares, or may share, a secret that is known.
  func partners(of id: Identifier) -> [Identifier] {
    let known = partners[id] ?? []
    guard publicKeys[id] != nil else { return known }
    return known + material.identities.keys.filter { $0 != id && !known.contains($0) }.prefix(Self.mostPartners).sorted()
  }

  func noteClient(_ client: Identifier) {
    if clients.count < Self.mostClients { clients.insert(client) }
  }

  func isKnown(client: Identifier) -> Bool { clients.contains(client) }
}
