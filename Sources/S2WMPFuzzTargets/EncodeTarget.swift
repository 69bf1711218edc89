import S2WMPAnalysis
import S2WMPCapture
import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// The bytes as JSON for `encode`. What it accepts becomes a capture, which must read back.
enum EncodeTarget {
  static func check(_ input: UnsafeRawBufferPointer) throws(FuzzViolation) {
    let packets: [EncodedPacket]
    do throws(EncodeInputError) { packets = try EncodeInput.packets(from: Array(input)) } catch {
      return try FuzzViolation.require(!"\(error)".isEmpty, "refused without a word")
    }
    for packet in packets {
      try FuzzViolation.require(packet.remark?.isEmpty != true, "an empty remark")
      try checkAgain(packet)
    }
    for keepsMissingTimes in [true, false] { try checkCapture(packets, keepsMissingTimes) }
  }

  /// A packet that frames, as what its bytes say it is, is printed and made again.
  private static func checkAgain(_ packet: EncodedPacket) throws(FuzzViolation) {
    guard let layout = packet.bytes.withUnsafeBytes({ PacketView($0, packet.dialect)?.layout }) else { return }
    var violation: FuzzViolation?
    SamplePacket(bytes: packet.bytes, dialect: packet.dialect, layout: layout).dissect { packet in
      do throws(FuzzViolation) { try EveryFormat().check(packet) } catch { violation = error }
    }
    if let violation { throw violation }
  }

  private static func checkCapture(_ packets: [EncodedPacket], _ keepsMissingTimes: Bool) throws(FuzzViolation) {
    let plan: CapturePlan
    do throws(EncodeInputError) { plan = try CapturePlan(packets, keepsMissingTimes: keepsMissingTimes) } catch { return }
    if sharesAddresses(plan) { return }
    let writer = KeptFrames()
    do { try write(plan, packets, to: writer) } catch {
      throw FuzzViolation("a planned capture is not written: \(error)")
    }
    let receiver = ByteCounter()
    let decoder = CaptureDecoder(receiver: receiver)
    for frame in writer.frames {
      frame.bytes.withUnsafeBytes {
        decoder.process(Frame(number: frame.number, time: frame.time, linkType: frame.linkType, bytes: $0, wireLength: $0.count))
      }
    }
    decoder.finish()
    let expected = packets.reduce(0) { $0 + $1.bytes.count }
    try FuzzViolation.require(receiver.bytes == expected, "a capture of \(expected) bytes of packets gives \(receiver.bytes)")
  }

  /// Two connections at once between the same endpoints cannot be told apart by anyone who reads them.
  private static func sharesAddresses(_ plan: CapturePlan) -> Bool {
    var open: [Int: Set<Endpoint>] = [:]
    for step in plan.steps {
      switch step {
      case .open(let number, let client, let server, _):
        if open.values.contains([client, server]) || client == server { return true }
        open[number] = [client, server]
      case .close(let number, _): open[number] = nil
      default: break
      }
    }
    return false
  }

  private static func write(_ plan: CapturePlan, _ packets: [EncodedPacket], to writer: any FrameWriter) throws {
    let capture = SyntheticCapture(writer: writer)
    var connections: [Int: SyntheticConnection] = [:]
    for step in plan.steps {
      switch step {
      case .open(let number, let client, let server, let time):
        connections[number] = try capture.openConnection(client: client, server: server, time: time)
      case .send(let number, let fromClient, let packet, let time):
        try connections[number]?.send(from: fromClient ? .client : .server, packets[packet].bytes, time: time)
      case .close(let number, let time): try connections.removeValue(forKey: number)?.close(time: time)
      case .datagram(let source, let destination, let packet, let time):
        try capture.datagram(from: source, to: destination, packets[packet].bytes, time: time)
      }
    }
    try capture.finish()
  }
}
