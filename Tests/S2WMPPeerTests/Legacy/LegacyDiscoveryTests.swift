import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPPeer

@Suite("Appendix L: User Broadcast") struct LegacyDiscoveryTests {
  @Test("Who announces itself and who answers find each other, and then it is quiet")
  func findEachOther() throws {
    let couple = try Couple(areFriends: false)
    couple.lan.command(couple.alice, .discover)
    couple.lan.run(.seconds(60))
    #expect(couple.bob.events.contains(.peerFound(id: couple.alice.id, address: couple.alice.address)))
    #expect(couple.alice.events.contains(.peerFound(id: couple.bob.id, address: couple.bob.address)))
    #expect(couple.lan.datagrams.map(\.bytes.count) == [59, 43])
    let reply = try #require(couple.lan.datagrams.last)
    #expect(reply.to == .ipv4(0x0a00_0007, port: 5001) && reply.bytes[42] == 1)
  }

  @Test("The authors' listener, which reads 43 bytes, sees an announcement and a reply")
  func fitsAuthorsListener() throws {
    for name in ["al", "alexander the great and more"] {
      let id = Identifier(high: 7, low: 9)
      let announcement = LegacyPackets.userBroadcast(id, name: name, timestamp: 5, isReply: false)
      let reply = LegacyPackets.userBroadcast(id, name: name, timestamp: 5, isReply: true)
      #expect(announcement.count == max(59, 27 + 2 * name.count) && announcement[42] == 0)
      #expect(reply.count == 43 && reply[42] == 1 && reply[..<42] == announcement[..<42])
      for packet in [announcement, reply] { try withLegacyView(packet) { #expect($0.undefinedValues.isEmpty) } }
    }
  }

  @Test("The discovered address is enough to add somebody; then messages flow")
  func addsDiscovered() throws {
    let couple = try Couple(areFriends: false)
    couple.lan.command(couple.alice, .add(couple.bob.id, address: nil))
    #expect(couple.alice.events.contains { if case .addFailed = $0 { true } else { false } })
    couple.lan.command(couple.alice, .discover)
    couple.lan.run(.seconds(1))
    couple.lan.command(couple.alice, .add(couple.bob.id, address: nil))
    couple.lan.run(.seconds(1))
    couple.send("hi", from: couple.alice, to: couple.bob)
    couple.lan.run(.seconds(1))
    #expect(couple.bob.texts == ["hi"])
  }

  @Test("A cut packet is a reply whatever its last byte, a whole one says it in its flag; neither is answered twice")
  func tellsRepliesApart() throws {
    let couple = try Couple(areFriends: false)
    let stranger = Endpoint.ipv4(0x0a00_0042, port: 5000)
    let announcement = LegacyPackets.userBroadcast(Identifier(high: 1, low: 2), name: "stranger", timestamp: 5, isReply: false)
    var whole = announcement
    whole[58] = 1
    var undefined = announcement
    undefined[58] = 2
    var cut = Array(announcement.prefix(43))
    for (packet, answers, finds) in [(whole, 0, 1), (undefined, 0, 0), (cut, 0, 1), (announcement, 1, 1)] {
      try expect(packet, stranger, couple, answers, finds)
    }
    cut[42] = 0x4f
    try expect(cut, stranger, couple, 0, 1)
  }

  private func expect(_ packet: [UInt8], _ from: Endpoint, _ couple: Couple, _ answers: Int, _ finds: Int) throws {
    let (datagrams, events) = (couple.lan.datagrams.count, couple.bob.events.count)
    couple.lan.deliver(packet, from: from, to: couple.bob)
    #expect(couple.lan.datagrams.count - datagrams == answers && couple.bob.events.count - events == finds)
  }

  @Test("An invisible peer answers friends only; nobody answers itself")
  func hides() throws {
    let couple = try Couple()
    couple.lan.command(couple.bob, .status(.invisible))
    let announcement = LegacyPackets.userBroadcast(Identifier(high: 1, low: 2), name: "stranger", timestamp: 5, isReply: false)
    try expect(announcement, .ipv4(0x0a00_0042, port: 5000), couple, 0, 1)
    let own = LegacyPackets.userBroadcast(couple.bob.id, name: "bob", timestamp: 5, isReply: false)
    try expect(own, .ipv4(0x0a00_0042, port: 5000), couple, 0, 0)
    let friend = LegacyPackets.userBroadcast(couple.alice.id, name: "alice", timestamp: 5, isReply: false)
    try expect(friend, couple.alice.address, couple, 1, 1)
  }

  @Test("Discovered peers are limited")
  func isLimited() throws {
    let lan = Lan()
    let host = try LanHost("carol", 3, key: LegacyKeys.key(2)) { $0.limits.discoveredPeers = 10 }
    lan.add(host)
    for number in 1...30 {
      let packet = LegacyPackets.userBroadcast(Identifier(high: 1, low: UInt64(number)), name: "x", timestamp: 5, isReply: true)
      lan.deliver(packet, from: .ipv4(0x0a00_0042, port: 5000), to: host)
    }
    #expect(host.peer.discovered.count == 10)
  }

  @Test("Without a server a peer passes NF and LD, announces itself, and listens")
  func startsAlone() throws {
    let lan = Lan()
    let host = try LanHost("carol", 3, key: LegacyKeys.key(2)) { $0.discovers = true }
    lan.add(host)
    #expect(host.states == ["Init", "Wait", "NF", "LD", "Listen"] && lan.datagrams.map(\.bytes.count) == [59])
  }
}
