import S2WMPCrypto
import S2WMPPeer
import S2WMPWire

/// The identity that a peer starts with: the one it has, or a new one.
enum OwnIdentity {
  static func prepare(_ store: PeerStore, _ settings: PeerSettings) throws -> PeerSnapshot {
    var snapshot = try store.snapshot()
    if settings.dialect == .legacy { return try prepareLegacy(store, settings, snapshot) }
    guard snapshot.legacyIdentities.isEmpty else {
      throw PeerSetupError("the state folder \(settings.stateFolder ?? "") is a legacy peer's: add --dialect legacy, or name another folder")
    }
    if let current = snapshot.identities.first {
      try check(current, settings)
      return snapshot
    }
    let identity: Identity
    do throws(IdentityError) { identity = try Identity.generate(suite: settings.suite ?? .rsa, group: settings.group ?? .ffdhe3072) } catch {
      throw PeerSetupError("\(error)")
    }
    try store.apply([.identityAdded(identity)])
    snapshot.identities = [identity]
    return snapshot
  }

  /// In the legacy dialect the ID is random and the key small.
  private static func prepareLegacy(_ store: PeerStore, _ settings: PeerSettings, _ given: PeerSnapshot) throws -> PeerSnapshot {
    guard given.identities.isEmpty else {
      throw PeerSetupError("the state folder \(settings.stateFolder ?? "") is a v1 peer's: leave --dialect out, or name another folder")
    }
    guard settings.suite == nil, settings.group == nil else {
      throw PeerSetupError("the legacy dialect has neither suites nor groups: leave --suite and --group out")
    }
    guard given.legacyIdentities.isEmpty else { return given }
    let identity: LegacyIdentity
    do throws(IdentityError) {
      identity = LegacyIdentity(userID: LegacyIdentity.userID(from: SystemRandom.bytes(32)), key: try LegacyKey.generate())
    } catch {
      throw PeerSetupError("\(error)")
    }
    try store.apply([.legacyIdentityAdded(identity)])
    var snapshot = given
    snapshot.legacyIdentities = [identity]
    return snapshot
  }

  /// A key is of one suite and one group for good: with others the ID would be another one.
  private static func check(_ identity: Identity, _ settings: PeerSettings) throws {
    let folder = settings.stateFolder ?? ""
    if let suite = settings.suite, suite != identity.suite {
      throw PeerSetupError(
        "the key in \(folder) is of suite \(identity.suite.rawValue), not \(suite.rawValue): leave --suite out, or name another state folder")
    }
    if let group = settings.group, group != identity.group {
      throw PeerSetupError(
        "the key in \(folder) is of group \(identity.group.rawValue), not \(group.rawValue): leave --group out, or name another state folder")
    }
  }
}

extension PeerSnapshot {
  /// Who starts from it; nil when it holds no identity.
  var owner: (userID: Identifier, fingerprint: String)? {
    identities.first.map { ($0.userID, $0.fingerprint) } ?? legacyIdentities.first.map { ($0.userID, $0.fingerprint) }
  }
}
