import Foundation

/// Where the repository's own files are, seen from a test.
enum Repository {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let fixtures = root.appending(path: "Fixtures")
  static let vectorFolder = fixtures.appending(path: "vectors")

  /// Set to make a test write what it generates instead of comparing it; that run fails.
  static var records: Bool { ProcessInfo.processInfo.environment["S2WMP_RECORD"] == "1" }
}
