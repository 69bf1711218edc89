import ArgumentParser
import S2WMPNetwork
import S2WMPPeer
import Synchronization

/// `s2wmp peer`: the reference peer, headless. (`PeerCommand` is what a peer's user asks for.)
struct PeerSubcommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "peer",
    abstract: "Run the reference peer, headless: commands in, events out.",
    discussion: """
      s2wmp peer --name bob --state ~/.s2wmp                     a peer that stays
      s2wmp peer --listen 127.0.0.1:0 --accept auto              a peer for a test
      s2wmp peer --suite dh --group x25519 --keylog keys.log     for decode --keys
      s2wmp peer --defect list                                   what it can do wrong

      Reads one JSON object a line on standard input:
        {"do":"add","id":"22be…0914","address":"10.0.0.9:5000"}
        {"do":"send","to":"22be…0914","text":"lunch?"}
      and accept, deny, remove, status, discover, lookup, friends, cancel, \
      regenerate-key, quit. Writes one JSON object a line on standard output for all \
      that happens. The first is "listening", once the sockets take traffic.

      Ends on quit, SIGTERM, SIGINT, or when standard output is closed; the end of \
      standard input only ends the commands (see --quit-on-eof). Exit status: 3 when \
      the state folder, the address or another thing it needs cannot be used. \
      Documentation/Peer.md tells more.
      """)

  @OptionGroup var peer: PeerArguments

  @Flag(help: "End when standard input ends.")
  var quitOnEof = false

  func run() throws {
    if peer.defect == "list" { return StandardOutput.write(DefectList.text) }
    let logger = StandardErrorLog.logger(peer.logLevel)
    DescriptorLimit.raise()
    let link = Link()
    let output = EventOutput { reason in
      if let reason { StandardError.complain("standard output cannot be written: \(reason)") }
      link.perform(.quit)
    }
    let input = commands(for: link, output)
    do {
      let service = try PeerService(settings: peer.settings(), logger: logger) { notice in
        output.write(EventLine.of(notice))
        // Commands are read from then on, so that `listening` is the first line whatever they say.
        if case .listening = notice { input.start() }
      }
      link.connect(service)
      try ServiceRunner.run([service], logger: logger)
    } catch let error as PeerSetupError {
      output.finish()
      throw CommandError(description: Printable.text(error.description))
    }
    output.finish()
  }

  private func commands(for link: Link, _ output: EventOutput) -> CommandInput {
    CommandInput {
      link.perform($0, whenDone: $1)
    } complain: {
      output.write(EventLine.error($0, at: WallClock.milliseconds))
    } onEnd: { [quitOnEof] in
      if quitOnEof { link.perform(.quit) }
    }
  }
}

/// Stands between the output, which is there first, and the service.
private final class Link: Sendable {
  private let service = Mutex<PeerService?>(nil)

  func connect(_ service: PeerService) { self.service.withLock { $0 = service } }

  func perform(_ command: PeerCommand, whenDone: (@Sendable () -> Void)? = nil) {
    guard let service = service.withLock({ $0 }) else {
      whenDone?()
      return
    }
    service.perform(command, whenDone: whenDone)
  }
}
