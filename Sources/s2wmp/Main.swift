import ArgumentParser

@main
struct S2WMP: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "s2wmp", abstract: "Analyzer for the Secure Two-Way Messaging Protocol.",
    subcommands: [DecodeCommand.self, EncodeCommand.self, SchemaCommand.self])
}
