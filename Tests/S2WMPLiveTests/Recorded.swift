import Foundation
import S2WMPAnalysis
import S2WMPCapture
import S2WMPChat
import S2WMPCrypto
import S2WMPInsight
import S2WMPReport
import S2WMPWire

@testable import S2WMPLive

/// A recorded capture as the live screen would have received it.
final class Recorded: DissectionSink {
  private(set) var packets: [LivePacket] = []
  private let survey = Survey()
  private let watch = SecurityWatch()

  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")

  init(_ capture: String, keyLog: String? = nil) throws {
    let keys = try keyLog.map { name -> KeyRing in
      let text = try Data(contentsOf: Self.fixtures.appending(path: "keys/\(name)"))
      var material = KeyMaterial()
      material.add(try text.withUnsafeBytes { try KeyLog(parsing: $0) })
      return KeyRing(material)
    }
    var options = AnalysisOptions()
    options.order = .immediate
    let analyzer = Analyzer(options: options, seed: 7, sink: self, keys: keys)
    let decoder = CaptureDecoder(receiver: analyzer, limits: ReassemblyLimits())
    let reader = try CaptureFileReader(path: Self.fixtures.appending(path: "captures/\(capture)").path)
    while let frame = try reader.nextFrame() { decoder.process(frame) }
    decoder.finish()
    analyzer.finish()
  }

  func receive(_ packet: borrowing Dissection) {
    survey.receive(packet)
    watch.receive(packet)
    packets.append(LivePacket(packet))
  }

  func conversationEnded(_ stream: UInt32, _ tally: StreamTally) { survey.conversationEnded(stream, tally) }

  var facts: LiveFacts { LiveFacts(survey.facts(), watch.findings()) }
}

extension LiveModel {
  static func sample(_ columns: Int = 80, _ rows: Int = 24, keep: Int = 10_000, colour: Bool = false) -> LiveModel {
    let settings = LiveSettings(device: "lo", keep: keep, text: TextOptions(hasColour: colour), saveName: { "live.pcapng" })
    return LiveModel(settings, size: LiveSize(columns: columns, rows: rows))
  }

  /// With everything of a capture.
  static func sample(_ columns: Int, _ rows: Int, of recorded: Recorded) -> LiveModel {
    var model = sample(columns, rows)
    model.receive(recorded.packets)
    model.receive(recorded.facts)
    return model
  }

  /// Keys by their names, or text that is typed.
  @discardableResult mutating func press(_ keys: Key...) -> [LiveEffect] { keys.flatMap { receive($0) } }

  @discardableResult mutating func type(_ text: String) -> [LiveEffect] { text.unicodeScalars.flatMap { receive(.text($0)) } }

  /// The screen as text.
  mutating func screen() -> String { render().text }

  mutating func row(_ index: Int) -> String {
    String(screen().split(separator: "\n", omittingEmptySubsequences: false)[index])
  }
}

/// Packets made by hand.
enum Made {
  /// An ACK, accepted or not, in a frame of its own.
  static func packet(_ frame: UInt64, stream: UInt32 = 0, error: UInt8 = 0, findings: Findings = [], layout: LayoutID = .acknowledgement, bytes: [UInt8]? = nil)
    -> LivePacket
  {
    let bytes = bytes ?? [1, 6, error == 0 ? 1 : 0, error] + [UInt8](repeating: 0, count: 24)
    return bytes.withUnsafeBytes { raw in
      [frame].withUnsafeBufferPointer { frames in
        LivePacket(
          Dissection(
            frame: frame, time: CaptureTime(nanoseconds: Int64(frame) * 1_000_000), frames: frames, transport: .tcp, stream: stream,
            source: .ipv4(0x0a00_0007, port: 41022), destination: .ipv4(0x0a00_0009, port: 5000), dialect: layout.dialect,
            layout: layout, bytes: raw, length: UInt64(bytes.count), findings: findings, details: nil, replyTo: 0))
      }
    }
  }

  static func packets(_ frames: ClosedRange<UInt64>) -> [LivePacket] { frames.map { packet($0) } }
}
