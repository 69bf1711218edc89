import Glibc
import S2WMPChat
import S2WMPLive

/// The live screen on a terminal: waits for keys, packets and signals, and draws.
final class LiveTerminal {
  private var model: LiveModel
  private var screen = LiveScreen()
  private var parser = KeyParser(tellsEscape: true)
  private let writer = TerminalWriter()
  private let feed: LiveFeed
  private let intake: LiveIntake
  /// Goes into saved captures.
  private let keyLog: String?
  private var end: LiveFeed.End?
  private var isLeaving = false
  /// Something changed since the last drawing, which was then.
  private var isStale = true
  private var lastDraw: UInt64 = 0
  private var escapeDeadline: UInt64?

  private static let signals = [SIGWINCH, SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT]
  /// At most twenty drawings a second.
  private static let drawInterval: UInt64 = 50_000_000
  /// Behind an Escape that is a key nothing comes for so long, also over ssh.
  private static let escapeWait: UInt64 = 60_000_000
  private static let patience: UInt64 = 5_000_000_000

  init(_ settings: LiveSettings, _ feed: LiveFeed, _ intake: LiveIntake, keyLog: String?) {
    self.keyLog = keyLog
    model = LiveModel(settings, size: Self.currentSize)
    self.feed = feed
    self.intake = intake
  }

  private static var currentSize: LiveSize {
    let size = TerminalMode.size
    return LiveSize(columns: size.columns, rows: size.rows)
  }

  /// Until the person leaves or the capture's time is over. Gives the closing line.
  func run() throws -> String {
    let signals = try SignalPipe.open(Self.signals)
    try TerminalMode.enter(.alternate)
    defer { TerminalMode.leave() }
    intake.start()
    while !isLeaving { wait(signals) }
    intake.stop()
    waitForEnd()
    giveBack()
    if let failure = end?.failure { throw failure }
    return end?.summary ?? "the capture did not end in time"
  }

  /// A terminal that takes nothing any more must not keep us: what it has not shown yet is thrown away.
  private func giveBack() {
    if writer.isBusy { tcflush(STDOUT_FILENO, TCOFLUSH) }
    writer.drop()
    TerminalMode.leave()
  }

  /// The files are ended by the thread that captures.
  private func waitForEnd() {
    let deadline = ChatClock.monotonic &+ Self.patience
    while end == nil, ChatClock.monotonic < deadline {
      var source = pollfd(fd: feed.descriptor, events: Int16(POLLIN), revents: 0)
      _ = poll(&source, 1, 100)
      end = feed.take().end
    }
  }

  private func wait(_ signals: Int32) {
    var sources = [
      pollfd(fd: signals, events: Int16(POLLIN), revents: 0), pollfd(fd: feed.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0), pollfd(fd: writer.pollDescriptor, events: Int16(POLLOUT), revents: 0),
    ]
    _ = poll(&sources, 4, timeout)
    if sources[0].revents != 0 { receive(SignalPipe.take(signals)) }
    if sources[1].revents != 0 { takeFeed() }
    if sources[2].revents != 0 { readKeys() }
    if sources[3].revents != 0 { writer.flush() }
    endEscapeIfDue()
    model.tick(ChatClock.monotonic)
    drawIfDue()
    if writer.isGone { isLeaving = true }
  }

  /// Milliseconds until something is due without anything happening.
  private var timeout: Int32 {
    let now = ChatClock.monotonic
    var due = now &+ 500_000_000
    if isStale && !writer.isBusy { due = min(due, lastDraw &+ Self.drawInterval) }
    if let escapeDeadline { due = min(due, escapeDeadline) }
    return due <= now ? 0 : Int32(clamping: (due - now + 999_999) / 1_000_000)
  }

  // MARK: - What happens

  private func takeFeed() {
    let batch = feed.take()
    model.receive(batch.counters)
    model.receive(batch.packets)
    if let facts = batch.facts { model.receive(facts) }
    for (result, request) in batch.saved { model.receive(saved: result, of: request) }
    if let frame = model.oldestFrame { feed.release(before: frame) }
    if let end = batch.end, self.end == nil { receive(end) }
    isStale = true
  }

  /// Its time is over, or it failed: then what was captured stays to be looked at.
  private func receive(_ end: LiveFeed.End) {
    self.end = end
    guard let failure = end.failure else { return isLeaving = true }
    model.receiveEnd("\(failure) What was captured stays here until you leave with q.")
  }

  private func readKeys() {
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let count = read(STDIN_FILENO, &bytes, bytes.count)
    if count > 0 {
      var keys: [Key] = []
      parser.parse(bytes[..<count]) { keys.append($0) }
      for key in keys { carryOut(model.receive(key)) }
      escapeDeadline = parser.isEscapePending ? ChatClock.monotonic &+ Self.escapeWait : nil
      // A person waits for it.
      (isStale, lastDraw) = (true, 0)
    } else if count == 0 || errno != EINTR && errno != EAGAIN {
      isLeaving = true
    }
  }

  private func endEscapeIfDue() {
    guard let escapeDeadline, ChatClock.monotonic >= escapeDeadline else { return }
    self.escapeDeadline = nil
    var keys: [Key] = []
    parser.endOfEscape { keys.append($0) }
    for key in keys { carryOut(model.receive(key)) }
    (isStale, lastDraw) = (true, 0)
  }

  private func carryOut(_ effects: [LiveEffect]) {
    for effect in effects {
      switch effect {
      case .quit: isLeaving = true
      case .suspend: suspend()
      case .redraw: screen.lose()
      case .bell: writer.write([0x07])
      case .save(let request): SystemThread.detach { [feed, keyLog] in feed.post(LiveSaver.save(request, from: feed, keyLog: keyLog), of: request) }
      }
    }
  }

  private func receive(_ signals: Set<Int32>) {
    if signals.contains(SIGWINCH) { resize() }
    if signals.contains(SIGTERM) || signals.contains(SIGINT) || signals.contains(SIGHUP) { isLeaving = true }
    if signals.contains(SIGTSTP) {
      suspend()
    } else if signals.contains(SIGCONT) {
      resume()
    }
  }

  private func resize() {
    model.resize(to: Self.currentSize)
    // What the terminal made of the rows that were there, nobody knows.
    screen.lose()
    (isStale, lastDraw) = (true, 0)
  }

  /// Ctrl-Z: the terminal is given back while we are stopped. The kernel goes on collecting frames in its buffer.
  private func suspend() {
    giveBack()
    signal(SIGTSTP, SIG_DFL)
    kill(0, SIGTSTP)
    // Here again after `fg`.
    SignalPipe.catchSignal(SIGTSTP)
    resume()
  }

  private func resume() {
    do { try TerminalMode.enter(.alternate) } catch { return isLeaving = true }
    resize()
  }

  /// A terminal that has not taken the last drawing yet gets no other one: drawings are left out, packets never.
  private func drawIfDue() {
    let now = ChatClock.monotonic
    guard isStale, !writer.isBusy, !isLeaving, now &- lastDraw >= Self.drawInterval else { return }
    isStale = false
    lastDraw = now
    writer.write(screen.draw(model.render(), size: model.size))
  }
}
