import ArgumentParser

/// Prepares what the load benchmarks of a peer need: friends of it, and messages that it will accept.
@main
struct Load: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "s2wmp-load", abstract: "Befriends a running peer and makes load for it.", subcommands: [Packets.self, Friends.self])
}

/// What both subcommands need to know about the peer.
struct Target: ParsableArguments {
  @Argument(help: "TCP port of the peer on 127.0.0.1; it must accept chat requests (--accept auto).")
  var port: UInt16

  @Option(help: "The peer's user ID, 32 hex digits.")
  var peerID: String

  @Option(help: "The peer's suite: rsa or dh.")
  var suite = "dh"

  @Option(help: "The peer's D-H group.")
  var group = "x25519"
}

struct LoadError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}
