import S2WMPCapture

/// A capture made up packet by packet, and what the decoder says to it.
final class Scenario {
  let recorder = Recorder()
  let decoder: CaptureDecoder
  var number: UInt64 = 0
  /// Seconds of capture time; each frame comes a millisecond after the one before.
  var clock = 1000.0
  static let fin: UInt8 = 0x11, syn: UInt8 = 0x02, synAck: UInt8 = 0x12, rst: UInt8 = 0x04, ack: UInt8 = 0x10

  init(_ limits: ReassemblyLimits = ReassemblyLimits()) {
    decoder = CaptureDecoder(receiver: recorder, limits: limits)
  }

  /// - snap: bytes of the frame that were captured.
  func frame(_ bytes: [UInt8], link: Int32 = 1, snap: Int? = nil, time: CaptureTime? = nil) {
    number += 1
    clock += 0.001
    let stamp = time ?? CaptureTime(nanoseconds: Int64(clock * 1e9))
    bytes.withUnsafeBytes {
      let captured = UnsafeRawBufferPointer(rebasing: $0.prefix(snap ?? bytes.count))
      decoder.process(Frame(number: number, time: stamp, linkType: link, bytes: captured, wireLength: bytes.count))
    }
  }

  func client(_ seq: UInt32, _ text: String = "", ack: UInt32 = 0, flags: UInt8 = Scenario.ack, port: Int = 4000, cut: Int = 0) {
    send(FrameMaker.client, FrameMaker.server, port, 5000, seq, text, ack, flags, cut)
  }

  func server(_ seq: UInt32, _ text: String = "", ack: UInt32 = 0, flags: UInt8 = Scenario.ack, port: Int = 4000, cut: Int = 0) {
    send(FrameMaker.server, FrameMaker.client, 5000, port, seq, text, ack, flags, cut)
  }

  private func send(
    _ source: [UInt8], _ destination: [UInt8], _ from: Int, _ to: Int, _ seq: UInt32, _ text: String, _ ack: UInt32, _ flags: UInt8, _ cut: Int
  ) {
    let segment = FrameMaker.tcp(from, to, seq: seq, ack: flags & 0x10 == 0 ? 0 : ack, flags: flags, [UInt8](text))
    let packet = FrameMaker.ipv4(source, destination, transport: 6, segment)
    let frame = FrameMaker.ethernet4(packet)
    self.frame(frame, snap: cut > 0 ? 14 + packet.count - cut : nil)
  }

  /// SYN and SYN-ACK: the client's first byte is 101, the server's 501.
  func handshake(port: Int = 4000) {
    client(100, flags: Self.syn, port: port)
    server(500, ack: 101, flags: Self.synAck, port: port)
    client(101, ack: 501, port: port)
  }

  /// The lines since the last call.
  func lines() -> [String] {
    defer { recorder.lines = [] }
    return recorder.lines
  }

  func end() -> [String] {
    decoder.finish()
    return lines()
  }
}
