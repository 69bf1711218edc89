import S2WMPCrypto
import S2WMPWire

/// D-H in the legacy dialect (S2WMP wire format, appendix L): who is asked takes the requestor's prime and generator.
extension LegacyPeer {
  /// With a stranger's key: our own key if it has the same group, else a new one in the stranger's.
  func agree(with field: [UInt8], as identity: LegacyIdentity) throws(IdentityError) -> LegacyAgreement {
    do throws(KeyFault) {
      return LegacyAgreement(own: identity.key, secret: try identity.key.sharedSecret(with: field))
    } catch {
      guard error == .legacyGroup else { throw .notAllowed(error) }
    }
    let own = try LegacyKey.generate(answering: field)
    do throws(KeyFault) { return LegacyAgreement(own: own, secret: try own.sharedSecret(with: field)) } catch { throw .notAllowed(error) }
  }

  /// With a friend's pinned key, as when it became one.
  func agreement(for record: FriendRecord) throws(LegacyPeerError) -> LegacyAgreement {
    do {
      let own = try record.legacyKey.map { try LegacyKey(pkcs8: $0) } ?? identity(record.knowsUsAs)?.key
      guard let own else { throw LegacyPeerError.noIdentity }
      return LegacyAgreement(own: own, secret: try own.sharedSecret(with: record.publicKey))
    } catch {
      throw .friendKey(record.id, "\(error)")
    }
  }

  func logKey(of record: FriendRecord, _ secret: SecretBytes, _ effects: inout PeerEffects) {
    effects.append(.keyLog(KeyLog.line(secret: secret, record.knowsUsAs, record.id)))
  }
}
