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
      is a line: ok, or FAILED and below it what was owed and what came. What grows with \
      every packet is repeated as often as its file says, and takes --spawn or --pid. Keep \
      the files of what was fixed in a folder, and replay is its regression test.

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
    try checkWatched(files)
    Interruption.listen()
    var targeted = targeted
    // A file made with one suite is most often meant for it again.
    if targeted.suite == nil, files.count == 1 { targeted.suite = files[0].1.suite }
    if targeted.group == nil, files.count == 1 { targeted.group = files[0].1.group }
    let opened = try inProcess ? targeted.openInProcess(seed: 1) : targeted.open(target, seed: 1, isPatient: true)
    let (passed, failed) = try replay(files, opened)
    StandardError.line("\(passed) ok, \(failed) failed")
    if failed > 0 { throw ExitCode(1) }
  }

  private func replay(_ files: [(String, CaseFile)], _ opened: any OpenedTarget) throws -> (passed: Int, failed: Int) {
    let bench = try opened.bench(checksAlive: false)
    var (passed, failed) = (0, 0)
    for (path, file) in files where !Interruption.isWanted {
      do {
        if let found = try Self.mismatch(file, bench, opened) {
          failed += 1
          StandardOutput.write(Self.words(path, found, targeted.dialect))
          try bench.recover()
        } else if file.repetition == nil || !Interruption.isWanted {
          passed += 1
          StandardOutput.write("ok      \(Printable.text(path))\n")
        }
      } catch let fault as TargetFault {
        throw CommandError(description: Printable.text(fault.description))
      } catch let fault as CaseFault {
        throw CommandError(description: "\(Printable.text(path)): \(Printable.text(fault.description))")
      }
    }
    return (passed, failed)
  }

  private static func mismatch(_ file: CaseFile, _ bench: any CaseTrying, _ opened: any OpenedTarget) throws -> Mismatch? {
    guard let repetition = file.repetition else { return try bench.run(file.cases).mismatch }
    return try GrowthTrial(file.cases, repetition, on: bench, isCancelled: { Interruption.isWanted }, vitals: { opened.venue.vitals }).run()
  }

  /// What is watched in the target's process needs one.
  private func checkWatched(_ files: [(String, CaseFile)]) throws {
    guard inProcess || (targeted.spawn == nil && targeted.pid == nil), let watching = files.first(where: { $0.1.repetition != nil }) else { return }
    throw CommandError(
      description: "\(Printable.text(watching.0)) says \"repeat\": what it is about shows in the target's process only; "
        + "start the target with --spawn, or name its process with --pid")
  }

  private static func words(_ path: String, _ found: Mismatch, _ dialect: Dialect) -> String {
    "FAILED  \(Printable.text(path))\n  \(found.requirement)  \(found.kind.rawValue)\n  owed  \(CaseWords.outcome(found.expected, dialect))\n"
      + "  came  \(CaseWords.outcome(found.observed, dialect))\n"
  }
}
