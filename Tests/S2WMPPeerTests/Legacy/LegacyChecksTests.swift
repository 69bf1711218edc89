import S2WMPCrypto
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPPeer

@Suite("Appendix L: what a legacy peer refuses (6.1, as far as its packets allow)") struct LegacyChecksTests {
  /// One message from alice to bob with one thing wrong.
  struct Defect: CustomTestStringConvertible {
    let testDescription: String
    let error: UInt8
    let change: @Sendable (inout [UInt8]) -> Void
  }

  static let defects: [Defect] = [
    Defect(testDescription: "nothing", error: 0) { _ in },
    Defect(testDescription: "status 0", error: 3) { $0[LegacyMessaging.status.offset] = 0 },
    Defect(testDescription: "status 5", error: 3) { $0[LegacyMessaging.status.offset] = 5 },
    Defect(testDescription: "an unknown sender", error: 1) { $0[LegacyMessaging.senderID.offset] ^= 1 },
    Defect(testDescription: "another receiver", error: 1) { $0[LegacyMessaging.receiverID.offset] ^= 1 },
    Defect(testDescription: "another client", error: 1) { $0[LegacyMessaging.clientID.offset + 15] ^= 1 },
    Defect(testDescription: "a wrong hash", error: 2) { $0[LegacyMessaging.hash.offset] ^= 1 },
    Defect(testDescription: "wrong padding", error: 4) { $0[$0.count - 1] ^= 1 },
    Defect(testDescription: "half a block", error: 4) {
      $0.removeLast(8)
      $0[LegacyMessaging.length.offset + 1] -= 8
    },
    Defect(testDescription: "no body", error: 3) {
      $0.removeLast($0.count - LegacyMessaging.headerLength)
      $0[LegacyMessaging.length.offset + 1] = 0
    },
    Defect(testDescription: "status and sender", error: 3) {
      $0[LegacyMessaging.status.offset] = 9
      $0[LegacyMessaging.senderID.offset] ^= 1
    },
    Defect(testDescription: "client and hash", error: 1) {
      $0[LegacyMessaging.clientID.offset] ^= 1
      $0[LegacyMessaging.hash.offset] ^= 1
    },
  ]

  @Test("The first check that fails decides the error", arguments: defects)
  func checksInOrder(_ defect: Defect) throws {
    let couple = try Couple()
    var packet = try message("hi", couple)
    defect.change(&packet)
    couple.lan.inject([packet], from: couple.alice.outgoing, to: couple.bob)
    couple.lan.run(.seconds(1))
    let reply = try #require(sent(.acknowledgement, on: couple.lan).last)
    try withLegacyView(reply) { view in
      #expect(view[Acknowledgement.error] == defect.error && view[Acknowledgement.ack] == (defect.error == 0 ? 1 : 0))
      let echoed = packet.withUnsafeBytes { LegacyMessaging.senderID.load($0.baseAddress!) }
      #expect(view[Acknowledgement.userID] == echoed && view[Acknowledgement.datetime] == 77)
    }
    #expect(couple.bob.texts == (defect.error == 0 ? ["hi"] : []))
    #expect(couple.bob.errorsSent == (defect.error == 0 ? [] : [defect.error]))
  }

  @Test("A text that is not UTF-8 is error 3")
  func wantsUTF8() throws {
    let couple = try Couple()
    couple.lan.inject([try message([0xff, 0xfe], couple)], from: couple.alice.outgoing, to: couple.bob)
    couple.lan.run(.seconds(1))
    #expect(acknowledged(on: couple.lan) == [3] && couple.bob.texts.isEmpty)
  }

  @Test("The same message again, at once or after newer ones, is acknowledged and not shown")
  func knowsDuplicates() throws {
    let couple = try Couple()
    let first = try message("one", couple, datetime: 70)
    for packet in [first, first, try message("two", couple, datetime: 80), first, try message("late", couple, datetime: 75)] {
      couple.lan.inject([packet], from: couple.alice.outgoing, to: couple.bob)
    }
    couple.lan.run(.seconds(1))
    #expect(acknowledged(on: couple.lan) == [0, 0, 0, 0, 0] && couple.bob.texts == ["one", "two", "late"])
  }

  @Test("A packet may come in pieces cut anywhere, and several in one")
  func framesAnySplit() throws {
    let couple = try Couple()
    var datetime: UInt64 = 100
    for split in 1..<LegacyMessaging.headerLength + 16 {
      let packet = try message("hi", couple, datetime: datetime)
      couple.lan.inject([Array(packet[..<split]), Array(packet[split...])], from: couple.alice.outgoing, to: couple.bob)
      datetime += 1
    }
    let several = try (0..<3).flatMap { try message("hi", couple, datetime: datetime + $0) }
    couple.lan.inject(several.map { [$0] }, from: couple.alice.outgoing, to: couple.bob)
    couple.lan.inject([try message("a", couple, datetime: 990) + message("b", couple, datetime: 991)], from: couple.alice.outgoing, to: couple.bob)
    couple.lan.run(.seconds(1))
    #expect(couple.bob.texts.count == LegacyMessaging.headerLength + 15 + 3 + 2 && couple.bob.texts.suffix(2) == ["a", "b"])
  }

  @Test(
    "What cannot be framed is answered with error 3 and zeros, and the connection ends",
    arguments: [[2], [1, 10], [1, 0], [1, 1, 1, 0x80, 0], [1, 8, 1] + [UInt8](repeating: 0, count: 44)] as [[UInt8]])
  func refusesTheUnframeable(_ bytes: [UInt8]) throws {
    let couple = try Couple()
    couple.lan.inject([bytes], from: couple.alice.outgoing, to: couple.bob, thenEnd: false)
    couple.lan.run(.milliseconds(500))
    #expect(sent(.acknowledgement, on: couple.lan) == [LegacyPackets.acknowledgement(error: 3, datetime: 0, sender: .zero)])
    #expect(couple.bob.peer.incoming.isEmpty && couple.bob.peer.unfinishedBytes == 0)
  }

  @Test("A packet that ends early or stalls is error 3; idling between packets is not")
  func refusesStalls() throws {
    let couple = try Couple()
    let packet = try message("hi", couple)
    couple.lan.inject([Array(packet.dropLast())], from: couple.alice.outgoing, to: couple.bob)
    couple.lan.inject([Array(packet.dropLast())], from: couple.alice.outgoing, to: couple.bob, thenEnd: false)
    couple.lan.inject([packet], from: couple.alice.outgoing, to: couple.bob, thenEnd: false)
    couple.lan.run(.seconds(4))
    #expect(acknowledged(on: couple.lan).filter { $0 == 3 }.count == 1)
    couple.lan.run(.seconds(600))
    #expect(acknowledged(on: couple.lan).sorted() == [0, 3, 3] && couple.bob.peer.incoming.count == 1)
  }

  @Test("An ACK counts only from the friend's address, for the message on its way, and when it does not contradict itself")
  func refusesForeignAcknowledgements() throws {
    let couple = try Couple()
    couple.lan.remove(couple.bob)
    couple.send("hi", from: couple.alice, to: couple.bob)
    couple.lan.run(.seconds(1))
    let datetime = try #require(couple.alice.store.outgoing.first?.datetime)
    let right = LegacyPackets.acknowledgement(error: 0, datetime: datetime, sender: couple.alice.id)
    var contradiction = right
    contradiction[Acknowledgement.error.offset] = 2
    let others = [
      LegacyPackets.acknowledgement(error: 0, datetime: datetime + 1, sender: couple.alice.id),
      LegacyPackets.acknowledgement(error: 0, datetime: datetime, sender: couple.bob.id), contradiction,
    ]
    for packet in others { couple.lan.inject([packet], from: couple.bob.outgoing, to: couple.alice) }
    couple.lan.inject([right], from: .ipv4(0x0a00_0042, port: 5), to: couple.alice)
    #expect(couple.alice.store.outgoing.count == 1)
    couple.lan.inject([right], from: couple.bob.outgoing, to: couple.alice)
    #expect(couple.alice.store.outgoing.isEmpty && couple.alice.store.settled == ["hi": 0])
  }

  @Test("Connections, unfinished bytes and answers to one host are limited")
  func hasLimits() throws {
    let lan = Lan()
    let host = try LanHost("carol", 3, key: LegacyKeys.key(2)) {
      $0.limits.connections = 20
      $0.limits.unfinishedBytes = 100
    }
    lan.add(host)
    for number in 0..<30 { lan.inject([[1]], from: .ipv4(0x0a00_0100 + UInt32(number), port: 9), to: host, thenEnd: false) }
    #expect(host.peer.incoming.count == 20)
    lan.inject([], from: .ipv4(0x0a00_0099, port: 9), to: host)
    lan.run(.seconds(10))
    #expect(host.peer.incoming.isEmpty)
    lan.inject([[1, 1, 1, 0x10, 0], [UInt8](repeating: 0, count: 200)], from: .ipv4(0x0a00_0099, port: 9), to: host, thenEnd: false)
    #expect(host.peer.incoming.isEmpty && host.peer.unfinishedBytes == 0)
  }

  private func message(_ text: String, _ couple: Couple, datetime: UInt64 = 77) throws -> [UInt8] {
    try message(Array(text.utf8), couple, datetime: datetime)
  }

  private func message(_ text: [UInt8], _ couple: Couple, datetime: UInt64 = 77) throws -> [UInt8] {
    let secret = try LegacyKeys.key(0).sharedSecret(with: LegacyKeys.key(1).publicKey)
    let body = LegacyCipher(secret: secret).encrypt(text)
    var packet = try #require(PacketBuilder(.message, .legacy))
    packet.set(LegacyMessaging.status, 1)
    packet.set(LegacyMessaging.datetime, datetime)
    packet.set(LegacyMessaging.senderID, couple.alice.id)
    packet.set(LegacyMessaging.receiverID, couple.bob.id)
    packet.set(LegacyMessaging.clientID, LegacyCipher.clientID)
    packet.set(LegacyMessaging.hash, LegacyCipher.hash(body))
    packet.set(LegacyMessaging.body, body)
    return packet.build()
  }
}
