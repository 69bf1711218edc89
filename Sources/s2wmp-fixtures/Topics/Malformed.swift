import S2WMPWire

/// Each way in which bytes can fail to be a packet, over UDP and over TCP, and each field with a value that nothing defines.
extension Topics {
  static let malformed = [
    Fixture("malformed-version.pcap") { stage in try defects(stage, [(0, [0]), (0, [2]), (0, [255])]) },
    Fixture("malformed-type.pcap") { stage in try defects(stage, [(1, [0]), (1, [7]), (1, [16]), (1, [255])]) },
    Fixture("malformed-length.pcap") { stage in try impossibleLengths(stage) },
    Fixture("malformed-truncated.pcap") { stage in try truncated(stage) },
    Fixture("malformed-trailing.pcap") { stage in try trailing(stage) },
    Fixture("malformed-fields.pcap") { stage in try undefinedValues(stage) },
    Fixture("malformed-legacy.pcap") { stage in try legacyDefects(stage) },
  ]

  /// Bytes of a good M and of a good LP overwritten: on a connection after a good packet, and in a datagram after a good one.
  private static func defects(_ stage: Stage, _ changes: [(offset: Int, bytes: [UInt8])]) throws {
    let lookup = Packets.lookup(
      .lookup, from: stage.cast.strangers.first.id, for: stage.cast.strangers.second.id, requestID: stage.request(), at: stage.stamp(0))
    try stage.udp(0, stage.carol, stage.server, lookup)
    for (index, change) in changes.enumerated() {
      let second = Double(index)
      let (good, bad) = (message(stage, second), self.change(in: message(stage, second + 0.5), change))
      let line = try stage.connect(second, from: stage.carol, port: 48000 + UInt16(index), to: stage.bob)
      try line.exchange(second + 0.1, good)
      try refuse(line, second + 0.5, bad)
      try stage.udp(second + 0.7, stage.carol, stage.server, self.change(in: lookup, change))
    }
  }

  /// Every `key_length` and `name_length` at and beyond its limits.
  private static func impossibleLengths(_ stage: Stage) throws {
    let (carol, dave) = (stage.cast.strangers.first, stage.cast.strangers.second)
    let request = Packets.chatRequest(from: carol, to: dave.id)
    let accepted = Packets.chatResponse(from: dave, to: carol.id)
    let denied = Packets.chatDenial(1, requestor: carol.id, user: dave.id)
    let change = Packets.idChange(from: carol.id, to: carol.publicKey, requestID: stage.request(), at: stage.stamp(0))
    let lengths: [[UInt8]] = [[0, 0, 0, 0], [0, 0, 0x20, 1], [0xff, 0xff, 0xff, 0xff]]
    let names: [[UInt8]] = [[0, 0, 0, 0], [0, 0, 1, 0], [0xff, 0xff, 0xff, 0xff]]
    let key = carol.publicKey.count
    var bad = lengths.map { self.change(in: request, (34, $0)) } + names.map { self.change(in: request, (38 + key, $0)) }
    bad += lengths.map { self.change(in: accepted, (35, $0)) } + names.map { self.change(in: accepted, (39 + key, $0)) }
    bad += [self.change(in: denied, (35, [0, 0, 0, 1])) + [0], self.change(in: denied, (39, [0, 0, 0, 1])) + [0]]
    bad += lengths.map { self.change(in: change, (66, $0)) }
    for (index, bytes) in bad.enumerated() {
      let line = try stage.connect(Double(index), from: stage.carol, port: 48100 + UInt16(index), to: stage.bob)
      try refuse(line, Double(index) + 0.1, bytes)
    }
  }

  /// A packet that ends early: by half-closing, by RST, and as a datagram.
  private static func truncated(_ stage: Stage) throws {
    try stage.udp(0, stage.carol, stage.server, Packets.registration(stage.cast.strangers.first.id, requestID: stage.request()))
    for (index, count) in [1, 2, 79, 120].enumerated() {
      let second = Double(index)
      let line = try stage.connect(second, from: stage.carol, port: 48200 + UInt16(index), to: stage.bob)
      try refuse(line, second + 0.1, Array(message(stage, second + 0.1).prefix(count)))
      let cut = Packets.registration(stage.cast.strangers.first.id, requestID: stage.request()).prefix([1, 2, 10, 25][index])
      try stage.udp(second + 0.5, stage.carol, stage.server, Array(cut))
    }
    let line = try stage.connect(6, from: stage.carol, port: 48210, to: stage.bob)
    try line.client(6.1, Array(message(stage, 6.1).prefix(60)))
    try line.connection.reset(from: .client, time: stage.time(6.2))
  }

  private static func trailing(_ stage: Stage) throws {
    let id = stage.cast.strangers.first.id
    for (index, extra) in [[0], [1, 2], Packets.registration(id, requestID: 1), [UInt8](repeating: 0xaa, count: 400)].enumerated() {
      try stage.udp(Double(index), stage.carol, stage.server, Packets.registration(id, requestID: stage.request()) + extra)
    }
    let line = try stage.connect(5, from: stage.carol, port: 48300, to: stage.bob)
    try line.exchange(5.1, message(stage, 5.1))
    try refuse(line, 5.2, [0x58, 0x58, 0x58])
  }

  private static func undefinedValues(_ stage: Stage) throws {
    let (carol, dave) = (stage.cast.strangers.first, stage.cast.strangers.second)
    let status = Packets.message(.statusChange, from: carol.id, to: dave.id, at: stage.stamp(1))
    let good = message(stage, 0.1)
    let ack = Packets.answer(to: good)
    let request = Packets.chatRequest(from: carol, to: dave.id)
    let bad: [[UInt8]] = [
      change(in: good, (2, [4])), change(in: good, (13, [0, 0, 1])), Array(change(in: good, (3, [0, 0])).prefix(80)),
      change(in: status, (3, [0, 1])) + [0], change(in: status, (2, [255])), change(in: request, (request.count - 1, [0x0a])),
      change(in: Packets.chatDenial(1, requestor: carol.id, user: dave.id), (2, [5])), change(in: ack, (2, [2])), change(in: ack, (3, [5])),
      change(in: ack, (3, [2])), change(in: ack, (2, [0])),
    ]
    for (index, bytes) in bad.enumerated() {
      let second = Double(index)
      let line = try stage.connect(second, from: stage.carol, port: 48400 + UInt16(index), to: stage.bob)
      try line.client(second + 0.1, bytes)
      try line.close(second + 0.2)
    }
    let lookup = Packets.lookup(.lookup, from: carol.id, for: dave.id, requestID: stage.request(), at: stage.stamp(20))
    let found = Packets.lookupResponse(
      .lookupResponse, to: carol.id, about: dave.id, at: stage.bob.place, requestID: stage.request(), time: stage.stamp(20))
    let broadcast = Packets.lookup(.broadcastPeer, from: carol.id, requestID: stage.request(), at: stage.stamp(20))
    for (index, bytes) in [
      change(in: lookup, (18, [1])), change(in: lookup, (19, [1])), change(in: found, (18, [4])), change(in: found, (19, [2])),
      change(in: broadcast, (19, [0])), change(in: Packets.registrationResponse(0, requestID: 7), (2, [4])),
    ].enumerated() {
      try stage.udp(20 + Double(index), stage.carol, stage.server, bytes)
    }
  }

  private static func legacyDefects(_ stage: Stage) throws {
    let (alice, bob) = (LegacyPerson("alice"), LegacyPerson("bob"))
    let good = try LegacyPackets.message(from: alice.id, to: bob.id, at: stage.stamp(0), key: alice.key(with: bob), "lunch?")
    let chat = LegacyPackets.chatRequest(from: alice, to: bob.id, at: stage.stamp(0))
    let bad: [[UInt8]] = [
      change(in: good, (2, [5])), change(in: good, (61, [0, 0])), Array(change(in: good, (3, [0, 0])).prefix(77)), change(in: good, (3, [0x80, 0])),
      change(in: chat, (2, [0])), change(in: chat, (43, [0, 0, 0, 0])), LegacyPackets.status(0, request: .zero), Array(good.prefix(40)),
      Packets.build(.userBroadcast, .legacy) { _ in }, change(in: LegacyPackets.status(1, request: .zero), (1, [10])),
    ]
    for (index, bytes) in bad.enumerated() { try single(stage, Double(index), stage.alice, 50100 + UInt16(index), stage.bob, bytes) }
    try stage.udp(19, stage.alice, stage.everyPeer, LegacyPackets.broadcast("alice", alice.id, at: stage.stamp(19)))
    try stage.udp(20, stage.alice, stage.everyPeer, LegacyPackets.broadcast("alice", alice.id, at: stage.stamp(20)) + [0])
    try stage.udp(21, stage.alice, stage.everyPeer, Array(LegacyPackets.broadcast("alice", alice.id, at: stage.stamp(21)).prefix(42)))
    try stage.udp(22, stage.server, .host(7, 5002), LegacyPackets.registrationResponse(3, alice.id))
  }

  /// What the receiver of unframeable bytes does: ACK 3 to nobody, and close (wire format, section 4).
  private static func refuse(_ line: Line, _ second: Double, _ bytes: [UInt8]) throws {
    try line.client(second, bytes)
    try line.server(second + 0.001, Packets.acknowledgement(error: 3, datetime: 0, .zero))
    try line.close(second + 0.002, from: .server)
  }

  static func message(_ stage: Stage, _ second: Double) -> [UInt8] {
    Packets.message(from: stage.cast.strangers.first.id, to: stage.cast.strangers.second.id, at: stage.stamp(second))
  }

  private static func change(in packet: [UInt8], _ change: (offset: Int, bytes: [UInt8])) -> [UInt8] {
    var packet = packet
    packet.replaceSubrange(change.offset..<change.offset + change.bytes.count, with: change.bytes)
    return packet
  }
}
