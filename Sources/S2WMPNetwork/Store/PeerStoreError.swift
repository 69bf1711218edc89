import GRDB

/// Why what has to be kept cannot be read or written: one sentence that says what to do.
public struct PeerStoreError: Error, Equatable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }

  /// An error of SQLite about that file, or of what was found in it.
  init(_ error: any Error, path: String) {
    if let known = error as? PeerStoreError {
      self = known
    } else if let error = error as? DatabaseError {
      description = Self.sentence(error, path)
    } else {
      description = "the store \(path) cannot be used: \(error)"
    }
  }

  static func damaged(_ path: String, _ what: String) -> PeerStoreError {
    PeerStoreError("the store \(path) is damaged (\(what)): put back a copy of it, or move it away to start without its friends and messages")
  }

  private static func sentence(_ error: DatabaseError, _ path: String) -> String {
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: damaged(path, error.message ?? "it is no SQLite database").description
    case .SQLITE_FULL: "the disk that holds \(path) is full: make room there and start again; all that was acknowledged is kept"
    case .SQLITE_BUSY, .SQLITE_LOCKED: "the store \(path) is in use by another program: end it first"
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
      "the store \(path) cannot be opened for writing: check its permissions and its folder's"
    default: "the store \(path) cannot be used: \(error.message ?? "SQLite error \(error.resultCode.rawValue)")"
    }
  }
}
