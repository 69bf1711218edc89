import Foundation

/// Makes every capture under `Fixtures/captures` and `Fixtures/damaged` anew: always the same bytes.
@main struct MakeFixtures {
  static func main() {
    do {
      try run(CommandLine.arguments.dropFirst().first ?? "Fixtures/captures")
    } catch {
      FileHandle.standardError.write(Data("s2wmp-fixtures: \(error)\n".utf8))
      exit(3)
    }
  }

  /// - path: the folder for the captures; the damaged files go into `damaged` beside it, keys into `keys`.
  private static func run(_ path: String) throws {
    let folder = URL(filePath: path)
    let vectors = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let examples = try WorkedExample.load(vectors.appending(path: "Fixtures"))
    try Pair.check(examples)
    let cast = try Cast(examples)
    let beside = folder.deletingLastPathComponent()
    let folders = [(Topics.captures, folder), (Topics.damaged, beside.appending(path: "damaged")), (Topics.keyFiles, beside.appending(path: "keys"))]
    for (fixtures, folder) in folders {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for fixture in fixtures { try fixture.make(folder.appending(path: fixture.name).path(percentEncoded: false), cast) }
      print("\(fixtures.count) files in \(folder.path(percentEncoded: false))")
    }
  }
}
