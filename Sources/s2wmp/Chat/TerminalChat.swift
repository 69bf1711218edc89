import Glibc
import S2WMPChat
import S2WMPPeer

/// A chat on a terminal: waits for the keyboard, the peer and signals, and draws.
final class TerminalChat {
  private var session: ChatSession
  private let backend: ChatBackend
  private var size: ChatScreen.Size
  /// When a peer that was told to end is not waited for any more.
  private var deadline: UInt64?

  private static let patience = UInt64.seconds(5)
  private static let signals = [SIGWINCH, SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT]

  init(_ settings: ChatSettings, _ backend: ChatBackend) {
    size = Self.currentSize
    let hasColour = (Environment["NO_COLOR"] ?? "").isEmpty
    session = ChatSession(settings, size: size, colour: hasColour)
    self.backend = backend
  }

  private static var currentSize: ChatScreen.Size {
    let size = TerminalMode.size
    return ChatScreen.Size(columns: size.columns, rows: size.rows)
  }

  /// Until the person leaves, or the peer ends. A person sees what went wrong, so never true.
  func run() throws -> Bool {
    let signals = try SignalPipe.open(Self.signals)
    try TerminalMode.enter()
    defer { TerminalMode.leave() }
    backend.start()
    draw()
    while !backend.hasEnded && !isOverdue { wait(signals) }
    session.hide()
    _ = TerminalOutput.write(session.drainTranscript())
    TerminalMode.leave()
    if let failure = backend.failure { throw failure }
    sayWhatWaits()
    return false
  }

  private var isOverdue: Bool { deadline.map { ChatClock.monotonic >= $0 } ?? false }

  private func wait(_ signals: Int32) {
    var sources = [
      pollfd(fd: signals, events: Int16(POLLIN), revents: 0), pollfd(fd: backend.inbox.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
    ]
    _ = poll(&sources, 3, deadline == nil ? -1 : 200)
    if sources[0].revents != 0 { receive(SignalPipe.take(signals)) }
    if sources[1].revents != 0 { backend.deliver(to: change, say: say) }
    if sources[2].revents != 0 { readKeys() }
    draw()
  }

  private func change(_ body: (inout ChatModel) -> [ChatEffect]) { session.change(body) }

  private func say(_ text: String) { session.say(text, .dim) }

  private func readKeys() {
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let count = read(STDIN_FILENO, &bytes, bytes.count)
    if count > 0 {
      session.receive(bytes: bytes[..<count], at: ChatClock.now())
    } else if count == 0 || errno != EINTR && errno != EAGAIN {
      quit()
      // A terminal that is gone would be readable for ever.
      if count != 0 || deadline != nil { _ = poll(nil, 0, 50) }
    }
  }

  /// Writes what changed and does what is wished, which may change more.
  private func draw() {
    while true {
      let (output, wishes) = session.drain()
      if !TerminalOutput.write(output) { quit() }
      if wishes.isEmpty { return }
      for wish in wishes {
        switch wish {
        case .quit: quit()
        case .suspend: suspend()
        default: backend.grant(wish, to: change, say: say)
        }
      }
    }
  }

  private func quit() {
    // Asked twice: not waited for.
    if deadline != nil { return deadline = 0 }
    deadline = ChatClock.monotonic &+ Self.patience
    backend.quit()
  }

  private func receive(_ signals: Set<Int32>) {
    if signals.contains(SIGWINCH) { resize() }
    if signals.contains(SIGTERM) || signals.contains(SIGINT) || signals.contains(SIGHUP) { quit() }
    if signals.contains(SIGTSTP) {
      suspend()
    } else if signals.contains(SIGCONT) {
      resume()
    }
  }

  private func resize() {
    let next = Self.currentSize
    if next == size { return }
    size = next
    session.resize(to: next)
  }

  /// Ctrl-Z: the terminal is given back while we are stopped.
  private func suspend() {
    session.hide()
    _ = TerminalOutput.write(session.drainTranscript())
    TerminalMode.leave()
    signal(SIGTSTP, SIG_DFL)
    kill(0, SIGTSTP)
    // Here again after `fg`.
    SignalPipe.catchSignal(SIGTSTP)
    resume()
  }

  private func resume() {
    do { try TerminalMode.enter() } catch { return quit() }
    session.lose()
    resize()
  }

  private func sayWhatWaits() {
    let count = session.model.unansweredCount
    if count == 0 { return }
    let what = count == 1 ? "1 message is" : "\(count) messages are"
    StandardOutput.write("\(what) not acknowledged yet\(backend.keeps ? "; the next start sends again." : " and lost now, as there is no --state folder.")\n")
  }
}
