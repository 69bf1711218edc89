import S2WMPAnalysis
import S2WMPCapture
import S2WMPCrypto

/// The bytes as a capture file, decoded twice: in batches and sorted, and frame by frame and at once. Both must see the same.
enum CaptureTarget {
  private struct Outcome: Equatable {
    var counters = CaptureCounters()
    var packets: UInt64 = 0
    var malformed: UInt64 = 0
    var conversations: UInt64 = 0
    var failure: String?
  }

  static func check(_ input: UnsafeRawBufferPointer) throws(FuzzViolation) {
    let file = try MemoryFile(input)
    // Some inputs meet limits so small that everything is given up early.
    let isTight = (input.last ?? 0) & 3 == 1
    let sorted = try decode(file.path, isTight, order: .standard) { decoder, takeSecrets throws(CaptureError) in
      let pump = FramePump(try CaptureFileReader(path: file.path))
      pump.onSecrets = takeSecrets
      while let batch = try pump.next() { decoder.process(batch) }
    }
    let immediate = try decode(file.path, isTight, order: .immediate) { decoder, takeSecrets throws(CaptureError) in
      let reader = try CaptureFileReader(path: file.path)
      reader.onSecrets = takeSecrets
      while let frame = try reader.nextFrame() { decoder.process(frame) }
    }
    try FuzzViolation.require(sorted == immediate, "sorted and in batches: \(sorted); at once: \(immediate)")
  }

  private static func decode(
    _ path: String, _ isTight: Bool, order: DeliveryOrder, _ read: (CaptureDecoder, @escaping (DecryptionSecrets) -> Void) throws(CaptureError) -> Void
  ) throws(FuzzViolation) -> Outcome {
    let audit = PacketAudit()
    let keys = KeyRing(FuzzKeys.material)
    let analyzer = Analyzer(options: options(isTight, order), seed: 1, sink: audit, keys: keys)
    let decoder = CaptureDecoder(receiver: analyzer, limits: limits(isTight))
    var outcome = Outcome()
    // Whatever their type says: the fuzzer need not guess it.
    let take: (DecryptionSecrets) -> Void = { secrets in
      if let log = secrets.bytes.withUnsafeBytes({ try? KeyLog(parsing: $0) }) { keys.add(log) }
    }
    do throws(CaptureError) { try read(decoder, take) } catch { outcome.failure = "\(error)" }
    decoder.finish()
    analyzer.finish()
    let summary = analyzer.summary
    try audit.finish(sorted: order != .immediate && summary.leftEarly == 0)
    outcome.counters = decoder.counters
    (outcome.packets, outcome.malformed, outcome.conversations) = (summary.packets, summary.malformed, summary.conversations)
    return outcome
  }

  private static func options(_ isTight: Bool, _ order: DeliveryOrder) -> AnalysisOptions {
    var options = AnalysisOptions()
    options.order = order
    if isTight { options.maximumPartialBytes = 512 }
    return options
  }

  private static func limits(_ isTight: Bool) -> ReassemblyLimits {
    var limits = ReassemblyLimits()
    limits.flows = isTight ? 3 : 256
    guard isTight else { return limits }
    limits.bufferedBytes = 256
    limits.totalBufferedBytes = 512
    limits.bufferedSegments = 4
    limits.totalBufferedSegments = 8
    limits.holeSegments = 3
    limits.fragmentedPackets = 2
    limits.fragmentBytes = 2048
    return limits
  }
}
