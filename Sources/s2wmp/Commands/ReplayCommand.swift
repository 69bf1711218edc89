import ArgumentParser
import S2WMPFuzz
import S2WMPWire

/// `s2wmp replay`: saved cases, again.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Try saved cases again.",
    discussion: """
      s2wmp replay found/6.1-5.hash.wrong-error.s2case 10.0.0.9:5000
      s2wmp replay found 10.0.0.9:5000               every case of a folder
      s2wmp replay found --spawn 's2wmp peer --listen 127.0.0.1:0 --accept auto'
      s2wmp replay found --in-process                on our own core, without sockets

      A case is text (Documentation/Cases.md): edit it and try again. For each file there \
      is a line: ok, or FAILED and below it what was owed and what came. Keep the files of \
      what was fixed in a folder, and replay is its regression test.

      Exit status: 0 all as owed; 1 something goes wrong (still); 2 wrong usage; 3 the \
      target or a file cannot be used.
      """)

  @Argument(help: ArgumentHelp("A .s2case file, or a folder of them.", valueName: "file"))
  var file: String

  @Argument(help: ArgumentHelp("The target. May be missing with --spawn and --in-process.", valueName: "host:port"))
  var target: String?

  @OptionGroup(title: "The target") var targeted: TargetArguments

  @Flag(help: "Try them on this program's own core (of --role) in this process.")
  var inProcess = false

  func validate() throws {
    if target == nil, targeted.spawn == nil, !inProcess { throw ValidationError("name the target as host:port, or use --spawn or --in-process") }
  }

  func run() throws {
    let paths = CaseFiles.isFolder(file) ? try CaseFiles.names(in: file).map { "\(file)/\($0)" } : [file]
    guard !paths.isEmpty else { throw CommandError(description: "\(Printable.text(file)) holds no .s2case file") }
    let files = try paths.map { ($0, try CaseFiles.read($0)) }
    Interruption.listen()
    var targeted = targeted
    // A file made with one suite is most often meant for it again.
    if targeted.suite == nil, files.count == 1 { targeted.suite = files[0].1.suite }
    if targeted.group == nil, files.count == 1 { targeted.group = files[0].1.group }
    let opened = try inProcess ? targeted.openInProcess(seed: 1) : targeted.open(target, seed: 1, isPatient: true)
    let failures = try replay(files, opened)
    StandardError.line("\(files.count - failures) ok, \(failures) failed")
    if failures > 0 { throw ExitCode(1) }
  }

  private func replay(_ files: [(String, CaseFile)], _ opened: any OpenedTarget) throws -> Int {
    let bench = try opened.bench(checksAlive: false)
    var failures = 0
    for (path, file) in files where !Interruption.isWanted {
      do {
        guard let found = try bench.run(file.cases).mismatch else {
          StandardOutput.write("ok      \(Printable.text(path))\n")
          continue
        }
        failures += 1
        StandardOutput.write(Self.words(path, found, targeted.dialect))
        try bench.recover()
      } catch let fault as TargetFault {
        throw CommandError(description: Printable.text(fault.description))
      } catch let fault as CaseFault {
        throw CommandError(description: "\(Printable.text(path)): \(Printable.text(fault.description))")
      }
    }
    return failures
  }

  private static func words(_ path: String, _ found: Mismatch, _ dialect: Dialect) -> String {
    "FAILED  \(Printable.text(path))\n  \(found.requirement)  \(found.kind.rawValue)\n  owed  \(CaseWords.outcome(found.expected, dialect))\n"
      + "  came  \(CaseWords.outcome(found.observed, dialect))\n"
  }
}
