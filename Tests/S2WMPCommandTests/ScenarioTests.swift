import Foundation
import Testing

/// The command line, used as in `Fixtures/cli`.
@Suite("Command line") struct ScenarioTests {
  static let folder = Repository.fixtures.appending(path: "cli")

  @Test(arguments: Repository.names(in: folder, endings: ["txt"])) func scenarios(file: String) throws {
    let url = Self.folder.appending(path: file)
    let scenarios = Scenario.parse(try String(contentsOf: url, encoding: .utf8))
    #expect(!scenarios.isEmpty)
    try Golden.expect(scenarios.map { try $0.run().text }.joined(), in: url)
  }

  /// Without the right to capture, `sniff` says how to get it.
  @Test func sniffNeedsThePrivilege() throws {
    let drop = getuid() == 0 ? "setpriv --reuid 65534 --regid 65534 --clear-groups " : ""
    guard try Program.shell("\(drop)s2wmp schema --format json").status == 0 else {
      return print("skipped: another user may not run the program from this folder, so it cannot be tried without privileges")
    }
    let result = try Program.shell("\(drop)s2wmp sniff lo --duration 1 --quiet")
    if getuid() != 0, result.status == 0 { return print("skipped: this user may capture") }
    #expect(result.status == 3)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains("sudo") && result.errors.contains("setcap"), "\(result.errors)")
  }
}
