import ArgumentParser
import S2WMPAnalysis
import S2WMPReport
import S2WMPWire

enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text, tree, ndjson, json, csv, ek
}

enum ColourChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never
}

extension TextOptions.Time: ExpressibleByArgument {}
extension TextOptions.IDs: ExpressibleByArgument {}

/// What is shown and how: the same for recorded and live traffic.
struct DisplayArguments: ParsableArguments {
  @Option(
    name: [.customShort("T"), .customLong("format")],
    help: ArgumentHelp(
      """
      text: a line a packet; tree: fields, offsets and bytes; ndjson: a JSON object a line; json: an array of them; csv; \
      ek: for Elasticsearch's bulk interface. (default: text)
      """, valueName: "format"))
  var chosenFormat: OutputFormat?

  var format: OutputFormat { chosenFormat ?? .text }

  @Option(
    name: [.customShort("Y"), .long],
    help: ArgumentHelp("Only packets for which this is true, such as 'type == M && ip.addr == 10.0.0.7'; see --fields-help.", valueName: "expression"))
  var filter: String?

  @Option(
    name: [.customShort("e"), .long],
    help: ArgumentHelp("Only these fields, separated by commas: columns between tabs (text) or of the csv.", valueName: "a,b,c"))
  var fields: String?

  @Option(
    name: [.customShort("c"), .long], help: ArgumentHelp("Stop after this many packets that are shown.", valueName: "n"))
  var limit: UInt64?

  @Option(name: [.customShort("t"), .long], help: "The time in text and tree: relative, delta, date, clock or epoch (UTC).")
  var time = TextOptions.Time.relative

  @Option(help: "IDs without a known name in text and tree: short, full or none.")
  var ids = TextOptions.IDs.short

  @Flag(help: "Show IDs even where a chat request told the user's name.")
  var noNames = false

  @Option(help: "Colour in text and tree: auto (on a terminal), always or never.")
  var color = ColourChoice.auto

  @Option(name: .customLong("dump"), help: ArgumentHelp("Bytes of a packet that the tree's hex dump shows. (default: 512)", valueName: "n"))
  var chosenDump: Int?

  var dump: Int { chosenDump ?? 512 }

  @Flag(name: .shortAndLong, help: "No headings and no closing summary.")
  var quiet = false

  func validate() throws {
    if fields != nil && format != .text && format != .csv {
      throw ValidationError("--fields makes columns: use it with --format csv, or without --format for columns between tabs")
    }
    if dump < 0 { throw ValidationError("--dump takes a number of bytes, 0 or more") }
  }

  var textOptions: TextOptions {
    let colour = color == .always || (color == .auto && StandardOutput.isTerminal && Environment["NO_COLOR"] == nil)
    return TextOptions(
      time: time, ids: ids, showsNames: !noNames, hasColour: colour, width: format == .text ? StandardOutput.columns : nil, dumpLimit: dump)
  }

  func compiledFilter() throws -> DisplayFilter? { try s2wmp.compiledFilter(filter) }

  func columns() throws -> [FieldColumn]? {
    guard let fields else { return nil }
    return try fields.split(separator: ",", omittingEmptySubsequences: false).map { name in
      do throws(FilterError) {
        return try FieldColumn(String(name))
      } catch {
        StandardError.line("s2wmp: --fields: \(error.rendered)")
        throw ExitCode(2)
      }
    }
  }
}

/// The filter of an option; a wrong one ends the program with a caret under the mistake.
func compiledFilter(_ text: String?) throws -> DisplayFilter? {
  do throws(FilterError) {
    return try text.map { text throws(FilterError) in try DisplayFilter(text) }
  } catch {
    StandardError.line("s2wmp: \(error.rendered)")
    throw ExitCode(2)
  }
}

/// How traffic is recognised, and how much may be remembered.
struct TrafficArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("Also take TCP conversations on this port as ours, whatever they look like (repeatable).", valueName: "port"))
  var port: [UInt16] = []

  @Option(help: "Take all conversations as of this dialect: v1 or legacy. Without it each one's is found out.")
  var dialect: String?

  @Option(help: ArgumentHelp("Conversations remembered at once; then the least recently used is given up.", valueName: "n"))
  var maxFlows = 65_536

  @Option(help: ArgumentHelp("MiB of out-of-order and incomplete data kept at once.", valueName: "mib"))
  var maxBuffer = 16

  @Option(help: ArgumentHelp("Seconds of capture time after which a silent conversation is given up.", valueName: "s"))
  var idleTimeout = 7200

  @Option(
    help: ArgumentHelp("MiB of packets that wait for their answer or for earlier frames, so that lines are complete and in order.", valueName: "mib"))
  var window = 24

  func validate() throws {
    if let dialect, Dialect(name: dialect) == nil { throw ValidationError("--dialect is v1 or legacy, not \"\(dialect)\"") }
    guard (1...4_000_000).contains(maxFlows) else { throw ValidationError("--max-flows takes 1 to 4000000") }
    guard (1...65_536).contains(maxBuffer), (1...65_536).contains(window) else {
      throw ValidationError("--max-buffer and --window take 1 to 65536 MiB")
    }
    guard (1...1_000_000_000).contains(idleTimeout) else { throw ValidationError("--idle-timeout takes 1 second or more") }
  }
}
