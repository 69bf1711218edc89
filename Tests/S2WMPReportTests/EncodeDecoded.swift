import Foundation
import S2WMPAnalysis
import S2WMPCapture
import S2WMPFlow
import S2WMPWire

@testable import S2WMPReport
@testable import s2wmp

/// What the program's own pipeline reads back of a capture that was encoded.
final class Decoded: DissectionSink {
  struct Packet {
    var dialect: Dialect
    var name: String
    var bytes: [UInt8]
    var fields: [(name: String, text: String)] = []
    var source: Endpoint
    var destination: Endpoint
    var transport: Transport
    var stream: UInt32
    var time: CaptureTime
    var findings: Findings
  }
  var packets: [Packet] = []

  func receive(_ packet: borrowing Dissection) {
    var copy = Packet(
      dialect: packet.dialect, name: packet.name, bytes: Array(packet.bytes), source: packet.source, destination: packet.destination,
      transport: packet.transport, stream: packet.stream, time: packet.time, findings: packet.findings)
    if let view = packet.view {
      copy.fields = view.layout.rows.map { row in
        let bytes = UnsafeRawBufferPointer(rebasing: view.bytes[view.range(of: row)])
        return (row.name, Notation.text { Notation.appendField(row.kind, bytes, to: &$0) })
      }
    }
    packets.append(copy)
  }

  /// Encodes to a file of that ending and decodes it again.
  static func reading(
    _ packets: [EncodedPacket], _ format: CaptureFileFormat = .pcapng, options: AnalysisOptions = AnalysisOptions()
  ) throws -> [Packet] {
    let path = FileManager.default.temporaryDirectory.appending(path: "encode-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let plan = try CapturePlan(packets, keepsMissingTimes: format == .pcapng)
    try EncodeCapture.write(plan, packets, to: CaptureFileWriter(path: path, format: format, linkType: 1))
    let sink = Decoded()
    let analyzer = Analyzer(options: options, seed: 1, sink: sink)
    let decoder = CaptureDecoder(receiver: analyzer)
    let reader = try CaptureFileReader(path: path)
    while let frame = try reader.nextFrame() { decoder.process(frame) }
    decoder.finish()
    analyzer.finish()
    return sink.packets
  }
}
