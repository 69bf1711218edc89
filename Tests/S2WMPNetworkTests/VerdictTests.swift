import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire
import Testing

@testable import S2WMPNetwork

/// The whole table through real sockets: each packet whole, cut at every byte, and all of them at once.
@Suite("Section 6.1, over TCP") struct VerdictTests {
  struct Case {
    var name: String
    var packet: [UInt8]
    var answer: [UInt8]
  }

  /// A running peer with its real core, and a friend of it.
  private struct Scene {
    let service: PeerService
    let running: Task<Void, any Error>
    let port: UInt16
    let friend: Friend
    let probe: PlainSocket

    init() async throws {
      var settings = RunningPeer.settings()
      settings.configuration.acceptance = .auto
      let (stream, continuation) = AsyncStream<PeerNotice>.makeStream()
      let service = try PeerService(settings: settings, logger: RunningPeer.logger) { continuation.yield($0) }
      self.service = service
      running = Task { try await service.run() }
      var found: UInt16?
      for await notice in stream {
        if case .listening(let addresses, _, _, _) = notice { found = addresses.first?.port }
        if found != nil { break }
      }
      port = try #require(found)
      let identity = try Identity.generate(suite: .dh, group: .x25519)
      let socket = try PlainSocket.tcp(to: port)
      try socket.send(Friend.request(identity, to: service.userID))
      let head = socket.receive(exactly: 39)
      #expect(head.prefix(3) == [1, 10, 0])
      let key = socket.receive(exactly: Int(head[37]) << 8 | Int(head[38]))
      friend = try Friend(identity, of: PeerKey(field: key))
      probe = try PlainSocket.bound(udp: true)
    }

    /// Returns when the peer has read what was sent to it before.
    func settle() throws {
      try probe.send(Friend.lookup(.broadcastPeer, from: friend.id), to: port)
      guard case .bytes(let reply) = probe.receive(), reply.count == 70 else { throw Stalled() }
    }

    func end() async throws {
      service.perform(.quit)
      try await running.value
    }

    /// In each of them exactly one thing is wrong, and the connection stays open.
    func cases() throws -> [Case] {
      let (id, me) = (friend.id, friend.peer.userID)
      let stranger = Identifier(high: 4, low: 4)
      // An ID that is rightly made of a key that is none.
      let keyless = [UInt8]([9]).withUnsafeBytes { Digest.identifier(sha256: $0) }
      let good = try friend.message()
      func ack(_ error: UInt8, _ packet: [UInt8], _ name: String, datetime: UInt64 = 1000, user: Identifier? = nil) -> Case {
        Case(name: name, packet: packet, answer: acknowledgement(error, datetime, user ?? id))
      }
      let other = try Identity.generate(suite: .dh, group: .x25519)
      let change = friend.idChange(to: other.publicKey, newID: other.userID, timestamp: 1000)
      return [
        ack(0, good, "good"),
        ack(0, good, "repeated"),
        ack(3, try friend.message(status: 4), "status"),
        ack(3, Array(good[..<80]).changing(3, to: 0).changing(4, to: 0), "M of length 0"),
        ack(3, friend.status(0, datetime: 1000).changing(4, to: 2) + [1, 2], "SC with a body"),
        ack(1, try friend.message(pair: friend.pair(own: id, other: stranger)), "receiver"),
        ack(1, try friend.message(pair: friend.pair(own: stranger, other: me)), "stranger", user: stranger),
        ack(1, try friend.message(pair: friend.pair(own: me, other: me)), "from me", user: me),
        ack(1, try friend.message(client: ClientID.of(program: "other/1")), "client"),
        ack(1, good.flipping(50), "client bit"),
        ack(1, good.flipping(14), "undefined is bound"),
        ack(4, good.flipping(100), "body"),
        ack(4, friend.message(body: [1, 2]), "short body"),
        ack(2, good.flipping(64), "hash"),
        ack(3, try friend.message([0xff, 0xfe]), "no UTF-8"),
        ack(0, try friend.message([], datetime: 1001), "empty text", datetime: 1001),
        ack(0, friend.status(2, datetime: 1002), "SC", datetime: 1002),
        ack(2, friend.status(2, datetime: 1003).flipping(79), "SC hash", datetime: 1003),
        ack(3, friend.status(7, datetime: 1004), "SC status", datetime: 1004),
        ack(3, friend.idChange(to: [1, 2, 3], newID: other.userID, timestamp: 1000), "IC key"),
        ack(1, friend.idChange(to: other.publicKey, newID: stranger, timestamp: 1000), "IC ID"),
        ack(1, change.flipping(55), "IC client"),
        Case(name: "CR name", packet: try Friend.request(other, to: me, name: [7]), answer: acknowledgement(3, 0, other.userID)),
        Case(name: "CR user", packet: try Friend.request(other, to: stranger), answer: try response(3, other.userID, stranger)),
        Case(name: "CR ID", packet: try Friend.request(other, to: me, requestor: stranger), answer: try response(2, stranger, me)),
        Case(
          name: "CR key", packet: try Friend.request(other, to: me, key: [9], requestor: keyless),
          answer: try response(4, keyless, me)),
        // Not for this role: no answer, and the connection goes on.
        Case(name: "LP", packet: try Friend.lookup(.lookup, from: id).changing(19, to: 0), answer: []),
        Case(name: "BPM", packet: try Friend.lookup(.broadcastPeer, from: id), answer: []),
        Case(name: "unsolicited ACK", packet: acknowledgement(0, 1, id), answer: []),
      ]
    }

    private func response(_ status: UInt8, _ requestor: Identifier, _ user: Identifier) throws -> [UInt8] {
      [1, 10, status] + requestor.bytes + user.bytes + [UInt8](repeating: 0, count: 8)
    }
  }

  @Test func whole() async throws {
    let scene = try await Scene()
    let socket = try PlainSocket.tcp(to: scene.port)
    for one in try scene.cases() {
      try socket.send(one.packet)
      // A good message behind it shows that nothing else was answered, and that the connection lives.
      try socket.send(scene.friend.message())
      #expect(socket.receive(exactly: one.answer.count) == one.answer, "\(one.name)")
      #expect(socket.receive(exactly: 28) == acknowledgement(0, 1000, scene.friend.id), "after \(one.name)")
    }
    try await scene.end()
  }

  @Test func pipelined() async throws {
    let scene = try await Scene()
    let cases = try scene.cases()
    let socket = try PlainSocket.tcp(to: scene.port)
    try socket.send(cases.flatMap(\.packet))
    socket.endOutput()
    let (bytes, end) = socket.receiveAll()
    #expect(bytes == cases.flatMap(\.answer))
    #expect(end == .end)
    try await scene.end()
  }

  @Test func cutAtEveryByte() async throws {
    let scene = try await Scene()
    let socket = try PlainSocket.tcp(to: scene.port)
    for one in try scene.cases() {
      for cut in 1..<one.packet.count {
        try socket.send(Array(one.packet[..<cut]))
        try scene.settle()
        try socket.send(Array(one.packet[cut...]))
        guard !one.answer.isEmpty else { continue }
        let answer = socket.receive(exactly: one.answer.count)
        if answer != one.answer { Issue.record("\(one.name), cut at \(cut): \(Hex.string(answer))") }
      }
    }
    try await scene.end()
  }

  /// Unframeable streams: one ACK as soon as it shows, then FIN.
  @Test(
    arguments: [
      [2], [0], [1, 0], [1, 7], [1, 16],
      [1, 8] + [UInt8](repeating: 0, count: 36),
      [1, 8] + [UInt8](repeating: 0, count: 34) + [0x20, 0x01],
      [1, 8] + [UInt8](repeating: 0, count: 35) + [1, 9, 0, 0, 0, 0],
      [1, 10, 1] + [UInt8](repeating: 0, count: 35) + [1],
      [1, 11] + [UInt8](repeating: 0, count: 68),
    ] as [[UInt8]])
  func unframeable(stream: [UInt8]) async throws {
    let scene = try await Scene()
    let socket = try PlainSocket.tcp(to: scene.port)
    try socket.send(stream)
    let (bytes, end) = socket.receiveAll()
    #expect(bytes == acknowledgement(3, 0, .zero))
    #expect(end == .end)
    try await scene.end()
  }

  @Test func halfClosedInsideAPacket() async throws {
    let scene = try await Scene()
    let packet = try scene.friend.message()
    for cut in [1, 2, 79, 80, packet.count - 1] {
      let socket = try PlainSocket.tcp(to: scene.port)
      try socket.send(packet + packet[..<cut])
      socket.endOutput()
      let (bytes, end) = socket.receiveAll()
      #expect(bytes == acknowledgement(0, 1000, scene.friend.id) + acknowledgement(3, 0, .zero), "cut at \(cut)")
      #expect(end == .end)
    }
    try await scene.end()
  }
}
