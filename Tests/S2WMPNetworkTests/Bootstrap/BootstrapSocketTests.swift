import Foundation
import S2WMPFlow
import S2WMPWire
import Testing

private typealias Requests = BootstrapRequests

@Suite("6.2 Bootstrap server: real sockets") struct BootstrapSocketTests {
  private static let unframeable: [UInt8] = [1, 6, 0, 3] + [UInt8](repeating: 0, count: 24)
  private static func local(_ last: UInt32, port: UInt16 = 0) -> Endpoint { .ipv4(0x7f00_0000 + last, port: port) }

  @Test func overUDP() throws {
    let server = try BootstrapProcess(["--listen", "127.0.0.1:0", "--listen", "[::1]:0"])
    let (four, six) = (try #require(server.addresses.first), try #require(server.addresses.last))
    let alice = try LoopbackSocket(to: four)
    let bob = try LoopbackSocket(to: four, from: Self.local(9))
    let carol = try LoopbackSocket(to: six)
    #expect(try alice.ask(Requests.registration(Requests.id(1))) == Requests.registered(0))
    #expect(try bob.ask(Requests.registration(Requests.id(2))) == Requests.registered(0))
    #expect(try bob.ask(Requests.registration(Requests.id(1))) == Requests.registered(1), "127.0.0.9 is another source than 127.0.0.1")
    #expect(try carol.ask(Requests.registration(Requests.id(3))) == Requests.registered(0))
    let found = try #require(try alice.ask(Requests.lookup(Requests.id(1), Requests.id(2))))
    #expect(found[18] == 0 && Array(found[62..<68]) == [0xff, 0xff, 127, 0, 0, 9])
    let sixth = try #require(try alice.ask(Requests.lookup(Requests.id(1), Requests.id(3))))
    #expect(sixth[18] == 0 && Array(sixth[52..<68]) == [UInt8](repeating: 0, count: 15) + [1])
    #expect(server.stop() == 0)
    #expect(server.lines.count == 2)
  }

  /// On the any-address the answer leaves from the address that was asked, and a BSR tells the one on the route to the asker.
  @Test func onEveryAddress() throws {
    let server = try BootstrapProcess(["--listen", "0.0.0.0:0"])
    let port = try #require(server.addresses.first).port
    let asker = try LoopbackSocket(to: Self.local(5, port: port), from: Self.local(9))
    let answer = try #require(try asker.ask(Requests.broadcast(Requests.id(1))), "a connected socket takes answers from 127.0.0.5 only")
    #expect(answer[1] == 13 && answer[18] == 0)
    #expect(Array(answer[62..<70]) == [0xff, 0xff, 127, 0, 0, 1, UInt8(port >> 8), UInt8(port & 255)])
    #expect(answer[36..<52].contains { $0 != 0 }, "the server's own ID")
    #expect(server.stop() == 0)
  }

  @Test func legacyAnswersGoToTheirPort() throws {
    let server = try BootstrapProcess()
    let asker = try LoopbackSocket(to: server.addresses.first, from: Self.local(77))
    let listener = try LoopbackSocket(from: Self.local(77, port: 5002))
    let id = Requests.id(4)
    try asker.send([1, 2] + id + Requests.id(0))
    #expect(listener.receive() == [1, 9, 0] + id)
    try asker.send([1, 4] + [UInt8](repeating: 0, count: 8) + Requests.id(0xee) + id + id)
    let answer = try #require(listener.receive())
    #expect(answer.count == 63 && answer[10] == 0 && Array(answer.suffix(4)) == [127, 0, 0, 77])
    #expect(server.stop() == 0)
  }

  @Test func overTCPWholeSplitAndPipelined() throws {
    let server = try BootstrapProcess(["--listen", "127.0.0.1:0", "--rate", "100000", "--burst", "100000"])
    let requests = Requests.registration(Requests.id(1)) + Requests.lookup(Requests.id(1), Requests.id(1))
    let connection = try LoopbackSocket(LoopbackSocket.stream, to: server.addresses.first)
    var nodelay: Int32 = 1
    setsockopt(connection.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &nodelay, socklen_t(MemoryLayout<Int32>.size))
    try connection.send(requests)
    let whole = connection.receive(count: 81)
    #expect(Array(whole.prefix(11)) == Requests.registered(0))
    #expect(Array(whole[63..<81]) == [UInt8](repeating: 0, count: 10) + [0xff, 0xff, 127, 0, 0, 1, 0x13, 0x88], "port 5000")
    for cut in 1..<requests.count {
      try connection.send(requests.prefix(cut))
      usleep(500)
      try connection.send(requests.dropFirst(cut))
      #expect(connection.receive(count: 81).prefix(11) == whole.prefix(11), "cut at \(cut)")
    }
    let pipelined = [[UInt8]](repeating: requests, count: 50).flatMap { $0 }
    try connection.send(pipelined)
    #expect(connection.receive(count: 50 * 81).count == 50 * 81)
    connection.halfClose()
    #expect(connection.receiveAll() == [])
    #expect(server.stop() == 0)
  }

  /// The ACK arrives although more was sent that the server never looked at.
  @Test func anUnframeableStreamGetsItsAnswerBeforeTheClose() throws {
    let server = try BootstrapProcess()
    let connection = try LoopbackSocket(LoopbackSocket.stream, to: server.addresses.first)
    try connection.send(Requests.registration(Requests.id(1)) + [0xff] + [UInt8](repeating: 0, count: 60_000))
    #expect(connection.receiveAll() == Requests.registered(0) + Self.unframeable)
    let half = try LoopbackSocket(LoopbackSocket.stream, to: server.addresses.first)
    try half.send(Requests.registration(Requests.id(1)).prefix(9))
    half.halfClose()
    #expect(half.receiveAll() == Self.unframeable)
    #expect(server.stop() == 0)
  }

  @Test func aFloodIsBannedWhileOthersAreServed() throws {
    let server = try BootstrapProcess(["--listen", "127.0.0.1:0", "--rate", "1", "--burst", "5", "--ban", "30"])
    let flood = try LoopbackSocket(to: server.addresses.first, from: Self.local(66))
    let statuses = try (0..<8).map { _ in
      try flood.send(Requests.registration(Requests.id(1)))
      return flood.receive(waiting: 0.2)
    }
    #expect(statuses == [UInt8](repeating: 0, count: 5).map(Requests.registered) + [Requests.registered(2), nil, nil])
    let other = try LoopbackSocket(to: server.addresses.first)
    #expect(try other.ask(Requests.registration(Requests.id(2))) == Requests.registered(0))
    server.signal(SIGUSR1)
    for _ in 0..<500 where server.reports.isEmpty { usleep(10_000) }
    let report = try #require(server.reports.first)
    #expect(report["event"] as? String == "counters" && report["bans"] as? Int == 1 && report["banned_sources"] as? Int == 1)
    #expect(report["live_registrations"] as? Int == 2)
    #expect((report["requests"] as? [String: Int])?["REG"] == 9)
    #expect((report["dropped"] as? [String: Int])?["banned"] == 2)
    #expect((report["answers"] as? [String: [String: Int]])?["RREG"] == ["0": 6, "1": 0, "2": 1, "3": 0])
    #expect(server.stop() == 0)
    #expect(server.reports.count == 2, "once more at the end")
  }

  @Test func registrationsExpire() throws {
    let server = try BootstrapProcess(["--listen", "127.0.0.1:0", "--ttl", "1"])
    let alice = try LoopbackSocket(to: server.addresses.first)
    #expect(try alice.ask(Requests.registration(Requests.id(1))) == Requests.registered(0))
    usleep(1_100_000)
    #expect(try alice.ask(Requests.lookup(Requests.id(1), Requests.id(1)))?[18] == 2)
    #expect(server.stop() == 0)
  }

  @Test func hostileBytesOverBothTransports() throws {
    let server = try BootstrapProcess(["--listen", "127.0.0.1:0", "--rate", "100000", "--burst", "100000"])
    let datagrams = try LoopbackSocket(to: server.addresses.first)
    var random = SystemRandomNumberGenerator()
    for round in 0..<500 {
      let count = round % 100 == 0 ? 60_000 : Int.random(in: 0...200, using: &random)
      // V is never 1, so nothing of it deserves an answer.
      try datagrams.send([UInt8(round % 200) &+ 2] + (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
    for _ in 0..<50 {
      let connection = try LoopbackSocket(LoopbackSocket.stream, to: server.addresses.first)
      try connection.send((0..<300).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
    #expect(try datagrams.ask(Requests.registration(Requests.id(1))) == Requests.registered(0), "the first answer is to the first valid request")
    #expect(server.stop() == 0)
  }

  @Test func manyConnectionsOfOneSource() throws {
    let server = try BootstrapProcess()
    let connections = try (0..<260).map { _ in try LoopbackSocket(LoopbackSocket.stream, to: server.addresses.first) }
    #expect(connections[258].receiveAll() == [], "the 257th and later are closed at once")
    try connections[0].send(Requests.registration(Requests.id(1)))
    #expect(connections[0].receive(count: 11) == Requests.registered(0))
    #expect(server.stop() == 0)
  }
}
