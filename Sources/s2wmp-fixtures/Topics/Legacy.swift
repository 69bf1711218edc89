import S2WMPCapture
import S2WMPWire

/// The authors' 2016 program: every packet on a connection of its own, answers on another one.
extension Topics {
  static let legacyChat = Fixture("legacy-chat.pcap") { stage in
    let (alice, bob) = (LegacyPerson("alice"), LegacyPerson("bob"))
    let key = alice.key(with: bob)
    try stage.udp(0, stage.alice, stage.everyPeer, LegacyPackets.broadcast("alice", alice.id, at: stage.stamp(0)))
    try stage.udp(0.0021, stage.bob, .host(7, 5001), Array(LegacyPackets.broadcast("alice", alice.id, at: stage.stamp(0), reply: 0).prefix(43)))
    try single(stage, 2, stage.alice, 50001, stage.bob, LegacyPackets.chatRequest(from: alice, to: bob.id, at: stage.stamp(2)))
    try single(stage, 2.8, stage.bob, 50002, stage.alice, LegacyPackets.chatRequest(from: bob, to: alice.id, at: stage.stamp(2.8)))
    try talk(stage, 5, stage.alice, 50003, stage.bob, LegacyPackets.message(from: alice.id, to: bob.id, at: stage.stamp(5), key: key, "lunch?"))
    try talk(
      stage, 9, stage.bob, 50005, stage.alice,
      LegacyPackets.message(from: bob.id, to: alice.id, status: 3, at: stage.stamp(9), key: key, "not today, caf\u{e9} tomorrow"))
    try single(stage, 12, stage.alice, 50007, stage.bob, LegacyPackets.status(2, request: Packets.identifier("away")))
    try talk(stage, 14, stage.alice, 50008, stage.bob, LegacyPackets.message(from: alice.id, to: bob.id, at: stage.stamp(14), key: key, "ok"), error: 2)
  }

  static let legacyEveryPacket = Fixture("legacy-every-packet.pcap") { stage in
    try legacyServer(stage)
    try legacyBroadcasts(stage)
    try legacyPeers(stage)
  }

  private static func legacyServer(_ stage: Stage) throws {
    let (alice, bob) = (LegacyPerson("alice"), LegacyPerson("bob"))
    for status in UInt8(0)...2 {
      let second = Double(status)
      try stage.udp(second, stage.alice, stage.server, LegacyPackets.registration(alice.id, request: Packets.identifier("register \(status)")))
      try stage.udp(second + 0.0007, stage.server, .host(7, 5002), LegacyPackets.registrationResponse(status, alice.id))
    }
    for status in UInt8(0)...3 {
      let (second, request) = (4 + Double(status), Packets.identifier("lookup \(status)"))
      try stage.udp(second, stage.alice, stage.server, LegacyPackets.lookup(from: alice.id, for: bob.id, request: request, at: stage.stamp(second)))
      let address: UInt32 = status == 0 ? 0x0a00_0009 : 0x5db8_d822
      try stage.udp(
        second + 0.0006, stage.server, .host(7, 5002),
        LegacyPackets.lookupResponse(status, to: alice.id, about: bob.id, at: address, request: request, time: stage.stamp(second)))
    }
  }

  /// User Broadcasts: of 59 bytes, cut to 43, with a name above 16 characters, and with characters outside ASCII.
  private static func legacyBroadcasts(_ stage: Stage) throws {
    let names = ["alice", "bob of the accounts department", "Zo\u{eb} \u{1f642}\\", "sixteen letters!"]
    for (index, name) in names.enumerated() {
      let person = LegacyPerson(name)
      let (second, host) = (10 + Double(index), UInt32(31 + index))
      let bytes = LegacyPackets.broadcast(name, person.id, at: stage.stamp(second))
      try stage.udp(second, .host(host, 5000), stage.everyPeer, bytes)
      try stage.udp(second + 0.003, stage.bob, .host(host, 5001), Array(bytes.prefix(43)))
    }
  }

  private static func legacyPeers(_ stage: Stage) throws {
    let (alice, bob) = (LegacyPerson("alice"), LegacyPerson("bob"))
    for status in UInt8(1)...4 {
      let second = 20 + Double(status) * 2
      let port = UInt16(51000 + Int(status) * 10)
      try single(stage, second, stage.alice, port, stage.bob, LegacyPackets.chatRequest(status, from: alice, to: bob.id, at: stage.stamp(second)))
      try single(stage, second + 0.5, stage.alice, port + 1, stage.bob, LegacyPackets.status(status, request: Packets.identifier("status \(status)")))
      let message = try LegacyPackets.message(
        from: alice.id, to: bob.id, status: status, at: stage.stamp(second + 1), key: alice.key(with: bob), "status \(status)")
      try talk(stage, second + 1, stage.alice, port + 2, stage.bob, message)
    }
    for error in UInt8(1)...4 {
      let second = 40 + Double(error)
      let message = try LegacyPackets.message(from: alice.id, to: bob.id, at: stage.stamp(second), key: alice.key(with: bob), "refused")
      try talk(stage, second, stage.alice, UInt16(52000 + Int(error) * 10), stage.bob, message, error: error)
    }
  }

  /// One packet on a connection of its own.
  static func single(_ stage: Stage, _ second: Double, _ from: Endpoint, _ port: UInt16, _ to: Endpoint, _ bytes: [UInt8]) throws {
    let line = try stage.connect(second, from: from, port: port, to: to)
    try line.client(second + 0.0002, bytes)
    try line.close(second + 0.001)
  }

  /// An M and its ACK, each on a connection of its own.
  private static func talk(
    _ stage: Stage, _ second: Double, _ from: Endpoint, _ port: UInt16, _ to: Endpoint, _ bytes: [UInt8], error: UInt8 = 0
  ) throws {
    try single(stage, second, from, port, to, bytes)
    var answer = Packets.acknowledgement(error: error, datetime: 0, .zero)
    answer.replaceSubrange(4..<28, with: bytes[5..<29])
    try single(stage, second + 0.01, to, port + 1, from, answer)
  }
}
