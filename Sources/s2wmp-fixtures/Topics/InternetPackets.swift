import S2WMPCapture
import S2WMPWire

/// What can stand between the link and TCP or UDP.
extension Topics {
  static let internetPackets: [Fixture] = [
    Fixture("ipv4-options.pcap") { stage in
      try described(stage, stage.alice, stage.bob) { $0.ip.options = [0x94, 4, 0, 0, 7, 7, 4, 10, 0, 0, 1] }
    },
    Fixture("ipv4-fragments.pcap") { stage in try fragments(stage, stage.alice, stage.bob, order: [2, 0, 1, 3]) },
    Fixture("ipv4-fragments-incomplete.pcap") { stage in
      try fragments(stage, stage.alice, stage.bob, order: [0, 1, 3])
      try talk(stage, at: 40, stage.alice, stage.bob)
    },
    Fixture("ipv4-fragments-overlap.pcap") { stage in try overlappingFragments(stage) },
    Fixture("ipv6-extension-headers.pcap") { stage in
      try described(stage, .six(7, 5000), .six(9, 5000)) {
        $0.ip.extensionHeaders = [ExtensionHeader(type: 0), ExtensionHeader(type: 43, content: [0, 0, 0, 0, 0, 0]), ExtensionHeader(type: 60)]
      }
    },
    Fixture("ipv6-fragments.pcap") { stage in try fragments(stage, .six(7, 5000), .six(9, 5000), order: [3, 1, 0, 2]) },
  ]

  /// A BPM and an M in packets whose headers are changed by the caller.
  private static func described(_ stage: Stage, _ first: Endpoint, _ other: Endpoint, _ change: (inout PacketDescription) -> Void) throws {
    let id = stage.cast.strangers.first.id
    let ask = Packets.lookup(.broadcastPeer, from: id, requestID: stage.request(), at: stage.stamp(0))
    var datagram = stage.capture.packet(from: first, to: other, .udp(), ask)
    change(&datagram)
    try stage.write(datagram, 0)
    let line = try stage.connect(1, from: first, port: 49400, to: other)
    let bytes = message(stage, 1.1)
    var packet = line.connection.segment(from: .client, bytes)
    change(&packet)
    try stage.write(packet, 1.1)
    line.connection.skip(.client, bytes.count)
    try line.server(1.101, Packets.answer(to: bytes))
    try line.close(1.2)
  }

  /// An ID change to the server, its datagram cut into four, and an answer.
  private static func fragments(_ stage: Stage, _ first: Endpoint, _ other: Endpoint, order: [Int]) throws {
    let server = Endpoint(high: other.high, low: other.low, port: 5005, isIPv4: other.isIPv4)
    let request = stage.request()
    let change = Packets.idChange(from: stage.pair.first.id, to: stage.cast.newKey, requestID: request, at: stage.stamp(0))
    let packet = stage.capture.packet(from: first, to: server, .udp(), change)
    let content = try packet.fragmentableBytes()
    for (index, piece) in order.enumerated() {
      let range = piece * 400..<min(content.count, (piece + 1) * 400)
      try stage.capture.write(packet.fragment(content, at: range, isLast: piece == 3), linkType: 1, time: stage.time(Double(index) / 10000))
    }
    if order.count == 4 { try stage.udp(0.001, server, first, Packets.registrationResponse(0, requestID: request)) }
  }

  /// The second fragment comes twice, the second time with other bytes.
  private static func overlappingFragments(_ stage: Stage) throws {
    let ask = Packets.registration(stage.cast.strangers.first.id, requestID: stage.request())
    let packet = stage.capture.packet(from: stage.carol, to: stage.server, .udp(), ask)
    let content = try packet.fragmentableBytes()
    for (index, piece) in [0..<16, 16..<34, 16..<34].dropLast().enumerated() {
      try stage.capture.write(packet.fragment(content, at: piece, isLast: index == 1), linkType: 1, time: stage.time(Double(index) / 1000))
    }
    let second = stage.capture.packet(from: stage.carol, to: stage.server, .udp(), ask)
    var changed = content
    for index in 20..<34 { changed[index] ^= 0xff }
    try stage.capture.write(second.fragment(content, at: 8..<34, isLast: true), linkType: 1, time: stage.time(1))
    try stage.capture.write(second.fragment(changed, at: 16..<34, isLast: true), linkType: 1, time: stage.time(1.1))
    try stage.capture.write(second.fragment(content, at: 0..<8, isLast: false), linkType: 1, time: stage.time(1.2))
  }
}
