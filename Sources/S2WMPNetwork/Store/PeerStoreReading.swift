import Foundation
import GRDB
import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// Reading.
extension PeerStore {
  /// What a peer starts from. Without identities when the store is new.
  public func snapshot() throws(PeerStoreError) -> PeerSnapshot {
    let identities = try loadIdentities()
    let legacyIdentities = try loadLegacyIdentities()
    let friends = try friends()
    return try access { [path] db in
      let outgoing = try Row.fetchAll(db, sql: "SELECT receiver, datetime, text FROM sent WHERE state = 0").map { row in
        let reader = RowReader(row: row, path: path)
        return OutgoingRecord(to: try reader.identifier("receiver"), datetime: try reader.unsigned("datetime"), text: try reader.text("text"))
      }
      let status = try String.fetchOne(db, sql: "SELECT value FROM setting WHERE name = 'status'")
      var snapshot = PeerSnapshot(
        identities: identities, friends: friends, outgoing: outgoing.sorted { $0.datetime < $1.datetime },
        status: status.flatMap(UserStatus.init(rawValue:)) ?? .online)
      snapshot.legacyIdentities = legacyIdentities
      return snapshot
    }
  }

  public func friends() throws(PeerStoreError) -> [FriendRecord] {
    try access { [path] db in
      try Row.fetchAll(db, sql: "SELECT * FROM friend ORDER BY name, id").map { try Self.friend(db, RowReader(row: $0, path: path)) }
    }
  }

  /// The replay memory. Called for what is not above the highest accepted `datetime`.
  public func hasAccepted(sender: Identifier, datetime: UInt64) throws(PeerStoreError) -> Bool {
    try access { db in
      let statement = try db.cachedStatement(sql: "SELECT 1 FROM received WHERE sender = ? AND datetime = ?")
      return try Int.fetchOne(statement, arguments: [sender.data, Int64(bitPattern: datetime)]) != nil
    }
  }

  /// The highest `datetime`s of a sender's messages, at most so many.
  public func latestAccepted(sender: Identifier, limit: Int) throws(PeerStoreError) -> [UInt64] {
    try access { db in
      var found: [Int64] = []
      // Those from 2^63 on are negative here, and the higher ones.
      for range in ["datetime < 0", "datetime >= 0"] where found.count < limit {
        let statement = try db.cachedStatement(sql: "SELECT datetime FROM received WHERE sender = ? AND \(range) ORDER BY datetime DESC LIMIT ?")
        found += try Int64.fetchAll(statement, arguments: [sender.data, limit - found.count])
      }
      return found.map { UInt64(bitPattern: $0) }
    }
  }

  /// The last messages with a friend, oldest first.
  public func history(with friend: Identifier, limit: Int) throws(PeerStoreError) -> [HistoryEntry] {
    let limit = max(0, limit)
    return try access { [path] db in
      let received = try Row.fetchAll(
        db, sql: "SELECT datetime, at, text FROM received WHERE sender = ? ORDER BY datetime DESC LIMIT ?", arguments: [friend.data, limit]
      ).map { row in
        let reader = RowReader(row: row, path: path)
        return HistoryEntry(
          direction: .received, datetime: try reader.unsigned("datetime"), text: try reader.text("text"), state: .acknowledged,
          time: try reader.unsigned("at"))
      }
      let sent = try Row.fetchAll(
        db, sql: "SELECT datetime, state, error, text FROM sent WHERE receiver = ? ORDER BY datetime DESC LIMIT ?", arguments: [friend.data, limit]
      ).map { try Self.sentEntry(RowReader(row: $0, path: path)) }
      return Array((received + sent).sorted { ($0.time, $0.datetime) < ($1.time, $1.datetime) }.suffix(limit))
    }
  }

  private static func sentEntry(_ reader: RowReader) throws -> HistoryEntry {
    let datetime = try reader.unsigned("datetime")
    let state: HistoryEntry.State =
      switch MessageState(rawValue: Int(truncatingIfNeeded: try reader.unsigned("state"))) {
      case .waiting: .waiting
      case .acknowledged: .acknowledged
      case .rejected: .rejected(UInt8(truncatingIfNeeded: try reader.unsigned("error")))
      case .givenUp: .givenUp
      case nil: throw reader.damaged("state")
      }
    return HistoryEntry(direction: .sent, datetime: datetime, text: try reader.text("text"), state: state, time: datetime)
  }

  private static func friend(_ db: Database, _ reader: RowReader) throws -> FriendRecord {
    let id = try reader.identifier("id")
    var friend = FriendRecord(
      id: id, name: try reader.text("name"), publicKey: [UInt8](try reader.data("public_key")),
      address: try reader.optionalText("address").flatMap { Endpoint(text: $0) }, knowsUsAs: try reader.identifier("knows_us_as"))
    friend.status = try reader.optionalText("status").flatMap(UserStatus.init(rawValue:))
    friend.statusDatetime = try reader.unsigned("status_datetime")
    // A message moves these on without writing the friend again.
    friend.receivedDatetime = max(try reader.unsigned("received_datetime"), try highest(db, "received WHERE sender", id))
    friend.sentDatetime = max(try reader.unsigned("sent_datetime"), try highest(db, "sent WHERE receiver", id))
    friend.legacyKey = try reader.optionalData("legacy_key").map { [UInt8]($0) }
    friend.formerKeys = try Row.fetchAll(db, sql: "SELECT * FROM former_key WHERE friend = ? ORDER BY position", arguments: [id.data]).map { row in
      let reader = RowReader(row: row, path: reader.path)
      return FormerKey(
        userID: try reader.identifier("user_id"), newID: try reader.identifier("new_id"), ownID: try reader.identifier("own_id"),
        sharedSecret: [UInt8](try reader.data("shared_secret")))
    }
    return friend
  }

  /// Values from 2^63 on are negative in the database, and above all others.
  private static func highest(_ db: Database, _ source: String, _ id: Identifier) throws -> UInt64 {
    for range in ["< 0", ">= 0"] {
      let statement = try db.cachedStatement(sql: "SELECT max(datetime) FROM \(source) = ? AND datetime \(range)")
      if let value = try Int64.fetchOne(statement, arguments: [id.data]) { return UInt64(bitPattern: value) }
    }
    return 0
  }
}

/// Reads columns without trusting them: the file may be damaged.
struct RowReader {
  var row: Row
  var path: String

  func damaged(_ column: String) -> PeerStoreError { .damaged(path, "column \(column) holds no such value") }

  func unsigned(_ column: String) throws(PeerStoreError) -> UInt64 {
    guard let value = Int64.fromDatabaseValue(row[column] as DatabaseValue) else { throw damaged(column) }
    return UInt64(bitPattern: value)
  }

  func text(_ column: String) throws(PeerStoreError) -> String {
    guard let value = try optionalText(column) else { throw damaged(column) }
    return value
  }

  func optionalText(_ column: String) throws(PeerStoreError) -> String? {
    let stored = row[column] as DatabaseValue
    if stored.isNull { return nil }
    guard let value = String.fromDatabaseValue(stored) else { throw damaged(column) }
    return value
  }

  func data(_ column: String) throws(PeerStoreError) -> Data {
    guard let value = Data.fromDatabaseValue(row[column] as DatabaseValue) else { throw damaged(column) }
    return value
  }

  func optionalData(_ column: String) throws(PeerStoreError) -> Data? {
    (row[column] as DatabaseValue).isNull ? nil : try data(column)
  }

  func identifier(_ column: String) throws(PeerStoreError) -> Identifier {
    guard let id = Identifier(data: try data(column)) else { throw damaged(column) }
    return id
  }
}
