import S2WMPCapture
import S2WMPReport

/// Puts planned packets into Ethernet frames.
enum EncodeCapture {
  /// Writes the whole capture and closes it.
  static func write(_ plan: CapturePlan, _ packets: [EncodedPacket], to writer: any FrameWriter) throws {
    let capture = SyntheticCapture(writer: writer)
    var connections: [Int: SyntheticConnection] = [:]
    for step in plan.steps {
      switch step {
      case .open(let number, let client, let server, let time):
        connections[number] = try capture.openConnection(client: client, server: server, time: time)
      case .send(let number, let fromClient, let packet, let time):
        try connections[number]?.send(from: fromClient ? .client : .server, packets[packet].bytes, time: time)
      case .close(let number, let time):
        try connections.removeValue(forKey: number)?.close(time: time)
      case .datagram(let source, let destination, let packet, let time):
        try capture.datagram(from: source, to: destination, packets[packet].bytes, time: time)
      }
    }
    try capture.finish()
    try writer.close()
  }
}
