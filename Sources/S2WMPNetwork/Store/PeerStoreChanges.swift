import Foundation
import GRDB
import S2WMPPeer
import S2WMPWire

/// Writing.
extension PeerStore {
  /// All of it or nothing, in one transaction; durable when this returns.
  public func apply(_ changes: [StoreChange]) throws(PeerStoreError) {
    for case .identityAdded(let identity) in changes { try keep(identity) }
    for case .legacyIdentityAdded(let identity) in changes { try keep(identity) }
    try access { db in
      // The common case, one message, is one statement and therefore a transaction by itself.
      if changes.count == 1, case .messageReceived(let sender, let datetime, let text, let time) = changes[0] {
        return try Self.receive(db, sender, datetime, text, time)
      }
      try Self.transaction(db) { for change in changes { try Self.write(change, db) } }
    }
    for change in changes { try settleFiles(change) }
  }

  private static func transaction(_ db: Database, _ body: () throws -> Void) throws {
    try db.cachedStatement(sql: "BEGIN IMMEDIATE").execute()
    do {
      try body()
      try db.cachedStatement(sql: "COMMIT").execute()
    } catch {
      // SQLite may have rolled back by itself; then this fails, and the error that counts is the first one.
      try? db.rollback()
      throw error
    }
  }

  private static func write(_ change: StoreChange, _ db: Database) throws {
    switch change {
    case .identityAdded(let identity): try add(db, identity.userID)
    case .legacyIdentityAdded(let identity): try addLegacy(db, identity.userID)
    case .identityForgotten(let id):
      try run(db, "DELETE FROM identity WHERE user_id = ?", [id.data])
      try run(db, "DELETE FROM legacy_identity WHERE user_id = ?", [id.data])
    case .friendSaved(let friend): try save(db, friend)
    case .friendRemoved(let id): try remove(db, id)
    case .friendMoved(let old, let new): try move(db, old, new)
    case .messageQueued(let message):
      try run(
        db, "INSERT OR REPLACE INTO sent (receiver, datetime, state, error, text) VALUES (?, ?, 0, 0, ?)",
        [message.to.data, Int64(bitPattern: message.datetime), message.text])
    case .messageSettled(let receiver, let datetime, let error):
      try run(
        db, "UPDATE sent SET state = ?, error = ? WHERE receiver = ? AND datetime = ?",
        [MessageState.of(error).rawValue, Int(error ?? 0), receiver.data, Int64(bitPattern: datetime)])
    case .messageReceived(let sender, let datetime, let text, let time): try receive(db, sender, datetime, text, time)
    case .ownStatus(let status): try run(db, "INSERT OR REPLACE INTO setting (name, value) VALUES ('status', ?)", [status.rawValue])
    }
  }

  private static func receive(_ db: Database, _ sender: Identifier, _ datetime: UInt64, _ text: String, _ time: UInt64) throws {
    try run(
      db, "INSERT OR IGNORE INTO received (sender, datetime, at, text) VALUES (?, ?, ?, ?)",
      [sender.data, Int64(bitPattern: datetime), Int64(bitPattern: time), text])
  }

  static func add(_ db: Database, _ id: Identifier) throws {
    try run(
      db, "INSERT OR REPLACE INTO identity (user_id, file, position) VALUES (?, ?, (SELECT coalesce(max(position), 0) + 1 FROM identity))",
      [id.data, StateFolder.keyFile(id)])
  }

  private static func save(_ db: Database, _ friend: FriendRecord) throws {
    try run(
      db,
      """
      INSERT OR REPLACE INTO friend
        (id, name, public_key, address, status, status_datetime, received_datetime, sent_datetime, knows_us_as, legacy_key)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        friend.id.data, friend.name, Data(friend.publicKey), friend.address?.description, friend.status?.rawValue,
        Int64(bitPattern: friend.statusDatetime), Int64(bitPattern: friend.receivedDatetime), Int64(bitPattern: friend.sentDatetime),
        friend.knowsUsAs.data, friend.legacyKey.map { Data($0) },
      ])
    try run(db, "DELETE FROM former_key WHERE friend = ?", [friend.id.data])
    for (position, key) in friend.formerKeys.enumerated() {
      try run(
        db, "INSERT INTO former_key (friend, position, user_id, new_id, own_id, shared_secret) VALUES (?, ?, ?, ?, ?, ?)",
        [friend.id.data, position, key.userID.data, key.newID.data, key.ownID.data, Data(key.sharedSecret)])
    }
  }

  /// What was received stays: it is the replay memory, should they become friends again.
  private static func remove(_ db: Database, _ id: Identifier) throws {
    try run(db, "DELETE FROM friend WHERE id = ?", [id.data])
    try run(db, "DELETE FROM former_key WHERE friend = ?", [id.data])
    try run(db, "UPDATE sent SET state = ? WHERE receiver = ? AND state = 0", [MessageState.givenUp.rawValue, id.data])
  }

  private static func move(_ db: Database, _ old: Identifier, _ new: Identifier) throws {
    try run(db, "UPDATE OR IGNORE received SET sender = ? WHERE sender = ?", [new.data, old.data])
    try run(db, "UPDATE OR IGNORE sent SET receiver = ? WHERE receiver = ?", [new.data, old.data])
    try run(db, "DELETE FROM friend WHERE id = ?", [old.data])
    try run(db, "DELETE FROM former_key WHERE friend = ?", [old.data])
  }

  static func run(_ db: Database, _ sql: String, _ arguments: [(any DatabaseValueConvertible)?]) throws {
    try db.cachedStatement(sql: sql).execute(arguments: StatementArguments(arguments))
  }
}

/// The column `state` of `sent`.
enum MessageState: Int {
  case waiting, acknowledged, rejected, givenUp

  static func of(_ error: UInt8?) -> MessageState {
    switch error {
    case nil: .givenUp
    case 0: .acknowledged
    default: .rejected
    }
  }
}
