import S2WMPWire

/// One of everything that v1 defines, with every answer that a receiver can give.
extension Topics {
  static let everyPacket = Fixture("v1-every-packet.pcap") { stage in
    try everyRegistration(stage)
    try everyLookup(stage)
    try everyChatResponse(stage)
    try everyMessage(stage)
  }

  /// RREG and LPR with each status, over UDP and over TCP.
  private static func everyRegistration(_ stage: Stage) throws {
    let id = stage.cast.strangers.first.id
    for status in UInt8(0)...3 {
      let request = stage.request()
      let second = Double(status)
      try stage.udp(second, stage.carol, stage.server, Packets.registration(status == 3 ? .zero : id, requestID: request))
      try stage.udp(second + 0.0004, stage.server, stage.carol, Packets.registrationResponse(status, requestID: request))
    }
    let line = try stage.connect(5, from: stage.carol, port: 47001, to: stage.server)
    let request = stage.request()
    try line.client(5.01, Packets.registration(id, requestID: request))
    try line.server(5.0104, Packets.registrationResponse(0, requestID: request))
    try line.close(5.1)
  }

  private static func everyLookup(_ stage: Stage) throws {
    let (id, friend) = (stage.cast.strangers.first.id, stage.cast.strangers.second.id)
    for status in UInt8(0)...3 {
      let (request, second, asker) = (stage.request(), 6 + Double(status), status == 3 ? Identifier.zero : id)
      try stage.udp(
        second, stage.carol, stage.server,
        Packets.lookup(.lookup, from: asker, for: friend, requestID: request, at: stage.stamp(second)))
      try stage.udp(
        second + 0.0003, stage.server, stage.carol,
        Packets.lookupResponse(
          .lookupResponse, to: asker, about: friend, at: status == 0 ? stage.bob.place : nil, status: status, requestID: request, time: stage.stamp(second)))
    }
    for (type, everyone, responder) in [
      (PacketType.broadcastServer, stage.everyServer, stage.server), (.broadcastPeer, stage.everyPeer, stage.bob),
    ] {
      let (request, second) = (stage.request(), 11 + Double(type.rawValue) / 10)
      let response = type == .broadcastServer ? PacketType.broadcastServerResponse : .broadcastPeerResponse
      try stage.udp(second, stage.carol, everyone, Packets.lookup(type, from: id, requestID: request, at: stage.stamp(second)))
      try stage.udp(
        second + 0.0005, responder, stage.carol,
        Packets.lookupResponse(
          response, to: id, about: type == .broadcastPeer ? friend : Packets.identifier("server"), at: responder.place, requestID: request,
          time: stage.stamp(second)))
    }
  }

  private static func everyChatResponse(_ stage: Stage) throws {
    let (carol, dave) = (stage.cast.strangers.first, stage.cast.strangers.second)
    let line = try stage.connect(20, from: stage.carol, port: 47002, to: stage.bob)
    for status in UInt8(0)...4 {
      try line.client(20.1 + Double(status), Packets.chatRequest(from: carol, to: dave.id))
      let answer = status == 0 ? Packets.chatResponse(from: dave, to: carol.id) : Packets.chatDenial(status, requestor: carol.id, user: dave.id)
      try line.server(20.15 + Double(status), answer)
    }
    try line.close(26)
  }

  /// M and SC with each user status, IC, and ACK with each error.
  private static func everyMessage(_ stage: Stage) throws {
    let pair = stage.cast.strangers
    let (carol, dave) = (pair.first, pair.second)
    let line = try stage.connect(30, from: stage.carol, port: 47003, to: stage.bob)
    for status in UInt8(0)...3 {
      let second = 30.1 + Double(status)
      try line.exchange(second, pair.statusChange(from: carol, to: dave, status, at: stage.stamp(second)))
      try line.exchange(second + 0.5, pair.message(from: carol, to: dave, status: status, at: stage.stamp(second + 0.5), "status \(status)"))
    }
    for error in UInt8(1)...4 {
      let second = 35.1 + Double(error)
      try line.exchange(second, pair.message(from: carol, to: dave, at: stage.stamp(second), "refused"), error: error)
    }
    try line.exchange(40, pair.message(from: carol, to: dave, at: stage.stamp(40), ""))
    let newKey = try WorkedExample.bytes(stage.cast.example("dh", "x25519", "IC").new_public_key)
    try line.exchange(41, pair.idChange(from: carol, to: newKey, requestID: stage.request(), at: stage.stamp(41)))
    try line.close(42)
  }
}
