import ArgumentParser
import S2WMPInsight
import S2WMPReport

/// `s2wmp stats`: what all packets tell together.
struct StatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Count packets, conversations, users, errors and latencies.",
    discussion: """
      s2wmp stats chat.pcap                                 every table
      s2wmp stats chat.pcap --section conversations,users   only some
      s2wmp stats chat.pcap --sort bytes --top 5            the largest first
      s2wmp stats chat.pcap -Y 'type == M' --interval 60    messages a minute
      s2wmp stats chat.pcap --keys bob.keylog               and what decrypts
      s2wmp stats monday.pcap tuesday.pcap --format json    together, for a program
      s2wmp stats chat.pcap --format csv --section users    one table, for a spreadsheet

      csv is one table a run, so that every row has the same columns: a program that \
      reads CSV needs no case distinctions, and json has all tables at once. Packets and \
      bytes are those of S2WMP, without TCP, UDP and what is below.

      Exit status: 1 under --fail-on; 3 when a file could not be read to its end (what came before was counted).
      """)

  @Argument(help: ArgumentHelp("Captures; - is standard input.", valueName: "file"))
  var files: [String] = []

  @OptionGroup(title: "Output") var output: SurveyArguments

  @OptionGroup var failOn: FailOnArguments

  @OptionGroup(title: "Decryption") var decryption: KeyArguments

  @OptionGroup(title: "Traffic") var traffic: TrafficArguments

  func validate() throws {
    if decryption.captures(among: files).isEmpty { throw ValidationError("name a capture file, or - for standard input") }
  }

  func run() throws {
    let run = try CaptureRun(files, decryption, traffic)
    let survey = Survey(interval: output.span)
    let sink = SurveySink(survey, try compiledFilter(output.filter))
    let gate = failOn.gate
    let isWhole = run.decode(into: gate?.before(sink) ?? sink) { file in
      sink.nextFile(file)
      gate?.beginCapture()
    }
    if isWhole || survey.lineCount > 0 || output.format != .text { try show(sink.facts()) }
    if !isWhole { throw ExitCode(3) }
    try gate?.finish()
  }

  private func show(_ facts: SurveyFacts) throws {
    let options = try output.options()
    switch output.format {
    case .text: write(StatisticsText(facts, options).render())
    case .json: write(StatisticsJSON(facts, options).render())
    case .csv:
      let table = StatisticsCSV(facts, options.sections?.first ?? .summary, options)
      write(table.render())
      if table.leftOut > 0 { StandardError.complain("the table is not whole: \(table.leftOut) more are beyond its limit or --top") }
    }
  }

  private func write(_ bytes: [UInt8]) { bytes.withUnsafeBytes { StandardOutput.write($0) } }
}
