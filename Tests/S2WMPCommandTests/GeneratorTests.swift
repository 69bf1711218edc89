import Foundation
import Testing

/// The captures in the repository are what `s2wmp-fixtures` makes.
@Suite("Fixture generator") struct GeneratorTests {
  @Test func makesTheSameBytes() throws {
    let scratch = try Scratch()
    let result = try Program("s2wmp-fixtures").run([scratch.folder.appending(path: "captures").path])
    #expect(result.status == 0, "\(result.errors)")
    for folder in ["captures", "damaged", "keys"] {
      let made = scratch.folder.appending(path: folder)
      let names = try FileManager.default.contentsOfDirectory(atPath: made.path).sorted()
      #expect(!names.isEmpty)
      for name in names {
        let same = try Data(contentsOf: made.appending(path: name)) == (try? Data(contentsOf: Repository.fixtures.appending(path: "\(folder)/\(name)")))
        #expect(same, "\(folder)/\(name) differs: run swift run s2wmp-fixtures")
      }
    }
  }
}
