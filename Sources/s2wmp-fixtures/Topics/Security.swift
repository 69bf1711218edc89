import S2WMPCapture
import S2WMPWire

/// Weaknesses of the document's section 6 as traffic shows them, one a file.
extension Topics {
  static let security: [Fixture] = [
    Fixture("security-friend-list.pcap") { stage in
      let (alice, bob, carol) = (stage.pair.first.id, stage.pair.second.id, stage.cast.strangers.first.id)
      for (index, wanted) in [bob, carol, bob, Packets.identifier("nobody")].enumerated() {
        let second = Double(index)
        try lookUp(stage, second, stage.alice, alice, wanted, at: index == 3 ? nil : stage.bob.place)
      }
      try lookUp(stage, 5, stage.bob, bob, alice, at: stage.alice.place)
    },
    Fixture("security-false-id.pcap") { stage in
      let (alice, bob) = (stage.pair.first, stage.pair.second)
      let line = try stage.connect(0, from: stage.alice, port: 50900, to: stage.bob)
      try line.client(0.1, Packets.chatRequest(from: alice, to: bob.id))
      try line.server(0.12, Packets.chatResponse(from: bob, to: alice.id))
      try line.close(1)
      // The ID of alice, the key of somebody else, and a peer that does not look.
      var forged = Packets.chatRequest(from: Person(name: "alice", publicKey: stage.cast.strangers.first.publicKey), to: bob.id)
      forged.replaceSubrange(2..<18, with: alice.id.bytes)
      let attack = try stage.connect(2, from: stage.mallory, port: 50901, to: stage.bob)
      try attack.client(2.1, forged)
      try attack.server(2.12, Packets.chatResponse(from: bob, to: alice.id))
      try attack.close(3)
    },
    Fixture("security-name-reused.pcap") { stage in
      let bob = stage.pair.second
      for (index, publicKey) in [stage.pair.first.publicKey, stage.cast.strangers.first.publicKey].enumerated() {
        let second = Double(index) * 2
        let alice = Person(name: index == 0 ? "alice" : "Alice", publicKey: publicKey)
        let line = try stage.connect(second, from: stage.alice, port: 50910 + UInt16(index), to: stage.bob)
        try line.client(second + 0.1, Packets.chatRequest(from: alice, to: bob.id))
        try line.server(second + 0.12, Packets.chatDenial(1, requestor: alice.id, user: bob.id))
        try line.close(second + 1)
      }
    },
    Fixture("security-ecb.pcap") { stage in
      let (alice, bob) = (LegacyPerson("alice"), LegacyPerson("bob"))
      let key = alice.key(with: bob)
      let texts = ["yes or no? yes.. yes or no? yes.. answer", "something else", "yes or no? yes.. please"]
      for (index, text) in texts.enumerated() {
        let second = Double(index)
        let message = try LegacyPackets.message(from: alice.id, to: bob.id, at: stage.stamp(second), key: key, text)
        try single(stage, second, stage.alice, 50920 + UInt16(index), stage.bob, message)
      }
    },
    Fixture("security-ban.pcap") { stage in try ban(stage) },
    Fixture("security-id-moved.pcap") { stage in
      for (second, host) in [(0.0, UInt32(21)), (1, 21), (900, 34), (901, 34)] {
        let request = stage.request()
        try stage.udp(second, .host(host, 5000), stage.server, Packets.registration(stage.cast.strangers.first.id, requestID: request))
        try stage.udp(second + 0.0004, stage.server, .host(host, 5000), Packets.registrationResponse(0, requestID: request))
      }
    },
    Fixture("security-probing.pcap") { stage in
      let line = try stage.connect(0, from: stage.mallory, port: 50930, to: stage.bob)
      for index in 0..<12 {
        let second = 0.1 + Double(index) / 4
        let message = Packets.message(from: Packets.identifier("guess \(index)"), to: stage.pair.second.id, at: stage.stamp(second))
        try line.exchange(second, message, error: 1)
      }
      try line.close(4)
    },
    Fixture("security-downgrade.pcap") { stage in
      let (alice, bob) = (stage.pair.first, stage.pair.second)
      let line = try stage.connect(0, from: stage.alice, port: 50940, to: stage.bob)
      try line.client(0.1, Packets.chatRequest(from: alice, to: bob.id))
      try line.server(0.12, Packets.chatResponse(from: bob, to: alice.id))
      try line.close(1)
      let (oldAlice, oldBob) = (LegacyPerson("alice"), LegacyPerson("bob"))
      try single(stage, 2, stage.alice, 50941, stage.bob, LegacyPackets.chatRequest(from: oldAlice, to: oldBob.id, at: stage.stamp(2)))
    },
    Fixture("security-resent.pcap") { stage in
      let (alice, bob) = (stage.pair.first, stage.pair.second)
      let message = try stage.pair.message(from: alice, to: bob, at: stage.stamp(0.1), "are you there?")
      for index in 0..<2 {
        let second = Double(index) * 5
        let line = try stage.connect(second, from: stage.alice, port: 50950 + UInt16(index), to: stage.bob)
        if index == 0 { try line.client(second + 0.1, message) } else { try line.exchange(second + 0.1, message) }
        try line.close(second + 1)
      }
    },
  ]

  private static func lookUp(_ stage: Stage, _ second: Double, _ host: Endpoint, _ asker: Identifier, _ wanted: Identifier, at place: Place?) throws {
    let request = stage.request()
    try stage.udp(second, host, stage.server, Packets.lookup(.lookup, from: asker, for: wanted, requestID: request, at: stage.stamp(second)))
    try stage.udp(
      second + 0.0004, stage.server, host,
      Packets.lookupResponse(.lookupResponse, to: asker, about: wanted, at: place, requestID: request, time: stage.stamp(second)))
  }

  /// A server answers two peers, refuses the one that floods it, and is silent to it from then on.
  private static func ban(_ stage: Stage) throws {
    let (carol, bob) = (stage.cast.strangers.first.id, stage.pair.second.id)
    for index in 0..<80 {
      let (second, request) = (Double(index) / 100, stage.request())
      try stage.udp(second, stage.carol, stage.server, Packets.lookup(.lookup, from: carol, for: bob, requestID: request, at: stage.stamp(second)))
      if index > 60 { continue }
      let refused: UInt8 = index == 60 ? 2 : 1
      try stage.udp(
        second + 0.0004, stage.server, stage.carol,
        Packets.lookupResponse(.lookupResponse, to: carol, about: bob, at: nil, status: refused, requestID: request, time: stage.stamp(second)))
    }
    for second in [2.0, 3, 4] {
      let (hers, his) = (stage.request(), stage.request())
      try stage.udp(second, stage.carol, stage.server, Packets.registration(carol, requestID: hers))
      try stage.udp(second + 0.1, stage.bob, stage.server, Packets.registration(bob, requestID: his))
      try stage.udp(second + 0.1003, stage.server, stage.bob, Packets.registrationResponse(0, requestID: his))
    }
  }
}
