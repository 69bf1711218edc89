import S2WMPAnalysis
import S2WMPCapture

/// One recorded capture on its way through reassembly, analysis and printing.
struct Recording {
  var path: String
  var traffic: TrafficArguments
  var printer: PacketPrinter

  /// Decodes the whole file; a failure comes after everything before it was printed.
  func decode() -> (conversations: UInt64, failure: CaptureError?) {
    let analyzer = Analyzer(
      options: traffic.analysisOptions(printer.needsOrder ? traffic.sorted : .immediate), seed: .random(in: 0 ... .max), sink: printer)
    let decoder = CaptureDecoder(receiver: analyzer, limits: traffic.reassemblyLimits)
    let failure = read { decoder.process($0) }
    decoder.finish()
    analyzer.finish()
    warn(analyzer.summary, decoder.counters)
    return (analyzer.summary.conversations, failure)
  }

  private func read(_ take: (FrameBatch) -> Void) -> CaptureError? {
    var progress = Progress()
    defer { progress.clear() }
    do throws(CaptureError) {
      let pump = FramePump(try CaptureFileReader(path: path))
      while !printer.isDone, let batch = try pump.next() {
        take(batch)
        let (bytesRead, totalBytes) = pump.progress
        progress.update(path, bytesRead, of: totalBytes)
      }
      pump.stop()
      return nil
    } catch {
      return error
    }
  }

  /// What the limits cost.
  private func warn(_ totals: AnalysisTotals, _ counters: CaptureCounters) {
    if totals.leftEarly > 0 && !printer.isDone {
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
