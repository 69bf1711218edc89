import GRDB
import S2WMPCrypto
import S2WMPPeer
import S2WMPWire

/// The own keys: files beside the database, which lists them.
extension PeerStore {
  private static let current = "identity.pem"

  /// Before the store commits.
  func keep(_ identity: Identity) throws(PeerStoreError) {
    guard let folder else { return }
    try folder.write(try encode(identity), to: StateFolder.keyFile(identity.userID))
  }

  /// After the store has committed.
  func settleFiles(_ change: StoreChange) throws(PeerStoreError) {
    guard let folder else { return }
    switch change {
    case .identityAdded(let identity): try folder.write(try encode(identity), to: Self.current)
    case .identityForgotten(let id):
      folder.remove(StateFolder.keyFile(id))
      folder.remove(StateFolder.legacyKeyFile(id))
    default: break
    }
  }

  private func encode(_ identity: Identity) throws(PeerStoreError) -> SecretBytes {
    do throws(IdentityError) { return try identity.pem(passphrase: passphrase) } catch {
      throw PeerStoreError("the key \(identity.userID.hex) cannot be written: \(error)")
    }
  }

  /// The keys that the store lists, the current one first. A key in `identity.pem` that it does not list was put there by its owner: it becomes the current
  /// one. One that it lists but not first is left from a crash right after a change of keys, which is completed.
  func loadIdentities() throws(PeerStoreError) -> [Identity] {
    guard let folder else { return [] }
    let listed = try listedKeys()
    let found = try folder.read(Self.current)
    let current = try found.map { bytes throws(PeerStoreError) in try decode(bytes, folder.currentKeyPath) }
    var identities: [Identity] = []
    for (id, file) in listed {
      if let current, current.userID == id {
        identities.append(current)
        continue
      }
      guard let bytes = try folder.read(file) else {
        throw PeerStoreError("the key file \(folder.path)/\(file) is missing, which the store \(path) needs: put it back")
      }
      identities.append(try decode(bytes, "\(folder.path)/\(file)"))
    }
    if let current, !listed.contains(where: { $0.0 == current.userID }) {
      try adopt(current)
      identities.insert(current, at: 0)
    } else if let first = identities.first, current?.userID != first.userID {
      try folder.write(try encode(first), to: Self.current)
    }
    return identities
  }

  private func adopt(_ identity: Identity) throws(PeerStoreError) {
    try keep(identity)
    try access { db in try Self.add(db, identity.userID) }
  }

  private func listedKeys() throws(PeerStoreError) -> [(Identifier, String)] {
    try access { [path] db in
      try Row.fetchAll(db, sql: "SELECT user_id, file FROM identity ORDER BY position DESC").map { row in
        let reader = RowReader(row: row, path: path)
        return (try reader.identifier("user_id"), try reader.text("file"))
      }
    }
  }

  private func decode(_ bytes: SecretBytes, _ file: String) throws(PeerStoreError) -> Identity {
    do throws(IdentityError) { return try Identity(pem: bytes, passphrase: passphrase) } catch {
      throw PeerStoreError("the key file \(file) cannot be used: \(error)")
    }
  }
}
