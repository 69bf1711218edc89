import ArgumentParser
import S2WMPAnalysis
import S2WMPCapture
import S2WMPReport
import S2WMPWire

#if canImport(Glibc)
  import Glibc
#endif

struct DecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "decode", abstract: "Dissect recorded captures (pcap, pcapng).")

  @Argument(help: "Capture files; - is standard input.") var files: [String]
  @Option(help: "text, tree, ndjson, json or csv.") var format = "ndjson"
  @Flag(help: "Print the number of packets only.") var count = false

  func run() throws {
    signal(SIGPIPE, SIG_IGN)
    let out = LineBuffer { StandardOutput.write($0) }
    let writer = NDJSONWriter(out)
    final class Sink: DissectionSink {
      let writer: NDJSONWriter?
      init(_ writer: NDJSONWriter?) { self.writer = writer }
      func receive(_ packet: borrowing Dissection) { writer?.write(packet) }
    }
    for file in files {
      var options = AnalysisOptions()
      if count { options.order = .immediate }
      let sink = Sink(count ? nil : writer)
      let analyzer = Analyzer(options: options, seed: UInt64.random(in: 0...UInt64.max), sink: sink)
      let decoder = CaptureDecoder(receiver: analyzer)
      let reader = try CaptureFileReader(path: file)
      let pump = FramePump(reader)
      var failure: CaptureError?
      do throws(CaptureError) {
        while let batch = try pump.next() { decoder.process(batch) }
      } catch { failure = error }
      decoder.finish()
      analyzer.finish()
      if count { print(analyzer.summary.packets + analyzer.summary.malformed) }
      out.flush()
      if let failure {
        StandardError.line("s2wmp: \(failure)")
        throw ExitCode(3)
      }
    }
  }
}
