import ArgumentParser
import Glibc
import S2WMPReport

/// `s2wmp schema`: the packet tables for people, programs and Wireshark.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Write the packet layouts as Markdown or JSON, for Wireshark, or for Elasticsearch.",
    discussion: """
      All of them are made from the tables that the program itself decodes with.

      To read S2WMP in Wireshark or tshark, put the dissector into the personal plugin folder (Help > About Wireshark > Folders):

        mkdir -p ~/.local/lib/wireshark/plugins
        s2wmp schema --format lua --output ~/.local/lib/wireshark/plugins/s2wmp.lua

      or name it for one run: tshark -X lua_script:s2wmp.lua -r capture.pcap

      Its colours (red: malformed or rejected; yellow: a warning) make a profile of their own, which wireshark -C S2WMP begins with:

        mkdir -p ~/.config/wireshark/profiles/S2WMP
        cd ~/.config/wireshark/profiles/S2WMP
        s2wmp schema --format colorfilters --output colorfilters
      """)

  /// What the tables are written as.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case markdown, json, lua, colorfilters, elastic
  }

  @Option(
    name: .long,
    help: """
      markdown; json; lua: a Wireshark dissector; colorfilters: Wireshark's colouring rules; elastic: an index template for what \
      decode --format ek writes.
      """)
  var format: Format = .markdown
  @Option(name: [.short, .long], help: ArgumentHelp("Write to this file; - is standard output.", valueName: "file")) var output = "-"

  func run() throws {
    do {
      try OutputBytes.write(Array(text.utf8), to: output)
    } catch let error as WholeFileError {
      let line = "s2wmp: \(error).\n"
      _ = line.withCString { Glibc.write(STDERR_FILENO, $0, strlen($0)) }
      throw ExitCode(3)
    }
  }

  private var text: String {
    switch format {
    case .markdown: SchemaMarkdown.text()
    case .json: SchemaJSON.text()
    case .lua: SchemaLua.text()
    case .elastic: SchemaElastic.text()
    case .colorfilters: SchemaColours.text()
    }
  }
}
