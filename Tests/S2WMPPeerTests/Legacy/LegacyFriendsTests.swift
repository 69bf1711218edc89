import S2WMPCrypto
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPPeer

@Suite("Appendix L: chat requests, an accepting peer answers with another one") struct LegacyFriendsTests {
  @Test("Both become friends, with the other's key pinned, and share a key log line")
  func befriends() throws {
    let couple = try Couple()
    let (alice, bob) = (couple.alice, couple.bob)
    let record = try #require(alice.store.friends[bob.id])
    #expect(record.name == "bob" && record.publicKey == LegacyKeys.field(1) && record.address == bob.address)
    #expect(bob.store.friends[alice.id]?.address == alice.address && bob.store.friends[alice.id]?.name == "alice")
    #expect(alice.keyLog == bob.keyLog && alice.keyLog.count == 1)
    let chats = sent(.chatRequest, on: couple.lan)
    #expect(chats.count == 2)
    try withLegacyView(chats[1]) { #expect($0[LegacyChatRequest.requestorID] == bob.id && $0[LegacyChatRequest.userID] == alice.id) }
  }

  @Test("With the policy to ask, the user is asked once, however often the request is repeated, and decides")
  func asks() throws {
    let couple = try Couple(acceptance: .ask, areFriends: false)
    couple.add()
    couple.lan.run(.seconds(20))
    let questions = couple.bob.events.filter { if case .request = $0 { true } else { false } }
    #expect(questions == [.request(id: couple.alice.id, name: "alice", address: couple.alice.address)])
    #expect(couple.bob.store.friends.isEmpty && couple.alice.store.friends.isEmpty)
    couple.lan.command(couple.bob, .accept(couple.alice.id))
    couple.lan.run(.seconds(1))
    #expect(couple.bob.store.friends[couple.alice.id] != nil && couple.alice.store.friends[couple.bob.id] != nil)
  }

  @Test("Who is denied hears nothing, and gives up")
  func denies() throws {
    let couple = try Couple(acceptance: .ask, areFriends: false)
    couple.add()
    couple.lan.run(.seconds(1))
    couple.lan.command(couple.bob, .deny(couple.alice.id))
    couple.lan.run(.seconds(600))
    #expect(couple.alice.events.contains(.addFailed(id: couple.bob.id, reason: "no answer")))
    #expect(couple.bob.events.filter { if case .request = $0 { true } else { false } }.count == 1)
    #expect(sent(.chatRequest, on: couple.lan).count == LegacyTiming.requestRepetitions.count && couple.alice.peer.requests.isEmpty)
  }

  @Test("Adding survives a bad network, and ends: no two peers answer each other for ever", arguments: [UInt64](1...12))
  func survivesWeather(_ seed: UInt64) throws {
    let couple = try Couple(seed: seed, areFriends: false)
    couple.lan.weather = Lan.Weather(loss: 200, resets: 150, duplicates: 400, delay: .milliseconds(1500))
    couple.add()
    if seed % 2 == 0 { couple.lan.command(couple.bob, .add(couple.alice.id, address: couple.alice.address)) }
    couple.lan.run(.seconds(200))
    #expect(couple.alice.store.friends[couple.bob.id] != nil && couple.bob.store.friends[couple.alice.id] != nil)
    let packets = couple.lan.packets.count
    couple.lan.run(.seconds(3600))
    #expect(couple.lan.packets.count == packets)
  }

  @Test("A requestor with a group of its own is answered in that group; both sides still know it after a restart")
  func takesRequestorsGroup() throws {
    let lan = Lan()
    var carol = try LanHost("carol", 3, key: LegacyKeys.foreign.get())
    var bob = try LanHost("bob", 9, key: LegacyKeys.key(1))
    lan.add(carol)
    lan.add(bob)
    lan.command(carol, .add(bob.id, address: bob.address))
    lan.run(.seconds(1))
    #expect(bob.store.friends[carol.id]?.legacyKey != nil && carol.store.friends[bob.id]?.publicKey != LegacyKeys.field(1))
    for host in [carol, bob] { lan.remove(host) }
    (carol, bob) = (try carol.restarted(), try bob.restarted())
    for host in [carol, bob] { lan.add(host) }
    lan.command(carol, .send(to: bob.id, text: "to bob"))
    lan.command(bob, .send(to: carol.id, text: "to carol"))
    lan.run(.seconds(1))
    #expect(bob.texts == ["to bob"] && carol.texts == ["to carol"])
  }

  @Test("Two that ask each other at once, each in its own group, agree on one")
  func settlesOnOneGroup() throws {
    let lan = Lan()
    let carol = try LanHost("carol", 3, key: LegacyKeys.foreign.get())
    let bob = try LanHost("bob", 9, key: LegacyKeys.key(1))
    for host in [carol, bob] { lan.add(host) }
    lan.command(carol, .add(bob.id, address: bob.address))
    lan.command(bob, .add(carol.id, address: carol.address))
    lan.run(.seconds(60))
    lan.command(carol, .send(to: bob.id, text: "hi"))
    lan.run(.seconds(1))
    #expect(bob.texts == ["hi"] && carol.keyLog == bob.keyLog)
  }

  @Test("An answer with the IDs as they were asked is understood too")
  func understandsEchoedIDs() throws {
    let couple = try Couple(acceptance: .deny, areFriends: false)
    couple.add()
    couple.lan.run(.seconds(1))
    let answer = try chat(.valid, from: couple.alice.id, to: couple.bob.id, LegacyKeys.key(1).publicKey, "bob")
    couple.lan.inject([answer], from: .ipv4(0x0a00_0042, port: 1), to: couple.alice)
    #expect(couple.alice.store.friends.isEmpty, "from another address it is no answer")
    couple.lan.inject([answer], from: couple.bob.outgoing, to: couple.alice)
    #expect(couple.alice.store.friends[couple.bob.id]?.name == "bob")
  }

  @Test("What is wrong with a request is said in its status", arguments: [LegacyChatStatus.invalidRequestor, .invalidFriend, .invalidKey])
  func refuses(_ status: LegacyChatStatus) throws {
    let couple = try Couple(areFriends: false)
    let key = try LegacyKeys.key(0).publicKey
    let request =
      switch status {
      case .invalidRequestor: chat(.valid, from: .zero, to: couple.bob.id, key, "x")
      case .invalidFriend: chat(.valid, from: couple.alice.id, to: Identifier(high: 1, low: 1), key, "x")
      default: chat(.valid, from: couple.alice.id, to: couple.bob.id, Array(key.dropLast()), "x")
      }
    couple.lan.inject([request], from: couple.alice.outgoing, to: couple.bob)
    couple.lan.run(.seconds(1))
    let reply = try #require(sent(.chatRequest, on: couple.lan).last)
    try withLegacyView(reply) { #expect($0[LegacyChatRequest.status] == status.rawValue) }
    #expect(couple.bob.store.friends.isEmpty && couple.bob.errorsSent == [status.rawValue])
  }

  @Test("A refusal ends the request that it answers")
  func hearsRefusals() throws {
    let couple = try Couple(acceptance: .deny, areFriends: false)
    couple.add()
    couple.lan.run(.seconds(1))
    let refusal = try chat(.invalidKey, from: couple.alice.id, to: couple.bob.id, LegacyKeys.key(1).publicKey, "bob")
    couple.lan.inject([refusal], from: couple.bob.outgoing, to: couple.alice)
    #expect(couple.alice.events.contains(.addFailed(id: couple.bob.id, reason: "invalid key")) && couple.alice.peer.requests.isEmpty)
  }

  @Test("A friend that comes with another key is refused: it may be somebody else")
  func pinsKeys() throws {
    let couple = try Couple()
    let request = try chat(.valid, from: couple.alice.id, to: couple.bob.id, LegacyKeys.key(2).publicKey, "alice")
    couple.lan.inject([request], from: couple.alice.outgoing, to: couple.bob)
    #expect(couple.bob.errorsSent == [LegacyChatStatus.invalidKey.rawValue])
    #expect(couple.bob.store.friends[couple.alice.id]?.publicKey == LegacyKeys.field(0))
  }

  @Test("A name that no terminal should see, or an undefined status, is error 3", arguments: [0, 1, 2, 3])
  func refusesNames(_ index: Int) throws {
    let couple = try Couple(areFriends: false)
    let names: [[UInt8]] = [[0x1b, 0x5b], [0xff], Array("a\u{202e}b".utf8), Array("fine".utf8)]
    var request = try chat(.valid, from: couple.alice.id, to: couple.bob.id, LegacyKeys.key(0).publicKey, names[index])
    if index == 3 { request[LegacyChatRequest.status.offset] = 9 }
    couple.lan.inject([request], from: couple.alice.outgoing, to: couple.bob)
    couple.lan.run(.seconds(1))
    #expect(sent(.acknowledgement, on: couple.lan) == [LegacyPackets.acknowledgement(error: 3, datetime: 0, sender: couple.alice.id)])
    #expect(couple.bob.store.friends.isEmpty)
  }

  @Test("A removed friend is a stranger, and may be added again")
  func removes() throws {
    let couple = try Couple()
    couple.lan.command(couple.bob, .remove(couple.alice.id))
    couple.send("hi", from: couple.alice, to: couple.bob)
    couple.lan.run(.seconds(1))
    #expect(acknowledged(on: couple.lan) == [1] && couple.bob.texts.isEmpty && couple.bob.store.friends.isEmpty)
    couple.lan.command(couple.bob, .add(couple.alice.id, address: couple.alice.address))
    couple.lan.run(.seconds(1))
    couple.send("again", from: couple.alice, to: couple.bob)
    couple.lan.run(.seconds(1))
    #expect(couple.bob.texts == ["again"])
  }

  @Test("A peer with a new key goes on with its friends under the old ID, and is the new one for others")
  func changesIdentity() throws {
    let couple = try Couple()
    let before = couple.alice.id
    couple.lan.command(couple.alice, .regenerateKey)
    #expect(couple.alice.id != before && couple.alice.store.legacyIdentities.map(\.userID) == [couple.alice.id, before])
    couple.lan.command(couple.bob, .send(to: before, text: "to the old one"))
    couple.send("from the old one", from: couple.alice, to: couple.bob)
    couple.lan.run(.seconds(1))
    #expect(couple.alice.texts == ["to the old one"] && couple.bob.texts == ["from the old one"])
    couple.lan.command(couple.alice, .remove(couple.bob.id))
    couple.lan.command(couple.alice, .regenerateKey)
    #expect(couple.alice.store.legacyIdentities.map(\.userID) == [couple.alice.id])
  }

  private func chat(_ status: LegacyChatStatus, from requestor: Identifier, to user: Identifier, _ key: [UInt8], _ name: String) -> [UInt8] {
    LegacyPackets.chatRequest(status, datetime: 5, requestor: requestor, user: user, key: key, name: name)
  }

  private func chat(
    _ status: LegacyChatStatus, from requestor: Identifier, to user: Identifier, _ key: [UInt8], _ name: [UInt8]
  ) throws -> [UInt8] {
    var packet = try #require(PacketBuilder(.chatRequest, .legacy))
    packet.set(LegacyChatRequest.status, status.rawValue)
    packet.set(LegacyChatRequest.requestorID, requestor)
    packet.set(LegacyChatRequest.userID, user)
    packet.set(LegacyChatRequest.publicKey, key)
    packet.set(LegacyChatRequest.name, name)
    return packet.build()
  }
}
