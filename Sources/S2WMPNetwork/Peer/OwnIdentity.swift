import S2WMPCrypto
import S2WMPPeer

/// The identity that a peer starts with: the one it has, or a new one.
enum OwnIdentity {
  static func prepare(_ store: PeerStore, _ settings: PeerSettings) throws -> PeerSnapshot {
    var snapshot = try store.snapshot()
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

  /// A key is of one suite and one group for good: with others the ID would be another one.
  private static func check(_ identity: Identity, _ settings: PeerSettings) throws {
    let folder = settings.stateFolder ?? ""
    if let suite = settings.suite, suite != identity.suite {
      throw PeerSetupError("the key in \(folder) is of suite \(identity.suite.rawValue), not \(suite.rawValue): leave --suite out, or name another state folder")
    }
    if let group = settings.group, group != identity.group {
      throw PeerSetupError("the key in \(folder) is of group \(identity.group.rawValue), not \(group.rawValue): leave --group out, or name another state folder")
    }
  }
}
