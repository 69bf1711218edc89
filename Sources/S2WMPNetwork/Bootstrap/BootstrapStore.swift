import Foundation
import GRDB
import Glibc
import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// Registrations and the server's ID in SQLite: `bootstrap.sqlite` in the state folder, mode 0600.
final class BootstrapStore: Sendable {
  private static let formatVersion = 1
  private let folder: StateFolder
  private let path: String
  private let database: DatabaseQueue

  init(folder: String) throws {
    do throws(PeerStoreError) {
      self.folder = try StateFolder(path: folder)
    } catch {
      throw BootstrapFailure(description: error.description)
    }
    path = self.folder.path + "/bootstrap.sqlite"
    // SQLite gives its other files the mode of this one.
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw BootstrapFailure(description: "the store \(path) cannot be opened: \(String(cString: strerror(errno)))") }
    Glibc.close(descriptor)
    var configuration = Configuration()
    configuration.journalMode = .wal
    configuration.label = "bootstrap store"
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
    do {
      database = try DatabaseQueue(path: path, configuration: configuration)
      try database.write { try Self.prepare($0) }
    } catch {
      throw Self.failure(error, path)
    }
  }

  /// Looks through the whole file, then makes what is not there.
  private static func prepare(_ db: Database) throws {
    guard try String.fetchOne(db, sql: "PRAGMA quick_check(1)") == "ok" else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
    let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    guard version <= formatVersion else {
      throw BootstrapFailure(
        description: "the store was made by a newer version of this program (format \(version), this one knows \(formatVersion)); update it")
    }
    if version == formatVersion { return }
    try db.execute(
      sql: """
        CREATE TABLE server (id BLOB NOT NULL CHECK (length(id) = 16)) STRICT;
        CREATE TABLE registration (
          id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
          address BLOB NOT NULL CHECK (length(address) = 16),
          port INTEGER NOT NULL CHECK (port BETWEEN 0 AND 65535),
          expires INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        PRAGMA user_version = \(formatVersion);
        """)
  }

  /// The ID made when the store was.
  func serverID() throws -> Identifier {
    do {
      return try database.write { db in
        if let known = try Data.fetchOne(db, sql: "SELECT id FROM server"), let id = Self.identifier(known) { return id }
        var generator = SystemRandomNumberGenerator()
        let id = Identifier(high: generator.next(), low: generator.next())
        try db.execute(sql: "DELETE FROM server")
        try db.execute(sql: "INSERT INTO server (id) VALUES (?)", arguments: [Data(id.bytes)])
        return id
      }
    } catch {
      throw Self.failure(error, path)
    }
  }

  func load(_ body: (BootstrapRegistration) -> Void) throws {
    do {
      try database.read { db in
        let rows = try Row.fetchCursor(db, sql: "SELECT id, address, port, expires FROM registration")
        while let row = try rows.next() {
          guard let id = Self.identifier(row[0]), let address = Self.identifier(row[1]) else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
          let isIPv4 = address.high == 0 && address.low >> 32 == 0xffff
          let port: Int = row[2]
          let expires: Int64 = row[3]
          let endpoint = Endpoint(high: address.high, low: address.low, port: UInt16(truncatingIfNeeded: port), isIPv4: isIPv4)
          body(BootstrapRegistration(id: id, address: endpoint, expires: UInt64(max(0, expires))))
        }
      }
    } catch {
      throw Self.failure(error, path)
    }
  }

  /// One transaction on the store's own thread. `done` is called there.
  func write(_ changes: [BootstrapChange], removeExpired now: UInt64?, done: @escaping @Sendable ((any Error)?) -> Void) {
    database.asyncWrite { db in
      let save = try db.cachedStatement(
        sql: "INSERT INTO registration (id, address, port, expires) VALUES (?, ?, ?, ?) "
          + "ON CONFLICT (id) DO UPDATE SET address = excluded.address, port = excluded.port, expires = excluded.expires")
      let remove = try db.cachedStatement(sql: "DELETE FROM registration WHERE id = ?")
      for change in changes {
        switch change {
        case .saved(let registration):
          let address = Identifier(high: registration.address.high, low: registration.address.low)
          let expires = Int64(clamping: registration.expires)
          try save.execute(arguments: [Data(registration.id.bytes), Data(address.bytes), Int(registration.address.port), expires])
        case .removed(let id): try remove.execute(arguments: [Data(id.bytes)])
        }
      }
      if let now { try db.execute(sql: "DELETE FROM registration WHERE expires <= ?", arguments: [Int64(clamping: now)]) }
    } completion: { _, result in
      if case .failure(let error) = result { done(error) } else { done(nil) }
    }
  }

  func close() throws { try database.close() }

  private static func identifier(_ data: Data) -> Identifier? {
    guard data.count == 16 else { return nil }
    let halves = data.reduce((high: UInt64(0), low: UInt64(0))) { ($0.high << 8 | $0.low >> 56, $0.low << 8 | UInt64($1)) }
    return Identifier(high: halves.high, low: halves.low)
  }

  private static func failure(_ error: any Error, _ path: String) -> BootstrapFailure {
    if let failure = error as? BootstrapFailure { return failure }
    let code = (error as? DatabaseError)?.resultCode
    if code == .SQLITE_NOTADB || code == .SQLITE_CORRUPT {
      return BootstrapFailure(description: "the store \(path) is damaged; put a copy back, or move it away to begin with an empty one")
    }
    let text = (error as? DatabaseError)?.message ?? "\(error)"
    return BootstrapFailure(description: "the store \(path) cannot be used: \(text)")
  }
}
