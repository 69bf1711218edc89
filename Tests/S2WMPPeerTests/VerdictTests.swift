import S2WMPCrypto
import S2WMPWire
import Testing

@testable import S2WMPPeer

/// One packet on a fresh connection, and what it is owed.
struct VerdictCase: CustomTestStringConvertible {
  let testDescription: String
  /// The packets are independent of each other; they go in one stream.
  let packets: @Sendable () throws -> [[UInt8]]
  let owed: [String]
  var closes = false

  init(_ name: String, closes: Bool = false, owed: [String], _ packets: @escaping @Sendable () throws -> [[UInt8]]) {
    testDescription = name
    self.packets = packets
    self.owed = owed
    self.closes = closes
  }

  static let bob = Keys.bob.userID
  static let at = Bench.start

  static let all: [VerdictCase] = [
    VerdictCase("1 version 2", closes: true, owed: ["ACK(0,3) 0 \(Identifier.zero)"]) { [[2, 1, 0, 0]] },
    VerdictCase("1 type 7", closes: true, owed: ["ACK(0,3) 0 \(Identifier.zero)"]) { [[1, 7]] },
    VerdictCase("1 type 16", closes: true, owed: ["ACK(0,3) 0 \(Identifier.zero)"]) { [[1, 16]] },
    VerdictCase("1 key_length 0", closes: true, owed: ["ACK(0,3) 0 \(Identifier.zero)"]) {
      [[1, 8] + [UInt8](repeating: 0, count: 36)]
    },
    VerdictCase("1 key_length 8193", closes: true, owed: ["ACK(0,3) 0 \(Identifier.zero)"]) {
      [[1, 11] + [UInt8](repeating: 0, count: 64) + [0, 0, 0x20, 1]]
    },
    VerdictCase("1 name_length 256", closes: true, owed: ["ACK(0,3) 0 \(Identifier.zero)"]) {
      [Array(try Build.request(name: [UInt8](repeating: 65, count: 256)).prefix(42 + 44))]
    },
    VerdictCase("1 key in a denied CRR", closes: true, owed: ["ACK(0,3) 0 \(Identifier.zero)"]) {
      [[1, 10, 1] + [UInt8](repeating: 0, count: 32) + [0, 0, 0, 1]]
    },
    VerdictCase("1 good packets before a bad byte are answered", closes: true, owed: ["ACK(1,0) \(at) \(bob)", "ACK(0,3) 0 \(Identifier.zero)"]) {
      [try Build.message("hi"), [9]]
    },

    VerdictCase("2 status 4", owed: ["ACK(0,3) \(at) \(bob)"]) { [try Build.message(Array("x".utf8), status: 4)] },
    VerdictCase("2 M of length 0", owed: ["ACK(0,3) \(at) \(bob)"]) { [try Build.status().changed(at: 1, by: 2)] },
    VerdictCase("2 SC of length 1", owed: ["ACK(0,3) \(at) \(bob)"]) { [try Build.status().changed(at: 4) + [0]] },
    VerdictCase("2 a bad status of a stranger", owed: ["ACK(0,3) \(at) \(Keys.carol.userID)"]) {
      [try Build.message(Array("x".utf8), from: Keys.carol, status: 9)]
    },
    VerdictCase("2 IC with a key that is none", owed: ["ACK(0,3) \(at) \(bob)"]) { [try Build.idChange(key: [1, 2, 3])] },
    VerdictCase("2 IC with the zero X25519 key", owed: ["ACK(0,3) \(at) \(bob)"]) { [try Build.idChange(key: Self.zeroKey)] },

    VerdictCase("3 somebody else's M", owed: ["ACK(0,1) \(at) \(bob)"]) { [try Build.message("x", to: Keys.carol)] },
    VerdictCase("3 no friend", owed: ["ACK(0,1) \(at) \(Keys.carol.userID)"]) { [try Build.message("x", from: Keys.carol)] },
    VerdictCase("3 client ID not on the list", owed: ["ACK(0,1) \(at) \(bob)"]) {
      [try Build.message(Array("x".utf8), client: ClientID.of(program: "other"))]
    },
    VerdictCase("3 client ID changed", owed: ["ACK(0,1) \(at) \(bob)"]) { [try Build.message("x").changed(at: 50)] },
    VerdictCase("3 datetime changed under the client ID", owed: ["ACK(0,1) \(at ^ 1) \(bob)"]) { [try Build.message("x").changed(at: 12)] },
    VerdictCase("3 undefined changed under the client ID", owed: ["ACK(0,1) \(at) \(bob)"]) { [try Build.message("x").changed(at: 14)] },
    VerdictCase("3 IC of a stranger", owed: ["ACK(0,1) \(at) \(Keys.carol.userID)"]) {
      [try Build.idChange(from: Keys.carol, to: Keys.spare[0])]
    },
    VerdictCase("3 IC whose new_id is not the key's", owed: ["ACK(0,1) \(at) \(bob)"]) { [try Build.idChange(newID: Keys.spare[0].userID)] },
    VerdictCase("3 IC to an ID of ours", owed: ["ACK(0,1) \(at) \(bob)"]) { [try Build.idChange(to: Keys.alice)] },
    VerdictCase("3 IC of our own ID", owed: ["ACK(0,1) \(at) \(Keys.alice.userID)"]) { [try Build.idChange(from: Keys.alice, at: Keys.bob)] },
    VerdictCase("3 IC with a wrong client ID", owed: ["ACK(0,1) \(at) \(bob)"]) {
      [try Build.idChange(client: ClientID.of(program: "other"))]
    },

    VerdictCase("4 body too short", owed: ["ACK(0,4) \(at) \(bob)"]) { [try Self.withBody([1, 2, 3])] },
    VerdictCase("4 body changed", owed: ["ACK(0,4) \(at) \(bob)"]) { [try Build.message("x").changed(at: 100)] },
    VerdictCase("4 body and hash changed: decryption comes first", owed: ["ACK(0,4) \(at) \(bob)"]) {
      [try Build.message("x").changed(at: 100).changed(at: 70)]
    },
    VerdictCase("5 hash changed", owed: ["ACK(0,2) \(at) \(bob)"]) { [try Build.message("x").changed(at: 79)] },
    VerdictCase("5 hash of an SC changed", owed: ["ACK(0,2) \(at) \(bob)"]) { [try Build.status().changed(at: 64, by: 128)] },
    VerdictCase("5 hash wrong and text not UTF-8: the hash comes first", owed: ["ACK(0,2) \(at) \(bob)"]) {
      [try Build.message([0xff]).changed(at: 79)]
    },
    VerdictCase("6 not UTF-8", owed: ["ACK(0,3) \(at) \(bob)"]) { [try Build.message([0x61, 0xc3])] },

    VerdictCase("– empty text", owed: ["ACK(1,0) \(at) \(bob)"]) { [try Build.message("")] },
    VerdictCase("– SC", owed: ["ACK(1,0) \(at) \(bob)"]) { [try Build.status(2)] },
    VerdictCase("– the longest M", owed: ["ACK(1,0) \(at) \(bob)"]) { [try Build.message([UInt8](repeating: 97, count: 65_535 - 28))] },
    VerdictCase("– IC", owed: ["ACK(1,0) \(at) \(bob)"]) { [try Build.idChange()] },
    VerdictCase("– an IC again", owed: ["ACK(1,0) \(at) \(bob)", "ACK(1,0) \(at) \(bob)"]) { [try Build.idChange(), try Build.idChange()] },
    VerdictCase("– an applied IC with a wrong client ID", owed: ["ACK(1,0) \(at) \(bob)", "ACK(0,1) \(at) \(bob)"]) {
      [try Build.idChange(), try Build.idChange(client: ClientID.of(program: "other"))]
    },
    VerdictCase("– after an IC the old ID is nobody", owed: ["ACK(1,0) \(at) \(bob)", "ACK(0,1) \(at) \(bob)"]) {
      [try Build.idChange(), try Build.message("x")]
    },
    VerdictCase("– after an IC the new ID is the friend", owed: ["ACK(1,0) \(at) \(bob)", "ACK(1,0) \(at) \(Keys.carol.userID)"]) {
      [try Build.idChange(), try Build.message("x", from: Keys.carol)]
    },

    VerdictCase("CR name with a control", owed: ["ACK(0,3) 0 \(Keys.carol.userID)"]) { [try Build.request(name: [65, 10])] },
    VerdictCase("CR name beyond ASCII, for somebody else", owed: ["ACK(0,3) 0 \(Keys.carol.userID)"]) {
      [try Build.request(to: bob, name: [0xe9])]
    },
    VerdictCase("CR for somebody else", owed: ["CRR(3)"]) { [try Build.request(to: bob)] },
    VerdictCase("CR for somebody else, with a wrong ID", owed: ["CRR(3)"]) { [try Build.request(to: bob, requestor: .zero)] },
    VerdictCase("CR whose ID is not the key's", owed: ["CRR(2)"]) { [try Build.request(requestor: bob)] },
    VerdictCase("CR with our own key", owed: ["CRR(2)"]) { [try Build.request(from: Keys.alice)] },
    VerdictCase("CR with the zero X25519 key", owed: ["CRR(4)"]) {
      [try Build.request(requestor: Self.zeroID, key: Self.zeroKey)]
    },
    VerdictCase("CR with a key that is none", owed: ["CRR(4)"]) {
      [try Build.request(requestor: ([1, 2, 3] as [UInt8]).withUnsafeBytes { Digest.identifier(sha256: $0) }, key: [1, 2, 3])]
    },
    VerdictCase("CR", owed: ["CRR(0)"]) { [try Build.request()] },
    VerdictCase("CR again, then M", owed: ["CRR(0)", "CRR(0)", "ACK(1,0) \(at) \(Keys.carol.userID)"]) {
      [try Build.request(), try Build.request(), try Build.message("x", from: Keys.carol)]
    },

    VerdictCase("what is not for a peer's TCP port is ignored", owed: ["ACK(1,0) \(at) \(bob)"]) {
      let others: [PacketType] = [
        .registration, .lookup, .broadcastServer, .broadcastPeer, .lookupResponse, .registrationResponse, .broadcastServerResponse,
        .broadcastPeerResponse, .acknowledgement,
      ]
      let ignored = try others.map { try #require(PacketBuilder($0, .v1)).build() }
      let response = try Build.response(1, requestor: Keys.alice.userID, user: Keys.bob.userID)
      return ignored + [response, response.changed(at: 2, by: 8), try Build.message("after")]
    },
    VerdictCase(
      "pipelined, answered in order",
      owed: ["ACK(1,0) \(at) \(bob)", "ACK(0,2) \(at + 1) \(bob)", "ACK(1,0) \(at + 2) \(bob)", "CRR(3)", "ACK(1,0) \(at + 3) \(bob)"]
    ) {
      [
        try Build.message("1"), try Build.message("2", datetime: at + 1).changed(at: 70), try Build.status(1, datetime: at + 2),
        try Build.request(to: bob), try Build.message("3", datetime: at + 3),
      ]
    },
  ]

  /// X25519 with the point that makes every shared secret zero.
  static let zeroKey: [UInt8] = Array(Keys.carol.publicKey.prefix(12)) + [UInt8](repeating: 0, count: 32)
  static let zeroID = zeroKey.withUnsafeBytes { Digest.identifier(sha256: $0) }

  /// An M with a right client ID over a body of our choice.
  static func withBody(_ body: [UInt8]) throws -> [UInt8] {
    var packet = Array(try Build.status().prefix(80)) + body
    packet[1] = 1
    packet[4] = UInt8(body.count)
    let field = try packet.withUnsafeBytes { bytes in
      try Keys.bob.pair(with: Keys.alice).encryptClientID(ClientID.own, bound: UnsafeRawBufferPointer(rebasing: bytes[..<48]))
    }
    packet.replaceSubrange(48..<64, with: field.bytes)
    return packet
  }
}

@Suite("6.1 Peer: the error in the ACK")
struct VerdictTests {
  private static func bench() -> Bench { Bench { $0.acceptance = .auto } }

  @Test("Whole", arguments: VerdictCase.all)
  func whole(_ verdict: VerdictCase) throws {
    let bench = Self.bench()
    let connection = bench.connect()
    bench.feed(try verdict.packets().flatMap { $0 }, on: connection)
    check(verdict, bench.take(), connection)
  }

  @Test("Byte by byte", arguments: VerdictCase.all)
  func trickled(_ verdict: VerdictCase) throws {
    let bench = Self.bench()
    let connection = bench.connect()
    bench.trickle(try verdict.packets().flatMap { $0 }, on: connection)
    check(verdict, bench.take(), connection)
  }

  @Test("Cut in two at every byte", arguments: VerdictCase.all)
  func cut(_ verdict: VerdictCase) throws {
    let bytes = try verdict.packets().flatMap { $0 }
    for at in 1..<max(2, min(bytes.count, 300)) {
      let bench = Self.bench()
      let connection = bench.connect()
      bench.feed(Array(bytes[..<at]), on: connection)
      bench.feed(Array(bytes[at...]), on: connection)
      check(verdict, bench.take(), connection, "cut at \(at)")
    }
  }

  @Test("A half-close behind the packets: the same answers, then closed", arguments: VerdictCase.all)
  func halfClosed(_ verdict: VerdictCase) throws {
    let bench = Self.bench()
    let connection = bench.connect()
    bench.feed(try verdict.packets().flatMap { $0 }, on: connection)
    bench.end(connection)
    let effects = bench.take()
    #expect(effects.packets(on: connection).map(\.said) == verdict.owed)
    #expect(effects.closes(connection))
  }

  private func check(_ verdict: VerdictCase, _ effects: PeerEffects, _ connection: ConnectionID, _ comment: Comment? = nil) {
    #expect(effects.packets(on: connection).map(\.said) == verdict.owed, comment)
    #expect(effects.closes(connection) == verdict.closes, comment)
  }
}
