import Glibc
import S2WMPChat
import S2WMPPeer

/// A chat in plain lines: pipes, files, and terminals that cannot move their cursor.
final class LineChat {
  private var session: LineSession
  private let backend: ChatBackend
  private let wait: UInt64
  /// When answers are not waited for any more.
  private var answersUntil: UInt64?
  /// When a peer that was told to end is not waited for any more.
  private var deadline: UInt64?

  private static let patience = UInt64.seconds(5)

  /// - wait: seconds for answers when the input has ended.
  init(_ settings: ChatSettings, _ backend: ChatBackend, wait: Double) {
    session = LineSession(settings)
    self.backend = backend
    self.wait = UInt64(wait * 1_000_000_000)
  }

  /// True when something could not be done, or was not acknowledged.
  func run() throws -> Bool {
    let signals = try SignalPipe.open([SIGTERM, SIGINT, SIGHUP])
    backend.start()
    while !backend.hasEnded && !isOverdue { waitOnce(signals) }
    if let failure = backend.failure { throw failure }
    let count = session.model.unansweredCount
    if count > 0 { StandardError.line("s2wmp: \(count) of the messages not acknowledged\(backend.keeps ? "; the next start sends again." : ".")") }
    return session.model.failures > 0 || count > 0
  }

  private var isOverdue: Bool { deadline.map { ChatClock.monotonic >= $0 } ?? false }

  private func waitOnce(_ signals: Int32) {
    var sources = [
      pollfd(fd: signals, events: Int16(POLLIN), revents: 0), pollfd(fd: backend.inbox.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: session.wantsInput && deadline == nil ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
    ]
    _ = poll(&sources, 3, session.isEnding ? 50 : -1)
    if sources[0].revents != 0 {
      _ = SignalPipe.take(signals)
      quit()
    }
    if sources[1].revents != 0 { backend.deliver(to: change, say: StandardError.line) }
    if sources[2].revents != 0 { readInput() }
    session.advance(at: ChatClock.now())
    carryOut()
    endWhenDone()
  }

  private func change(_ body: (inout ChatModel) -> [ChatEffect]) { session.change(body) }

  private func readInput() {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(STDIN_FILENO, &bytes, bytes.count)
    if count > 0 {
      session.receive(bytes: bytes[..<count])
    } else if count == 0 || errno != EINTR && errno != EAGAIN {
      session.receiveEnd()
    }
  }

  private func carryOut() {
    while true {
      let (output, wishes) = session.drain()
      output.withUnsafeBytes { StandardOutput.write($0) }
      if wishes.isEmpty { return }
      for wish in wishes { backend.grant(wish, to: change, say: StandardError.line) }
    }
  }

  private func endWhenDone() {
    guard session.isEnding, deadline == nil else { return }
    let until = answersUntil ?? ChatClock.monotonic &+ wait
    answersUntil = until
    if session.isDone || ChatClock.monotonic >= until { quit() }
  }

  private func quit() {
    if deadline != nil { return deadline = 0 }
    deadline = ChatClock.monotonic &+ Self.patience
    backend.quit()
  }
}
