import ArgumentParser
import S2WMPFuzz
import S2WMPWire

/// `s2wmp fuzz`: generated cases against a running target, each checked.
struct FuzzCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fuzz",
    abstract: "Send generated cases, and check each answer.",
    discussion: """
      s2wmp fuzz 10.0.0.9:5000 --time 60             a minute against a running peer
      s2wmp fuzz 127.0.0.1:5000 --until-finding --out found
      s2wmp fuzz --spawn 's2wmp peer --listen 127.0.0.1:0 --accept auto'
      s2wmp fuzz 10.0.0.9:5005 --role bootstrap      a bootstrap server
      s2wmp fuzz --in-process --cases 1000000        our own core, without sockets

      A case is a valid exchange with none, one or several defects. From how it is made it \
      is known what the target owes: which ACK error, a response, silence, a closed \
      connection. Anything else is a finding: it is made to happen again, made small, named \
      by the requirement that it breaks, and saved (--out).

      A peer must take chat requests (its --accept auto), or know --identity already. \
      Without --cases, --time or --until-finding a run goes on until Ctrl-C, which ends it \
      with its report; a second one ends it at once. The same seed gives the same cases.

      Exit status: 0 nothing found; 1 something found; 2 wrong usage; 3 the target cannot \
      be used. Aim it only at machines that you may test. Documentation/Fuzzing.md tells more.
      """)

  @Argument(help: ArgumentHelp("The target. May be missing with --spawn and --in-process.", valueName: "host:port"))
  var target: String?

  @OptionGroup(title: "The target") var targeted: TargetArguments

  @Option(help: ArgumentHelp("Stop after so many cases.", valueName: "n"))
  var cases: Int?

  @Option(help: ArgumentHelp("Stop after so long.", valueName: "seconds"))
  var time: Double?

  @Flag(help: "Stop at the first finding.")
  var untilFinding = false

  @Option(help: ArgumentHelp("Chooses the cases; printed at the end (default: by chance).", valueName: "n"))
  var seed: UInt64?

  @Option(help: ArgumentHelp("Connections side by side.", valueName: "n"))
  var workers = 1

  @Option(help: ArgumentHelp("Cases in flight on one connection.", valueName: "n"))
  var pipeline = 1

  @Option(help: ArgumentHelp("Connections: keep them from case to case, or take a fresh one for each.", valueName: "way"))
  var connection = ConnectionWay.keep

  @Option(help: ArgumentHelp("Begin with the cases (.s2case) of this folder, and add those that show something new.", valueName: "dir"))
  var corpus: String?

  @Flag(help: "Keep the smallest set of --corpus that shows as much, and end.")
  var minimizeCorpus = false

  @Flag(help: "Leave out the cases that wait for the target's read timeout.")
  var noStalls = false

  @Flag(help: "Fuzz this program's own core (of --role) in this process.")
  var inProcess = false

  func validate() throws {
    if let cases, cases < 1 { throw ValidationError("--cases is 1 or more") }
    if let time, !(time > 0 && time <= 31_536_000) { throw ValidationError("--time is above 0 and at most a year, in seconds") }
    guard (1...256).contains(workers) else { throw ValidationError("--workers is 1 to 256") }
    guard (1...256).contains(pipeline) else { throw ValidationError("--pipeline is 1 to 256") }
    if inProcess, target != nil || targeted.spawn != nil { throw ValidationError("--in-process has no other target; leave out TARGET and --spawn") }
    if !inProcess, target == nil, targeted.spawn == nil { throw ValidationError("name the target as host:port, or use --spawn or --in-process") }
    if minimizeCorpus, corpus == nil { throw ValidationError("--minimize-corpus needs --corpus") }
  }

  func run() throws {
    let seed = seed ?? UInt64.random(in: 1...999_999_999)
    let folder = try targeted.reportFolder()
    let corpus = try corpus.map { try CorpusFolder($0) }
    Interruption.listen()
    let opened = try inProcess ? targeted.openInProcess(seed: seed) : targeted.open(target, seed: seed)
    if minimizeCorpus, let corpus { return try CorpusReduction(corpus: corpus, role: targeted.role, dialect: targeted.dialect).run(opened) }
    try FuzzRun(self, opened, folder, corpus, seed: seed).run()
  }

  func settings(seed: UInt64) -> FuzzSettings {
    var settings = FuzzSettings(seed: seed)
    (settings.cases, settings.seconds) = (cases, time)
    settings.stopsAtFinding = untilFinding
    (settings.workers, settings.pipeline) = (inProcess ? 1 : workers, pipeline)
    settings.isFresh = connection == .fresh
    settings.stalls = !noStalls
    return settings
  }
}

enum ConnectionWay: String, ExpressibleByArgument, CaseIterable {
  case keep, fresh
}
