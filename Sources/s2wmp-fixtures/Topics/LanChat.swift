import S2WMPWire

/// The first capture that anybody opens: two people find each other, make friends and chat, and somebody meddles.
extension Topics {
  static let lanChat = Fixture("lan-chat.pcap") { try playLanChat($0) }

  static func playLanChat(_ stage: Stage) throws {
    try discovery(stage)
    let line = try friendship(stage)
    try chat(stage, line)
    try trouble(stage, line)
    try farewell(stage, line)
  }

  private static func discovery(_ stage: Stage) throws {
    let (alice, bob) = (stage.pair.first, stage.pair.second)
    let serverID = Packets.identifier("bootstrap server")
    let ask = (stage.request(), stage.request(), stage.request(), stage.request(), stage.request())
    try stage.udp(0, stage.alice, stage.everyServer, Packets.lookup(.broadcastServer, from: alice.id, requestID: ask.0, at: stage.stamp(0)))
    try stage.udp(
      0.000412, stage.server, stage.alice,
      Packets.lookupResponse(.broadcastServerResponse, to: alice.id, about: serverID, at: stage.server.place, requestID: ask.0, time: stage.stamp(0)))
    try stage.udp(0.011304, stage.bob, stage.server, Packets.registration(bob.id, requestID: ask.1))
    try stage.udp(0.011689, stage.server, stage.bob, Packets.registrationResponse(0, requestID: ask.1))
    try stage.udp(0.020117, stage.alice, stage.server, Packets.registration(alice.id, requestID: ask.2))
    try stage.udp(0.020498, stage.server, stage.alice, Packets.registrationResponse(0, requestID: ask.2))
    try stage.udp(0.204518, stage.alice, stage.everyPeer, Packets.lookup(.broadcastPeer, from: alice.id, requestID: ask.3, at: stage.stamp(0.2045)))
    try stage.udp(
      0.205039, stage.bob, stage.alice,
      Packets.lookupResponse(.broadcastPeerResponse, to: alice.id, about: bob.id, at: stage.bob.place, requestID: ask.3, time: stage.stamp(0.205)))
    try stage.udp(1.1, stage.alice, stage.server, Packets.lookup(.lookup, from: alice.id, for: bob.id, requestID: ask.4, at: stage.stamp(1.1)))
    try stage.udp(
      1.100377, stage.server, stage.alice,
      Packets.lookupResponse(.lookupResponse, to: alice.id, about: bob.id, at: stage.bob.place, requestID: ask.4, time: stage.stamp(1.1)))
  }

  private static func friendship(_ stage: Stage) throws -> Line {
    let (alice, bob) = (stage.pair.first, stage.pair.second)
    let line = try stage.connect(1.204, from: stage.alice, port: 41022, to: stage.bob)
    try line.client(1.204518, Packets.chatRequest(from: alice, to: bob.id))
    try line.server(1.219002, Packets.chatResponse(from: bob, to: alice.id))
    try line.exchange(1.2251, stage.pair.statusChange(from: alice, to: bob, 0, at: stage.stamp(1.225)))
    return line
  }

  private static func chat(_ stage: Stage, _ line: Line) throws {
    let (alice, bob) = (stage.pair.first, stage.pair.second)
    let lunch = try stage.pair.message(from: alice, to: bob, at: stage.stamp(4.001), "lunch?")
    try line.exchange(4.00123, lunch)
    let back = try stage.connect(9.7, from: stage.bob, port: 40518, to: stage.alice)
    try back.exchange(9.700611, stage.pair.message(from: bob, to: alice, at: stage.stamp(9.7), "Yes! In ten minutes, at the usual place?"))
    try line.exchange(14.313207, stage.pair.message(from: alice, to: bob, at: stage.stamp(14.313), "see you there \u{1f44d}"), after: 0.0009)
    try line.exchange(15.020866, stage.pair.statusChange(from: alice, to: bob, 2, at: stage.stamp(15.02)))
    try back.exchange(19.48801, stage.pair.message(from: bob, to: alice, status: 1, at: stage.stamp(19.488), "bring the umbrella"))
    try back.close(19.6)
  }

  /// A message damaged on its way is refused and sent again; somebody else repeats an old one.
  private static func trouble(_ stage: Stage, _ line: Line) throws {
    let (alice, bob) = (stage.pair.first, stage.pair.second)
    var damaged = try stage.pair.message(from: alice, to: bob, status: 2, at: stage.stamp(31.2), "have it already")
    damaged[damaged.count - 20] ^= 0x10
    try line.exchange(31.200345, damaged, error: 4, after: 0.0012)
    try line.exchange(31.204711, stage.pair.message(from: alice, to: bob, status: 2, at: stage.stamp(31.204), "have it already"))
    let lunch = try stage.pair.message(from: alice, to: bob, at: stage.stamp(4.001), "lunch?")
    let attack = try stage.connect(36.11, from: stage.mallory, port: 50112, to: stage.bob)
    try attack.exchange(36.110348, lunch, after: 0.0006)
    try attack.close(36.2)
  }

  private static func farewell(_ stage: Stage, _ line: Line) throws {
    let alice = stage.pair.first
    let (toBob, toServer) = (stage.request(), stage.request())
    try line.exchange(62.5, stage.pair.idChange(from: alice, to: stage.cast.newKey, requestID: toBob, at: stage.stamp(62.5)))
    try stage.udp(62.6, stage.alice, stage.server, Packets.idChange(from: alice.id, to: stage.cast.newKey, requestID: toServer, at: stage.stamp(62.6)))
    try stage.udp(62.600418, stage.server, stage.alice, Packets.registrationResponse(0, requestID: toServer))
    try line.close(63.1)
  }
}
