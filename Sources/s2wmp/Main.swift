import ArgumentParser
import Glibc

/// `s2wmp`: analyze, attack and speak the Secure Two-Way Messaging Protocol.
struct S2WMP: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "s2wmp",
    abstract: "Analyze, attack and speak the Secure Two-Way Messaging Protocol.",
    discussion: """
      Start with a capture:   s2wmp decode chat.pcap
      or listen on the LAN:   sudo s2wmp sniff
      The whole in numbers:   s2wmp stats chat.pcap
      Only what matters:      s2wmp decode chat.pcap -Y 'expert.severity >= warning'
      One chat, told:         s2wmp follow chat.pcap --between alice bob
      In the clear, by keys:  s2wmp decode chat.pcap --keys peer.keylog
      For programs:           s2wmp decode chat.pcap --format ndjson
      To look at, or print:   s2wmp report chat.pcap -o chat.html
      And back again:         s2wmp encode packets.ndjson --output again.pcap
      Check another peer:     s2wmp conform 10.0.0.9:5000
      Find its mistakes:      s2wmp fuzz 10.0.0.9:5000 --time 60 --out found
      And once again:         s2wmp replay found 10.0.0.9:5000
      Talk to somebody:       s2wmp chat --name alice --state ~/.s2wmp
      Script a peer:          s2wmp peer --name bob --accept auto

      Exit status: 0 done and nothing found; 1 something found; 2 wrong usage; \
      3 an input, device or output could not be used. Results go to standard \
      output, everything else to standard error.
      """,
    groupedSubcommands: [
      CommandGroup(
        name: "Analyze",
        subcommands: [
          DecodeCommand.self, SniffCommand.self, StatsCommand.self, FollowCommand.self, ReportCommand.self, EncodeCommand.self, KeysCommand.self,
          SchemaCommand.self, ExtcapCommand.self,
        ]),
      CommandGroup(name: "Attack", subcommands: [ConformCommand.self, FuzzCommand.self, ReplayCommand.self]),
      CommandGroup(
        name: "Speak", subcommands: [ChatSubcommand.self, PeerSubcommand.self, BootstrapCommand.self, IdentityCommand.self]),
    ])
}

@main
enum Program {
  static func main() {
    // A reader that goes away is noticed by the write that fails.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try S2WMP.parseAsRoot(ExtcapArguments.completed(Array(CommandLine.arguments.dropFirst())))
      try command.run()
    } catch {
      end(error)
    }
  }

  /// Wrong usage is status 2; help is no error.
  private static func end(_ error: any Error) -> Never {
    if let code = error as? ExitCode { exit(code.rawValue) }
    let message = S2WMP.fullMessage(for: error)
    if S2WMP.exitCode(for: error).isSuccess {
      StandardOutput.write(message + "\n")
      exit(0)
    }
    if let failure = error as? CommandError {
      StandardError.complain(failure.description)
      exit(3)
    }
    StandardError.line(message.hasPrefix("Error: ") ? "s2wmp: " + message.dropFirst(7) : message)
    exit(2)
  }
}

/// What ends a command with status 3: one sentence.
struct CommandError: Error, CustomStringConvertible {
  var description: String
}
