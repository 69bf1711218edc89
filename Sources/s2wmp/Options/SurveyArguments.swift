import ArgumentParser
import S2WMPInsight
import S2WMPReport

extension StatisticsSort: ExpressibleByArgument {}

enum StatisticsFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, csv
}

/// Which tables are shown, and how.
struct SurveyArguments: ParsableArguments {
  @Option(name: [.customShort("T"), .long], help: "text: tables for people; json: one object; csv: one table, named by --section.")
  var format = StatisticsFormat.text

  @Option(
    name: [.customShort("Y"), .long],
    help: ArgumentHelp("Count only packets for which this is true, such as 'type == M'; see decode --fields-help.", valueName: "expression"))
  var filter: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Only these tables, separated by commas: \(StatisticsSection.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "a,b,c"))
  var section: String?

  @Option(name: [.customShort("n"), .long], help: ArgumentHelp("Rows of long tables; 0: all. Without it 20 in text, all in json and csv.", valueName: "n"))
  var top: Int?

  @Option(
    help: ArgumentHelp(
      "Sort conversations and users, the most first: \(StatisticsSort.allCases.map(\.rawValue).joined(separator: ", ")). start: as they came.",
      valueName: "what"))
  var sort = StatisticsSort.packets

  @Option(
    help: ArgumentHelp("Length of the spans of the rate; without it they grow with the capture.", valueName: "seconds"))
  var interval: Double?

  @Option(help: "IDs without a known name in text: short or full.")
  var ids = TextOptions.IDs.short

  @Flag(help: "Show IDs even where a chat request told the user's name.")
  var noNames = false

  @Option(help: "Colour in text: auto (on a terminal), always or never.")
  var color = ColourChoice.auto

  func validate() throws {
    let sections = try sections()
    if format == .csv && sections?.count != 1 {
      throw ValidationError("csv is one table: name it with --section, as in --section conversations")
    }
    if let top, top < 0 { throw ValidationError("--top takes a number of rows, 0 for all") }
    if let interval, !(interval >= 0.001 && interval <= 1e7) { throw ValidationError("--interval takes 0.001 to 10000000 seconds") }
  }

  func sections() throws -> [StatisticsSection]? {
    guard let section else { return nil }
    return try section.split(separator: ",", omittingEmptySubsequences: false).map { name in
      guard let section = StatisticsSection(rawValue: String(name)) else {
        throw ValidationError("--section knows no table \"\(name)\"; there are \(StatisticsSection.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return section
    }
  }

  /// Nanoseconds.
  var span: Int64? { interval.map { Int64(($0 * 1e9).rounded()) } }

  func options() throws -> StatisticsOptions {
    var options = StatisticsOptions()
    options.sections = try sections()
    options.sort = sort
    options.top = top ?? (format == .text ? 20 : nil)
    options.keepsInterval = interval != nil
    let colour = color == .always || (color == .auto && StandardOutput.isTerminal && Environment["NO_COLOR"] == nil)
    options.text = TextOptions(ids: ids, showsNames: !noNames, hasColour: colour, width: StandardOutput.columns ?? (StandardOutput.isTerminal ? 80 : nil))
    return options
  }
}
