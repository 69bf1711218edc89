import GRDB
import S2WMPCrypto
import S2WMPPeer
import S2WMPWire

/// The own keys of a legacy peer: files beside the database, which lists them with their IDs.
extension PeerStore {
  /// Before the store commits.
  func keep(_ identity: LegacyIdentity) throws(PeerStoreError) {
    guard let folder else { return }
    let pem: SecretBytes
    do throws(IdentityError) { pem = try identity.key.pem(passphrase: passphrase) } catch {
      throw PeerStoreError("the key \(identity.userID.hex) cannot be written: \(error)")
    }
    try folder.write(pem, to: StateFolder.legacyKeyFile(identity.userID))
  }

  static func addLegacy(_ db: Database, _ id: Identifier) throws {
    try run(
      db,
      """
      INSERT OR REPLACE INTO legacy_identity (user_id, file, position)
      VALUES (?, ?, (SELECT coalesce(max(position), 0) + 1 FROM legacy_identity))
      """, [id.data, StateFolder.legacyKeyFile(id)])
  }

  /// The current one first.
  func loadLegacyIdentities() throws(PeerStoreError) -> [LegacyIdentity] {
    guard let folder else { return [] }
    let listed = try access { [path] db in
      try Row.fetchAll(db, sql: "SELECT user_id, file FROM legacy_identity ORDER BY position DESC").map { row in
        let reader = RowReader(row: row, path: path)
        return (id: try reader.identifier("user_id"), file: try reader.text("file"))
      }
    }
    return try listed.map { entry throws(PeerStoreError) in
      let file = "\(folder.path)/\(entry.file)"
      guard let bytes = try folder.read(entry.file) else {
        throw PeerStoreError("the key file \(file) is missing, which the store \(path) needs: put it back")
      }
      do throws(IdentityError) { return LegacyIdentity(userID: entry.id, key: try LegacyKey(pem: bytes, passphrase: passphrase)) } catch {
        throw PeerStoreError("the key file \(file) cannot be used: \(error)")
      }
    }
  }
}
