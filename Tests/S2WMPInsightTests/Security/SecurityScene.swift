import Foundation
import S2WMPAnalysis
import S2WMPCapture
import S2WMPCrypto
import S2WMPInsight

/// What a recorded capture shows.
enum SecurityScene {
  static let fixtures: URL = {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return tests.deletingLastPathComponent().appending(path: "Fixtures")
  }()

  static let captures: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: fixtures.appending(path: "captures").path)) ?? []
    return names.filter { $0.hasSuffix(".pcap") || $0.hasSuffix(".pcapng") || $0.hasSuffix(".gz") }.sorted()
  }()

  /// - sorted: as recorded captures are read; otherwise as live ones are.
  static func findings(_ capture: String, sorted: Bool = true) throws -> [SecurityFinding] {
    let watch = SecurityWatch()
    try read(capture, into: watch, sorted: sorted)
    return watch.findings()
  }

  static func read(_ capture: String, into sink: any DissectionSink, sorted: Bool = true, keys: KeyMaterial = KeyMaterial()) throws {
    var options = AnalysisOptions()
    options.order = sorted ? .standard : .immediate
    let analyzer = Analyzer(options: options, seed: 7, sink: sink, keys: keys.isEmpty ? nil : KeyRing(keys))
    let decoder = CaptureDecoder(receiver: analyzer, limits: ReassemblyLimits())
    let reader = try CaptureFileReader(path: fixtures.appending(path: "captures/\(capture)").path)
    while let frame = try reader.nextFrame() { decoder.process(frame) }
    decoder.finish()
    analyzer.finish()
  }
}

extension SecurityFinding {
  var summary: String { "\(code.name) \(frames.map(String.init).joined(separator: " "))" }
}
