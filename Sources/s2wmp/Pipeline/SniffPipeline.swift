import Glibc
import S2WMPAnalysis
import S2WMPCapture
import S2WMPCrypto

/// A live capture from the open device to its counts: frames are kept if wished, decoded, and their packets go into a sink. One thread's at a time.
final class SniffPipeline {
  let live: LiveCapture
  private let command: SniffCommand
  private let writer: (any FrameWriter)?
  private let gate: FailureGate?
  private let analyzer: Analyzer
  private let decoder: CaptureDecoder
  private let start = WallClock.now()

  init(_ device: String, _ command: SniffCommand, sink: any DissectionSink) throws {
    self.command = command
    let embedded = try command.embedKeys.map(KeyLogFollower.open)
    let keys = try Self.keys(command, embedded)
    live = try LiveCapture(device: device, options: command.liveOptions)
    writer = try command.makeWriter(linkType: live.linkType, embedded)
    gate = command.failOn.gate?.before(sink)
    analyzer = Analyzer(
      options: command.traffic.analysisOptions(.immediate), seed: .random(in: 0 ... .max), sink: gate ?? sink, keys: keys)
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

  /// Until the time is over, `live.stop` is called or `isDone` says so; it is asked after every frame and a few times a second.
  ///
  /// - before: sees each frame before its packets are known.
  func run(before: (Frame) -> Void = { _ in }, isDone: () -> Bool) throws {
    try live.run(
      onWake: {
        try writer?.flushIfDue()
        decoder.flush(now: WallClock.now())
        return isDone() || isOver ? .finish : .proceed
      },
      onFrame: { frame in
        try writer?.write(frame)
        before(frame)
        decoder.process(frame)
        return isDone() || isOver ? .finish : .proceed
      })
  }

  private var isOver: Bool {
    guard let duration = command.duration else { return false }
    return Double(WallClock.now().nanoseconds - start.nanoseconds) / 1e9 >= duration
  }

  /// Hands out what still waits. After it the sink gets nothing more.
  func finish() {
    decoder.finish()
    analyzer.finish()
  }

  /// Ends the written file.
  func close() throws { try writer?.close() }

  /// What `--fail-on` says of all packets; the last thing to ask.
  func failOnFindings() throws { try gate?.finish(isQuiet: command.display.quiet) }

  /// Which frames are captured, in words.
  var filterText: String {
    guard let given = command.captureFilter else {
      return CaptureFilter.summary(extraPorts: command.traffic.port, linkType: live.linkType)
    }
    return given.isEmpty ? "all frames" : "filter \(SafeLine.text(given))"
  }

  /// The closing line.
  func summary(_ counts: CaptureStatistics?) -> String {
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
}

/// Text of the user's own that goes back to the terminal.
enum SafeLine {
  static func text(_ text: String) -> String {
    String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : Character($0) })
  }
}
