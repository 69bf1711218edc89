import S2WMPCapture
import S2WMPWire

/// What happens to TCP segments on their way.
extension Topics {
  static let streams: [Fixture] = [
    stream("tcp-out-of-order.pcap") { stage, line in
      let (first, second) = (message(stage, 0.1), message(stage, 0.2))
      try arrange(line, 0.1, first + second, [(64..<128, 0), (0..<64, 0), (192..<256, 0), (128..<192, 0)])
      try answer(line, 0.3, [first, second])
    },
    stream("tcp-retransmission.pcap") { stage, line in
      let (first, second) = (message(stage, 0.1), message(stage, 0.2))
      try arrange(line, 0.1, first + second, [(0..<100, 0), (0..<100, 0), (100..<256, 0), (50..<200, 0)])
      try answer(line, 0.3, [first, second])
    },
    stream("tcp-overlap.pcap") { stage, line in
      let (first, second) = (message(stage, 0.1), message(stage, 0.2))
      try arrange(line, 0.1, first + second, [(0..<100, 0), (128..<256, 0), (60..<140, 0xff), (60..<140, 0)])
      try answer(line, 0.3, [first, second])
    },
    stream("tcp-sequence-wrap.pcap", ConnectionOptions(clientSequence: 0xffff_ff80, serverSequence: 0xffff_fff0)) { stage, line in
      let messages = (1...3).map { message(stage, Double($0) / 10) }
      try arrange(line, 0.1, messages.flatMap { $0 }, [(0..<120, 0), (150..<300, 0), (120..<150, 0), (300..<384, 0)])
      try answer(line, 0.4, messages)
    },
    stream("tcp-mid-stream.pcap", ConnectionOptions(handshake: false)) { stage, line in
      let (cut, whole) = (message(stage, 0.1), message(stage, 0.2))
      try line.client(0.1, Array(cut.dropFirst(70)))
      try line.server(0.101, Packets.answer(to: cut))
      try line.exchange(0.2, whole)
    },
    stream("tcp-one-byte-segments.pcap") { stage, line in
      let bytes = Packets.registration(stage.cast.strangers.first.id, requestID: stage.request())
      for (index, byte) in (bytes + bytes).enumerated() { try line.client(0.1 + Double(index) / 1000, [byte]) }
    },
    stream("tcp-several-in-a-segment.pcap") { stage, line in
      let messages = (1...5).map { message(stage, Double($0) / 10) }
      try line.client(0.6, messages.flatMap { $0 })
      try answer(line, 0.7, messages)
    },
    stream("tcp-keep-alive.pcap") { stage, line in
      try line.exchange(0.1, message(stage, 0.1))
      try line.segment(60, .client, at: -1, [0], flags: .ack)
      try line.segment(60.001, .server, at: 0, [], flags: .ack)
      try line.segment(120, .client, at: -1, [], flags: .ack)
      try line.segment(120.001, .server, at: 0, [], flags: .ack)
      try line.exchange(121, message(stage, 121))
    },
    stream("tcp-lost-segment.pcap") { stage, line in try lostSegment(stage, line) },
    stream("tcp-snap-length.pcap") { stage, line in try snapLength(stage, line) },
    Fixture("tcp-fin-with-data.pcap") { stage in try finWithData(stage) },
    Fixture("tcp-rst.pcap") { stage in try resets(stage) },
    Fixture("tcp-tuple-reuse.pcap") { stage in try tupleReuse(stage) },
    Fixture("tcp-ipv6.pcap") { stage in try talk(stage, at: 0, .six(7, 5000), .six(9, 5000)) },
    Fixture("tcp-interleaved.pcap") { stage in try interleaved(stage) },
  ]

  private static func stream(
    _ name: String, _ options: ConnectionOptions = ConnectionOptions(), _ play: @escaping @Sendable (Stage, Line) throws -> Void
  ) -> Fixture {
    Fixture(name) { stage in
      let line = try stage.connect(0, from: stage.carol, port: 49500, to: stage.bob, options)
      try play(stage, line)
      try line.close(130)
    }
  }

  /// Pieces of the bytes in the order given, each byte XORed with its piece's mask.
  private static func arrange(_ line: Line, _ second: Double, _ bytes: [UInt8], _ pieces: [(range: Range<Int>, mask: UInt8)]) throws {
    for (index, piece) in pieces.enumerated() {
      try line.segment(second + Double(index) / 1000, .client, at: piece.range.lowerBound, bytes[piece.range].map { $0 ^ piece.mask })
    }
    line.connection.skip(.client, bytes.count)
  }

  private static func answer(_ line: Line, _ second: Double, _ messages: [[UInt8]]) throws {
    for (index, message) in messages.enumerated() { try line.server(second + Double(index) / 1000, Packets.answer(to: message)) }
  }

  /// The capture misses a segment that the receiver got: a message is lost with half of the next, then all is well again.
  private static func lostSegment(_ stage: Stage, _ line: Line) throws {
    let messages = (1...4).map { message(stage, Double($0)) }
    try line.exchange(1, messages[0])
    line.connection.skip(.client, messages[1].count + 40)
    try line.client(2.001, Array(messages[2].dropFirst(40)))
    try line.server(2.002, Packets.answer(to: messages[1]) + Packets.answer(to: messages[2]))
    try line.exchange(4, messages[3])
    try line.client(5, Array(message(stage, 5).prefix(90)))
    line.connection.skip(.client, 38)
    try line.exchange(6, message(stage, 6))
  }

  /// Frames cut to 150 bytes: what is cut off counts as lost.
  private static func snapLength(_ stage: Stage, _ line: Line) throws {
    stage.capture.snapLength = 150
    for index in 1...3 { try line.exchange(Double(index), message(stage, Double(index))) }
    try stage.udp(4, stage.carol, stage.server, Packets.registration(stage.cast.strangers.first.id, requestID: stage.request()))
  }

  private static func finWithData(_ stage: Stage) throws {
    let line = try stage.connect(0, from: stage.carol, port: 49600, to: stage.bob)
    let bytes = message(stage, 0.1)
    try line.segment(0.1, .client, at: 0, bytes, flags: [.fin, .psh, .ack])
    line.connection.skip(.client, bytes.count + 1)
    try line.server(0.101, Packets.answer(to: bytes))
    try line.connection.endDirection(from: .server, time: stage.time(0.102))
  }

  /// RST between packets, inside a packet, and one that is far outside the window and must not count.
  private static func resets(_ stage: Stage) throws {
    let between = try stage.connect(0, from: stage.carol, port: 49610, to: stage.bob)
    try between.exchange(0.1, message(stage, 0.1))
    try between.connection.reset(from: .server, time: stage.time(0.2))
    let inside = try stage.connect(1, from: stage.carol, port: 49611, to: stage.bob)
    try inside.client(1.1, Array(message(stage, 1.1).prefix(50)))
    try inside.connection.reset(from: .server, time: stage.time(1.2))
    let forged = try stage.connect(2, from: stage.carol, port: 49612, to: stage.bob)
    try forged.exchange(2.1, message(stage, 2.1))
    try forged.segment(2.2, .client, at: 1_000_000_000, [], flags: .rst)
    try forged.exchange(2.3, message(stage, 2.3))
    try forged.close(2.4)
  }

  /// The same four addresses and ports again, after a FIN and after nothing at all.
  private static func tupleReuse(_ stage: Stage) throws {
    for second in [0.0, 30, 60] {
      let line = try stage.connect(second, from: stage.carol, port: 49620, to: stage.bob)
      try line.exchange(second + 0.1, message(stage, second + 0.1))
      if second == 0 { try line.close(second + 0.2) }
    }
  }

  /// Three conversations whose packets lie across each other: lines are in the order of the completing frame.
  private static func interleaved(_ stage: Stage) throws {
    let lines = try (0..<3).map { try stage.connect(Double($0) / 100, from: stage.carol, port: 49630 + UInt16($0), to: stage.bob) }
    let messages = (0..<3).map { message(stage, 1 + Double($0) / 100) }
    for part in 0..<4 {
      for (index, line) in lines.enumerated() {
        let size = [32, 128, 64][index]
        let bytes = messages[index].dropFirst(part * size).prefix(size)
        if !bytes.isEmpty { try line.client(1 + Double(part * 3 + index) / 100, Array(bytes)) }
      }
    }
    for (line, message) in zip(lines, messages) { try line.server(2, Packets.answer(to: message)) }
  }
}
