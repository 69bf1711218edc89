import ArgumentParser
import S2WMPChat
import S2WMPNetwork

/// `s2wmp chat`: the reference peer with a person at the keyboard. (`ChatCommand` is what that person can type.)
struct ChatSubcommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat",
    abstract: "Chat: the reference peer with a person at the keyboard.",
    discussion: """
      s2wmp chat --name alice --state ~/.s2wmp        friends and messages are kept
      s2wmp chat --listen 127.0.0.1:0 --no-discovery  to try it on one machine

      /discover shows who is on the network, /add 1 asks the first to be your friend, \
      /fingerprint shows what to compare with them, /help lists the rest. Everything \
      else that you type is a message to the one whose name stands before it. Tab \
      completes, the up key brings back what you wrote; Alt-Enter begins a new line \
      within a message. NO_COLOR turns colours off.

      In a pipe, or on a terminal that cannot move its cursor (TERM=dumb), it reads and \
      prints plain lines:
        printf '%s\\n' '/open bob' 'lunch?' | s2wmp chat --state ~/.s2wmp
      and ends once what was sent is answered. Exit status then: 1 when something could \
      not be done or was not acknowledged. 3 when the state folder, the address or \
      another thing it needs cannot be used. Documentation/Chat.md is the guide.
      """)

  @OptionGroup var peer: PeerArguments

  @Option(help: ArgumentHelp("In a pipe: how long to wait for answers when the input has ended.", valueName: "seconds"))
  var wait: Double = 30

  func validate() throws {
    guard wait >= 0, wait <= 86_400 else { throw ValidationError("--wait is 0 to 86400 seconds") }
  }

  func run() throws {
    if peer.defect == "list" { return StandardOutput.write(DefectList.text) }
    let failed: Bool
    do {
      let settings = try peer.settings()
      let isTerminal = TerminalMode.isUsable
      let inbox = try ChatInbox()
      let service = try PeerService(settings: settings, logger: ChatLog.logger(peer.logLevel, to: isTerminal ? inbox : nil)) { inbox.post(.notice($0)) }
      let backend = ChatBackend(service: service, inbox: inbox, keeps: settings.stateFolder != nil)
      let chat = ChatSetup.settings(for: settings, style: isTerminal ? .terminal : .lines)
      failed = isTerminal ? try TerminalChat(chat, backend).run() : try LineChat(chat, backend, wait: wait).run()
    } catch let error as PeerSetupError {
      throw CommandError(description: Printable.text(error.description))
    }
    if failed { throw ExitCode(1) }
  }
}
