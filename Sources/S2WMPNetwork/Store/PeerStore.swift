import Foundation
import GRDB
import S2WMPCrypto
import S2WMPPeer
import S2WMPWire

/// What a peer keeps: friends with their pinned keys, messages with their ACK state, the replay memory, its own identities and status.
///
/// One SQLite file, in which a commit survives the end of the process at any moment; or memory, for a peer that keeps nothing. Used by one process
/// at a time, so SQLite keeps its lock and needs no shared memory. Calls may come from any thread; they take turns.
public final class PeerStore: Sendable {
  let database: DatabaseQueue
  let folder: StateFolder?
  let passphrase: SecretBytes?

  var path: String { folder?.databasePath ?? "in memory" }

  /// Opens the state folder and its store, or makes them; nil keeps everything in memory.
  public init(folder path: String?, passphrase: SecretBytes? = nil) throws(PeerStoreError) {
    self.passphrase = passphrase
    guard let path else {
      folder = nil
      database = try Self.open(nil)
      return
    }
    let folder = try StateFolder(path: path)
    try folder.prepareDatabaseFile()
    self.folder = folder
    database = try Self.open(folder.databasePath)
  }

  private static func open(_ path: String?) throws(PeerStoreError) -> DatabaseQueue {
    do {
      var configuration = Configuration()
      // Nobody observes it, and every statement is one of ours.
      configuration.prepareDatabase { db in
        try db.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
        guard path != nil else { return }
        // In write-ahead mode a commit needs no fsync to survive the process; one happens at each checkpoint, so that a power failure costs the
        // last commits and never the file. A commit writes whole pages, so they are small.
        try db.execute(sql: "PRAGMA page_size = 1024; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 16000")
      }
      let queue = try path.map { try DatabaseQueue(path: $0, configuration: configuration) } ?? DatabaseQueue(configuration: configuration)
      try prepare(queue, path: path)
      return queue
    } catch {
      throw PeerStoreError(error, path: path ?? "in memory")
    }
  }

  /// Checks the file and brings its tables up to date.
  private static func prepare(_ queue: DatabaseQueue, path: String?) throws {
    let migrator = PeerSchema.migrator
    if let path {
      try queue.inDatabase { db in
        if try migrator.hasBeenSuperseded(db) {
          throw PeerStoreError("the store \(path) was made by a newer version of this program: use that one")
        }
        try check(db, path)
      }
    }
    try migrator.migrate(queue)
  }

  /// Reads every page of the file, unless that would take long: a damaged page then shows when it is used.
  private static func check(_ db: Database, _ path: String) throws {
    let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
    guard pages <= 1 << 14 else { return }
    let verdict = try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
    guard verdict == "ok" else { throw PeerStoreError.damaged(path, (verdict ?? "no verdict").replacingOccurrences(of: "\n", with: " ")) }
  }

  /// Runs a read or a write, with its error as a sentence.
  func access<T>(_ body: (Database) throws -> T) throws(PeerStoreError) -> T {
    do { return try database.writeWithoutTransaction(body) } catch { throw PeerStoreError(error, path: path) }
  }
}

extension Identifier {
  var data: Data {
    withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Data($0) }
  }

  init?(data: Data) {
    guard data.count == 16 else { return nil }
    self = data.withUnsafeBytes {
      Identifier(high: UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)), low: UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
  }
}
