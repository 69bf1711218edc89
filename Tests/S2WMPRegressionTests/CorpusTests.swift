import Foundation
import S2WMPFuzzTargets
import Testing

/// Every input that is kept, seeds and former findings, goes through its target again.
@Suite("Corpus")
struct CorpusTests {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "Corpus")

  private static func files(_ kind: String, _ target: FuzzTarget) throws -> [URL] {
    let folder = root.appending(path: kind).appending(path: target.rawValue)
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { !$0.lastPathComponent.hasPrefix(".") }.sorted { $0.path < $1.path }
  }

  @Test("Seeds pass", arguments: FuzzTarget.allCases)
  func seeds(_ target: FuzzTarget) throws {
    let files = try Self.files("seeds", target)
    #expect(!files.isEmpty)
    try replay(files, target)
  }

  @Test("Former findings stay fixed", arguments: FuzzTarget.allCases)
  func regressions(_ target: FuzzTarget) throws { try replay(try Self.files("regressions", target), target) }

  @Test("Beginnings of seeds pass", arguments: FuzzTarget.allCases)
  func beginnings(_ target: FuzzTarget) throws {
    for file in try Self.files("seeds", target).prefix(6) {
      let bytes = [UInt8](try Data(contentsOf: file))
      for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 20)) {
        try check(target, Array(bytes[..<count]), "the first \(count) bytes of \(file.lastPathComponent)")
      }
    }
  }

  private func replay(_ files: [URL], _ target: FuzzTarget) throws {
    for file in files { try check(target, [UInt8](try Data(contentsOf: file)), file.lastPathComponent) }
  }

  private func check(_ target: FuzzTarget, _ bytes: [UInt8], _ what: String) throws {
    do {
      try bytes.withUnsafeBytes { try target.check($0) }
    } catch {
      Issue.record("\(target.rawValue), \(what): \(error)")
    }
  }
}
