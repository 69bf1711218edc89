import ArgumentParser
import S2WMPFuzz
import S2WMPWire

/// `s2wmp conform`: every requirement of the specification once.
struct ConformCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conform",
    abstract: "Check every requirement of the specification once.",
    discussion: """
      s2wmp conform 10.0.0.9:5000                   a peer that takes chat requests
      s2wmp conform 10.0.0.9:5000 --only 6.1/3 4    ids that begin with these
      s2wmp conform 10.0.0.9:5005 --role bootstrap  a bootstrap server
      s2wmp conform --spawn 's2wmp peer --listen 127.0.0.1:0 --accept auto'
      s2wmp conform --list                          ids and titles

      Each malformed packet goes beside its control, the same packet without the defect, \
      which must be accepted. A failure shows what was sent, what was owed, what came, and \
      (with --out) the command that tries it again. What cannot be checked is skipped and \
      says why: a target that denies chat requests leaves out all that takes friendship.

      --expect FILE lists known failures, a line each: the id, then the reason. They do not \
      fail the run; to pass in spite of being listed does.

      Exit status: 0 all as expected; 1 a failure; 2 wrong usage; 3 the target cannot be \
      used. Documentation/Conformance.md lists all requirements.
      """)

  @Argument(help: ArgumentHelp("The target. May be missing with --spawn.", valueName: "host:port"))
  var target: String?

  @OptionGroup(title: "The target") var targeted: TargetArguments

  @Flag(help: "Print ids and titles (of --role and --dialect) and end.")
  var list = false

  @Option(parsing: .upToNextOption, help: ArgumentHelp("Only requirements whose id begins so; several may follow.", valueName: "id"))
  var only: [String] = []

  @Option(parsing: .upToNextOption, help: ArgumentHelp("Not those whose id begins so; several may follow.", valueName: "id"))
  var skip: [String] = []

  @Flag(help: "Where a rejection is owed, take any: another error, or a closed connection.")
  var lenient = false

  @Flag(help: "Wait as well for what takes minutes: that a server's registrations expire, and its bans end.")
  var slow = false

  @Option(help: ArgumentHelp("Known failures, a line each: the id, then the reason.", valueName: "file"))
  var expect: String?

  @Option(help: "Colour: auto (on a terminal), always or never.")
  var color = ColourChoice.auto

  func validate() throws {
    let unknown = selection.unknown(in: Requirements.checks(for: targeted.role, targeted.dialect))
    if let id = unknown.first { throw ValidationError("no requirement begins with \"\(Printable.text(id))\"; --list shows them") }
    if !list, place == nil, targeted.spawn == nil { throw ValidationError("name the target as host:port, or use --spawn") }
  }

  /// An id never holds a colon: what does among them is the target, written behind them.
  var place: String? { target ?? (only + skip).first { $0.contains(":") } }

  var selection: Selection {
    Selection(only: only.filter { !$0.contains(":") }, skip: skip.filter { !$0.contains(":") })
  }

  var hasColour: Bool { color == .always || (color == .auto && StandardOutput.isTerminal && Environment["NO_COLOR"] == nil) }

  func run() throws {
    if list {
      var out: [UInt8] = []
      let checks = Requirements.checks(for: targeted.role, targeted.dialect).filter { selection.contains($0.id) }
      ConformanceTable.list(checks, width: StandardOutput.columns, to: &out)
      return out.withUnsafeBytes { StandardOutput.write($0) }
    }
    let known = try knownFailures()
    let folder = try targeted.reportFolder()
    Interruption.listen()
    let opened = try targeted.open(place, seed: 1, isPatient: slow, seeksShortSecret: true)
    try ConformRun(self, opened, known, folder).run()
  }

  private func knownFailures() throws -> KnownFailures {
    guard let expect else { return KnownFailures() }
    do {
      return try KnownFailures(String(decoding: InputBytes.read(expect, limit: 1 << 20), as: UTF8.self))
    } catch let error as KnownFailuresError {
      throw CommandError(description: "\(Printable.text(expect)), \(error.description)")
    } catch let error as WholeFileError {
      throw CommandError(description: Printable.text(error.description))
    }
  }
}
