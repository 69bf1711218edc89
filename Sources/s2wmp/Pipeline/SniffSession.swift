import Glibc
import S2WMPAnalysis
import S2WMPCapture
import S2WMPCrypto
import S2WMPReport

/// Where Ctrl-C goes. Set before the handler is installed, read only by the handler.
nonisolated(unsafe) private var stopDescriptor: Int32 = -1

/// One live capture from opening the device to the closing summary.
final class SniffSession {
  private let command: SniffCommand
  private let live: LiveCapture
  private let writer: (any FrameWriter)?
  private let out: LineBuffer
  private let printer: PacketPrinter
  private let gate: FailureGate?
  private let analyzer: Analyzer
  private let decoder: CaptureDecoder
  private let start = WallClock.now()
  private let embedded: KeyLogFollower?

  init(_ device: String, _ command: SniffCommand) throws {
    self.command = command
    out = LineBuffer { StandardOutput.write($0) }
    printer = try PacketPrinter(command.display, to: out, counting: false)
    embedded = try command.embedKeys.map(KeyLogFollower.open)
    let keys = try Self.keys(command, embedded)
    live = try LiveCapture(device: device, options: command.liveOptions)
    writer = try command.makeWriter(linkType: live.linkType, embedded)
    gate = command.failOn.gate?.before(printer)
    analyzer = Analyzer(
      options: command.traffic.analysisOptions(.immediate), seed: .random(in: 0 ... .max), sink: gate ?? printer, keys: keys)
    decoder = CaptureDecoder(receiver: analyzer, limits: command.traffic.reassemblyLimits)
  }

  /// The keys given. Key logs are followed, as a peer may be writing them.
  private static func keys(_ command: SniffCommand, _ embedded: KeyLogFollower?) throws -> KeyRing? {
    let given = command.decryption
    if given.keys.isEmpty && embedded == nil { return nil }
    var material = try given.material()
    var followers = try given.keys.filter(KeyFiles.isKeyLog).map(KeyLogFollower.open)
    if let embedded {
      followers.append(embedded)
      material.add(try KeyFiles.log(embedded.text, embedded.path))
    }
    let ring = KeyRing(material)
    let live = LiveKeys(followers)
    if !followers.isEmpty { ring.refill = { live.refill() } }
    return ring
  }

  func run() throws {
    installStop()
    if !command.display.quiet { StandardError.line("s2wmp: listening on \(live.device): \(filterText) (Ctrl-C stops)") }
    printer.begin()
    out.flush()
    var failure: (any Error)?
    do {
      try live.run(onWake: wake, onFrame: take)
    } catch { failure = error }
    try end(failure)
  }

  private func take(_ frame: Frame) throws -> LiveStep {
    try writer?.write(frame)
    decoder.process(frame)
    out.flush()
    return printer.isDone || isOver ? .finish : .proceed
  }

  private func wake() throws -> LiveStep {
    try writer?.flushIfDue()
    decoder.flush(now: WallClock.now())
    out.flush()
    return isOver ? .finish : .proceed
  }

  private var isOver: Bool {
    guard let duration = command.duration else { return false }
    return Double(WallClock.now().nanoseconds - start.nanoseconds) / 1e9 >= duration
  }

  private func end(_ failure: (any Error)?) throws {
    decoder.finish()
    analyzer.finish()
    printer.end()
    let counts = live.statistics()
    try writer?.close()
    if !command.display.quiet { StandardError.line(summary(counts)) }
    if let failure { throw failure }
    try gate?.finish(isQuiet: command.display.quiet)
  }

  private var filterText: String {
    guard let given = command.captureFilter else {
      return CaptureFilter.summary(extraPorts: command.traffic.port, linkType: live.linkType)
    }
    return given.isEmpty ? "all frames" : "filter \(SafeLine.text(given))"
  }

  private func summary(_ counts: CaptureStatistics?) -> String {
    let totals = analyzer.summary
    var parts = [
      "\(totals.packets) packets in \(totals.conversations) conversations", "\(live.frameCount) frames taken",
    ]
    if totals.malformed > 0 { parts.insert("\(totals.malformed) malformed", at: 1) }
    if let counts {
      parts.append("\(counts.received) received by the filter")
      parts.append("\(counts.droppedByKernel) dropped by the kernel")
      parts.append("\(counts.droppedByInterface) dropped by the interface")
    }
    return parts.joined(separator: ", ") + "; \(live.device), \(filterText)"
  }

  /// Ctrl-C and a polite kill end the capture, not the program.
  private func installStop() {
    stopDescriptor = live.stopDescriptor
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { _ in LiveCapture.stop(descriptor: stopDescriptor) }
    }
  }
}

/// Text of the user's own that goes back to the terminal.
enum SafeLine {
  static func text(_ text: String) -> String {
    String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : Character($0) })
  }
}
