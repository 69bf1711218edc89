import S2WMPCapture
import S2WMPWire

/// Each expert code that is about more than one packet or about keys, on its own.
extension Topics {
  static let findings: [Fixture] = [
    Fixture("expert-id-collision.pcap") { stage in
      let id = stage.cast.strangers.first.id
      for (index, host) in [stage.carol, .host(66, 5000), stage.carol].enumerated() {
        let (request, second) = (stage.request(), Double(index))
        try stage.udp(second, host, stage.server, Packets.registration(id, requestID: request))
        try stage.udp(second + 0.0003, stage.server, host, Packets.registrationResponse(index == 1 ? 1 : 0, requestID: request))
      }
      try stage.udp(4, .host(67, 5000), stage.everyPeer, Packets.lookup(.broadcastPeer, from: id, requestID: stage.request(), at: stage.stamp(4)))
    },
    Fixture("expert-flood.pcap") { stage in
      let (id, wanted) = (stage.cast.strangers.first.id, stage.cast.strangers.second.id)
      for index in 0..<60 {
        let second = Double(index) / 100
        try stage.udp(
          second, stage.carol, stage.server, Packets.lookup(.lookup, from: id, for: wanted, requestID: stage.request(), at: stage.stamp(second)))
      }
      for index in 0..<50 {
        let second = 10 + Double(index) / 60
        try stage.udp(second, stage.bob, stage.server, Packets.registration(wanted, requestID: stage.request()))
      }
    },
    Fixture("expert-key-changed.pcap") { stage in
      let (alice, bob) = (LegacyPerson("alice"), LegacyPerson("bob"))
      let meddler = LegacyPerson("alice", id: alice.id, key: "meddler")
      for (index, person) in [alice, alice, meddler].enumerated() {
        let second = Double(index)
        try single(
          stage, second, stage.alice, 50200 + UInt16(index), stage.bob,
          LegacyPackets.chatRequest(from: person, to: bob.id, at: stage.stamp(second)))
      }
    },
    Fixture("expert-keys.pcap") { stage in try keys(stage) },
    Fixture("expert-replay.pcap") { stage in
      let bytes = message(stage, 0.1)
      var other = bytes
      other[100] ^= 1
      for (index, packets) in [[bytes, bytes], [bytes], [other]].enumerated() {
        let line = try stage.connect(Double(index), from: index == 0 ? stage.carol : stage.mallory, port: 50300 + UInt16(index), to: stage.bob)
        for (repetition, packet) in packets.enumerated() { try line.exchange(Double(index) + 0.1 + Double(repetition) / 10, packet) }
        try line.close(Double(index) + 0.5)
      }
    },
    Fixture("expert-clock-skew.pcap") { stage in
      let line = try stage.connect(0, from: stage.carol, port: 50400, to: stage.bob)
      for (index, offset) in [-90000, -86000, 86000, 90000].enumerated() {
        let second = Double(index) + 0.1
        try line.exchange(second, message(stage, second + Double(offset)))
      }
      let far = Packets.message(from: stage.cast.strangers.first.id, to: stage.cast.strangers.second.id, at: .max)
      try line.exchange(5, far)
      try line.close(6)
    },
    Fixture("expert-unanswered.pcap") { stage in
      let line = try stage.connect(0, from: stage.carol, port: 50500, to: stage.bob)
      try line.client(0.1, message(stage, 0.1))
      try line.server(0.2, Packets.acknowledgement(datetime: stage.stamp(50), stage.cast.strangers.first.id))
      try line.client(0.3, Packets.chatRequest(from: stage.cast.strangers.first, to: stage.cast.strangers.second.id))
      try line.close(1)
      let request = stage.request()
      for attempt in 0..<3 {
        try stage.udp(2 + Double(attempt), stage.carol, stage.server, Packets.registration(stage.cast.strangers.first.id, requestID: request))
      }
      try stage.udp(6, stage.carol, stage.everyServer, Packets.lookup(.broadcastServer, from: .zero, requestID: stage.request(), at: stage.stamp(6)))
    },
    Fixture("expert-ack.pcap") { stage in
      let line = try stage.connect(0, from: stage.carol, port: 50600, to: stage.bob)
      for error in UInt8(0)...4 { try line.exchange(0.1 + Double(error), message(stage, 0.1 + Double(error)), error: error) }
      try line.close(6)
    },
    Fixture("expert-legacy-hash.pcap") { stage in
      let (alice, bob) = (LegacyPerson("alice"), LegacyPerson("bob"))
      var bytes = try LegacyPackets.message(from: alice.id, to: bob.id, at: stage.stamp(0), key: alice.key(with: bob), "lunch?")
      try single(stage, 0, stage.alice, 50700, stage.bob, bytes)
      bytes[bytes.count - 1] ^= 1
      try single(stage, 1, stage.alice, 50701, stage.bob, bytes)
    },
  ]

  /// A key that is not its ID's, one that does not parse, a weak one, and a good one for comparison.
  private static func keys(_ stage: Stage) throws {
    let (carol, dave) = (stage.cast.strangers.first, stage.cast.strangers.second)
    let weak = Person(name: "weak", publicKey: LegacyPerson("weak").publicKey)
    let broken = Person(name: "broken", publicKey: Packets.filler("no key", 64))
    var mismatch = Packets.chatRequest(from: carol, to: dave.id)
    mismatch[2] ^= 1
    let requests = [
      mismatch, Packets.chatRequest(from: broken, to: dave.id), Packets.chatRequest(from: weak, to: dave.id), Packets.chatRequest(from: carol, to: dave.id),
    ]
    let line = try stage.connect(0, from: stage.carol, port: 50800, to: stage.bob)
    for (index, bytes) in requests.enumerated() {
      let second = Double(index) + 0.1
      try line.client(second, bytes)
      let requestor = Identifier(hex: Hex.string(bytes[2..<18])) ?? .zero
      let answers = [Packets.chatDenial(2, requestor: requestor, user: dave.id), Packets.chatDenial(4, requestor: requestor, user: dave.id)]
      try line.server(second + 0.02, index == 0 ? answers[0] : index == 3 ? Packets.chatResponse(from: dave, to: carol.id) : answers[1])
    }
    try line.close(6)
  }
}
