import S2WMPAnalysis
import S2WMPCapture
import S2WMPCrypto

/// What recorded packets go into.
protocol RecordingSink: DissectionSink {
  /// Nothing more is wanted.
  var isDone: Bool { get }
  /// Packets must come sorted by frame, each with all that later ones tell of it.
  var needsOrder: Bool { get }
}

extension RecordingSink {
  var isDone: Bool { false }
  var needsOrder: Bool { true }
}

/// One recorded capture on its way through reassembly and analysis into a sink.
struct Recording {
  var path: String
  var traffic: TrafficArguments
  var sink: any RecordingSink
  /// Keys given for all captures; those that a capture carries are its own.
  var keys = KeyMaterial()
  /// Keeps the secrets of the capture for a copy of it.
  var carried: CarriedSecrets?
  var showsProgress = true
  /// Says what limits and damaged keys cost.
  var warns = true

  /// Decodes the whole file; a failure comes after everything before it was handed out.
  func decode() -> (conversations: UInt64, failure: CaptureError?) {
    let analyzer = Analyzer(
      options: traffic.analysisOptions(sink.needsOrder ? traffic.sorted : .immediate), seed: .random(in: 0 ... .max), sink: sink,
      keys: keys.isEmpty ? nil : KeyRing(keys))
    let decoder = CaptureDecoder(receiver: analyzer, limits: traffic.reassemblyLimits)
    let failure = read(analyzer) { decoder.process($0) }
    decoder.finish()
    analyzer.finish()
    if warns { warn(analyzer.summary, decoder.counters) }
    return (analyzer.summary.conversations, failure)
  }

  private func read(_ analyzer: Analyzer, _ take: (FrameBatch) -> Void) -> CaptureError? {
    var progress = Progress()
    defer { progress.clear() }
    do throws(CaptureError) {
      let reader = try CaptureFileReader(path: path)
      let embedded = SecretsTaker(path, mayLookAhead: reader.isReadableAgain, analyzer, carried)
      let pump = FramePump(reader)
      pump.onSecrets = { embedded.take($0) }
      while !sink.isDone, let batch = try pump.next() {
        embedded.hasFrames = true
        take(batch)
        let (bytesRead, totalBytes) = pump.progress
        if showsProgress { progress.update(path, bytesRead, of: totalBytes) }
      }
      pump.stop()
      if warns { embedded.warn(unusable: pump.ignoredSecrets) }
      return nil
    } catch {
      return error
    }
  }

  /// What the limits cost.
  private func warn(_ totals: AnalysisTotals, _ counters: CaptureCounters) {
    if totals.leftEarly > 0 && !sink.isDone {
      StandardError.complain(
        "\(path): \(totals.leftEarly) packets were printed before all later frames that may belong to them were read; a larger --window waits longer")
    }
    if counters.evictedFlows > 0 {
      StandardError.complain("\(path): \(counters.evictedFlows) conversations were given up early; raise --max-flows to keep more")
    }
  }

  /// Reads the file again and writes the frames of the set.
  func copy(_ frames: FrameSet, to writer: CaptureFileWriter) throws(CommandError) {
    guard let reader = try? CaptureFileReader(path: path) else { return }
    // Damage was reported when the file was decoded: the second reading just ends there.
    while let frame = try? reader.nextFrame() {
      guard frames.contains(frame.number) else { continue }
      do throws(CaptureWriteError) { try writer.write(frame) } catch { throw CommandError(description: "\(error)") }
    }
  }
}

/// Takes the secrets that a capture carries, as they come.
private final class SecretsTaker {
  private let path: String
  private let analyzer: Analyzer
  private let carried: CarriedSecrets?
  private let mayLookAhead: Bool
  private var hasLookedAhead = false
  private var unreadable = 0
  /// A frame was handed out.
  var hasFrames = false

  init(_ path: String, mayLookAhead: Bool, _ analyzer: Analyzer, _ carried: CarriedSecrets?) {
    self.path = path
    self.mayLookAhead = mayLookAhead
    self.analyzer = analyzer
    self.carried = carried
  }

  /// A file that begins with keys of ours may have more behind its frames, as `sniff --embed-keys` leaves it: then they are looked for at once.
  func take(_ secrets: DecryptionSecrets) {
    carried?.add(secrets)
    guard secrets.type == EmbeddedKeys.type, !hasLookedAhead else { return }
    if !hasFrames && mayLookAhead {
      hasLookedAhead = true
      use(SecretsFile.readable(in: path))
    } else {
      use([secrets])
    }
  }

  private func use(_ secrets: [DecryptionSecrets]) {
    let (whole, badLines) = EmbeddedKeys.log(in: secrets)
    unreadable += badLines
    if whole.count == 0 { return }
    let ring = analyzer.keys ?? KeyRing(KeyMaterial())
    ring.add(whole)
    analyzer.keys = ring
  }

  func warn(unusable: Int) {
    if unreadable > 0 { StandardError.complain("\(path): \(unreadable) lines of the key log in it cannot be read; s2wmp keys extract shows it") }
    if unusable > 0 { StandardError.complain("\(path): \(unusable) blocks of keys are damaged or beyond the limit, and were passed over") }
  }
}
