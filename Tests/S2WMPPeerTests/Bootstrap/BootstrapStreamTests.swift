import S2WMPFlow
import S2WMPPeer
import S2WMPWire
import Testing

@Suite("4 Transport: bootstrap server over TCP") struct BootstrapStreamTests {
  let bench = BootstrapBench()
  static let unframeable: [UInt8] = [1, 6, 0, 3] + [UInt8](repeating: 0, count: 24)

  /// A connection, with everything it was told to send.
  final class Connection {
    let bench: BootstrapBench
    let stream: BootstrapStream
    var sent: [UInt8] = []
    var isClosed = false

    init(_ bench: BootstrapBench, from source: Endpoint = .host(7, port: 40000)) {
      self.bench = bench
      stream = BootstrapStream(from: source)
    }

    func receive(_ bytes: some Collection<UInt8>) { note(Array(bytes).withUnsafeBytes { stream.receive($0, bench.server, at: bench.now) }) }
    func end() { note(stream.receiveEnd(bench.server, at: bench.now)) }
    func wait(_ nanoseconds: UInt64) {
      bench.advance(nanoseconds)
      if let deadline = stream.deadline, deadline <= bench.now.monotonic { note(stream.receiveTimeout(bench.server, at: bench.now)) }
    }

    private func note(_ outcome: BootstrapStream.Outcome) {
      sent += outcome.bytes
      if outcome.closes { isClosed = true }
    }

    /// Short names and statuses of what was sent; ACK with its error.
    var said: [String] {
      var rest = sent[...]
      var names: [String] = []
      while !rest.isEmpty {
        let isLegacy = rest.count == 19 || rest.count == 63 || rest.count == 82
        let length = rest.dropFirst().first == 9 ? (isLegacy ? 19 : 11) : rest.dropFirst().first == 6 ? 28 : isLegacy ? 63 : 70
        guard rest.count >= length, let fields = Fields(Array(rest.prefix(length))) else { return names + ["?"] }
        names.append("\(fields.type.shortName ?? "?") \(fields.type == .acknowledgement ? rest[rest.startIndex + 3] : fields.status ?? 255)")
        rest = rest.dropFirst(length)
      }
      return names
    }
  }

  private static let conversation: [[UInt8]] = [
    Requests.registration(.alice), Requests.lookup(.alice, .alice), Requests.idChange(.alice, key: [7, 7, 7]),
    Requests.lookup(Requests.id(of: [7, 7, 7]), .bob), Requests.registration(.zero),
  ]
  private static let answers = ["RREG 0", "LPR 0", "RREG 0", "LPR 1", "RREG 3"]

  @Test func pipelined() {
    let connection = Connection(bench)
    connection.receive(Self.conversation.joined())
    #expect(connection.said == Self.answers)
    connection.end()
    #expect(connection.isClosed && connection.said == Self.answers)
  }

  @Test func splitInTwoAtEveryByte() {
    let bytes = Array(Self.conversation.joined())
    for cut in 1..<bytes.count {
      let connection = Connection(BootstrapBench())
      connection.receive(bytes[..<cut])
      connection.receive(bytes[cut...])
      #expect(connection.said == Self.answers, "cut at \(cut)")
    }
  }

  @Test func byteByByte() {
    let connection = Connection(bench)
    for byte in Self.conversation.joined() {
      connection.receive([byte])
      connection.wait(.milliseconds(1))
    }
    #expect(connection.said == Self.answers && !connection.isClosed)
  }

  @Test func registersTheSourceWithTheDefaultPort() {
    Connection(bench).receive(Requests.registration(.alice))
    bench.register(.bob, from: .host(9))
    #expect(bench.lookUp(.alice, as: .bob, from: .host(9))?.endpoint == .host(7, port: 5000))
  }

  @Test func whatIsNotForAServerIsIgnored() throws {
    let body = [UInt8](repeating: 1, count: 65535)
    var message = try #require(PacketBuilder(.message, .v1))
    message.set(Messaging.body, body)
    var request = try #require(PacketBuilder(.chatRequest, .v1))
    request.set(ChatRequest.publicKey, [UInt8](repeating: 2, count: 8192))
    request.set(ChatRequest.name, Array("alice".utf8))
    let others = try [PacketType.statusChange, .acknowledgement, .lookupResponse, .registrationResponse, .broadcastPeer, .broadcastServerResponse]
      .map { try #require(PacketBuilder($0, .v1)).build() }
    let ignored = [message.build(), request.build(), Requests.broadcast(.alice), Requests.lookup(.alice, .alice, status: 1)] + others
    for packet in ignored {
      let bench = BootstrapBench()
      for cut in stride(from: 1, to: packet.count, by: max(1, packet.count / 40)) {
        let connection = Connection(bench)
        connection.receive(Requests.registration(.alice) + packet[..<cut])
        connection.receive(packet[cut...] + Requests.registration(.alice))
        #expect(connection.said == ["RREG 0", "RREG 0"] && !connection.isClosed, "type \(packet[1]) cut at \(cut)")
      }
      let first = Connection(bench)
      first.receive(packet)
      first.receive(Requests.registration(.alice))
      #expect(first.said == ["RREG 0"], "type \(packet[1]) first")
    }
  }

  @Test func whatCannotBeFramedIsAnsweredAtOnce() {
    let zeros = [UInt8](repeating: 0, count: 68)
    for (bytes, needed) in [([2], 1), ([0], 1), ([1, 0], 2), ([1, 7], 2), ([1, 16], 2), ([1, 255], 2), ([1, 11] + zeros, 70), ([1, 8] + zeros, 38)]
      as [([UInt8], Int)]
    {
      let connection = Connection(bench)
      for byte in bytes.prefix(needed) {
        #expect(connection.sent.isEmpty)
        connection.receive([byte])
      }
      #expect(connection.sent == Self.unframeable && connection.isClosed, "\(bytes.prefix(2))")
      connection.receive(Requests.registration(.alice))
      connection.end()
      #expect(connection.sent == Self.unframeable, "nothing after the close")
    }
  }

  @Test func answersWhatCameBeforeTheFault() {
    let connection = Connection(bench)
    connection.receive(Requests.registration(.alice) + Requests.lookup(.alice, .alice) + [9, 9, 9])
    #expect(connection.said == ["RREG 0", "LPR 0", "ACK 3"] && connection.isClosed)
  }

  @Test func aHalfCloseInsideAPacket() {
    for packet in [Requests.registration(.alice), Requests.lookup(.alice, .bob), Requests.idChange(.alice, key: [1])] {
      for count in 1..<packet.count {
        let connection = Connection(BootstrapBench())
        connection.receive(packet.prefix(count))
        connection.end()
        #expect(connection.said.last == "ACK 3" && connection.isClosed, "type \(packet[1]) after \(count) bytes")
      }
    }
  }

  @Test func aHalfCloseBetweenPackets() {
    let idle = Connection(bench)
    idle.end()
    #expect(idle.sent.isEmpty && idle.isClosed)
  }

  @Test func aStallInsideAPacket() {
    let connection = Connection(bench)
    connection.receive(Requests.registration(.alice).prefix(10))
    connection.wait(.seconds(4))
    connection.receive([1])
    connection.wait(.seconds(5) - 1)
    #expect(connection.sent.isEmpty, "every byte begins the wait anew")
    connection.wait(1)
    #expect(connection.sent == Self.unframeable && connection.isClosed)
  }

  @Test func aStallInsideAnIgnoredPacket() throws {
    let connection = Connection(bench)
    var message = try #require(PacketBuilder(.message, .v1))
    message.set(Messaging.body, [UInt8](repeating: 1, count: 1000))
    connection.receive(message.build().prefix(500))
    connection.wait(.seconds(5))
    #expect(connection.sent == Self.unframeable && connection.isClosed)
  }

  @Test func idlingBetweenPacketsIsNoStall() {
    let connection = Connection(bench)
    connection.wait(.seconds(100))
    connection.receive(Requests.registration(.alice))
    #expect(connection.stream.deadline == nil)
    connection.wait(.seconds(100))
    connection.receive(Requests.lookup(.alice, .alice))
    #expect(connection.said == ["RREG 0", "LPR 0"])
  }

  @Test func aBannedSourceMeetsSilence() {
    let bench = BootstrapBench {
      $0.rate = 50
      $0.burst = 2
    }
    let connection = Connection(bench)
    for _ in 0..<5 { connection.receive(Requests.registration(.alice)) }
    #expect(connection.said == ["RREG 0", "RREG 0", "RREG 2"] && !connection.isClosed)
    let other = Connection(bench)
    other.receive([9])
    #expect(other.sent.isEmpty && other.isClosed)
  }

  // MARK: Legacy

  private static let legacy: [[UInt8]] = [Requests.legacyRegistration(.alice), Requests.legacyLookup(.alice, .alice)]

  @Test func legacyWholeAndPipelined() throws {
    let whole = Connection(bench)
    whole.receive(Self.legacy[0])
    #expect(whole.sent.count == 19 && whole.said == ["RREG 0"])
    whole.receive(Self.legacy[1])
    #expect(whole.sent.count == 82)
    let pipelined = Connection(bench)
    pipelined.receive(Self.legacy.joined())
    #expect(pipelined.sent.count == 82 && pipelined.sent == whole.sent)
    let lookup = Connection(bench)
    lookup.receive(Self.legacy[1])
    #expect(lookup.sent.count == 63)
  }

  /// A legacy REG cut where a v1 one would end is taken for v1: nothing tells them apart then.
  @Test func legacySplitAtEveryOtherByte() {
    for packet in Self.legacy {
      for cut in 1..<packet.count where cut != Registration.length || packet.count != LegacyRegistration.length {
        let connection = Connection(BootstrapBench())
        connection.receive(packet[..<cut])
        connection.wait(.milliseconds(200))
        connection.receive(packet[cut...])
        #expect(connection.sent.count == (packet.count == 34 ? 19 : 63), "cut at \(cut) of \(packet.count)")
      }
    }
    let slow = Connection(BootstrapBench())
    for byte in Self.legacy.joined() {
      slow.receive([byte])
      slow.wait(.milliseconds(1))
    }
    #expect(slow.sent.count == 82)
  }

  /// Some bytes behind a v1 packet could be the end of a legacy one; when no more come, they are not.
  @Test func doubtEndsByItself() {
    let connection = Connection(bench)
    connection.receive(Requests.registration(.alice) + [9, 9])
    #expect(connection.sent.isEmpty)
    connection.wait(.milliseconds(250))
    #expect(connection.said == ["RREG 0", "ACK 3"] && connection.isClosed)
  }

  @Test func aLookupThatIsIgnoredMayIdle() {
    let connection = Connection(bench)
    connection.receive(Requests.lookup(.alice, .alice, status: 1))
    #expect(connection.stream.deadline == nil)
    connection.wait(.seconds(60))
    connection.receive(Requests.registration(.alice))
    #expect(connection.said == ["RREG 0"])
    connection.end()
    #expect(connection.said == ["RREG 0"] && connection.isClosed)
  }
}
