import Foundation

/// Where the repository's own files are, seen from a test.
enum Repository {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let fixtures = root.appending(path: "Fixtures")
  static let captures = fixtures.appending(path: "captures")
  static let damaged = fixtures.appending(path: "damaged")

  /// Set to make tests write what the program says instead of comparing it; that run fails.
  static var records: Bool { ProcessInfo.processInfo.environment["S2WMP_RECORD"] == "1" }

  /// Names of the files in a folder, in order, whose ending is one of these.
  static func names(in folder: URL, endings: Set<String>) -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return all.filter { endings.contains(URL(filePath: $0).pathExtension) }.sorted()
  }
}
