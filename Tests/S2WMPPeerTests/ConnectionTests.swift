import S2WMPCrypto
import S2WMPWire
import Testing

@testable import S2WMPPeer

@Suite("4 Transport and framing")
struct ConnectionTests {
  @Test("The bad byte is answered as soon as it is there, and nothing after it is read")
  func badByte() throws {
    let bench = Bench()
    let connection = bench.connect()
    bench.feed([1], on: connection)
    #expect(bench.take().sent(on: connection).isEmpty)
    bench.feed([7], on: connection)
    let effects = bench.take()
    #expect(effects.packets(on: connection).map(\.said) == ["ACK(0,3) 0 \(Identifier.zero)"])
    #expect(effects.closes(connection))
    bench.feed(try Build.message("x"), on: connection)
    bench.end(connection)
    #expect(bench.take().isEmpty)
  }

  @Test("A half-close inside a packet is answered and closed, wherever it is")
  func halfCloseInside() throws {
    let packet = try Build.message("hello")
    for length in 1..<packet.count {
      let bench = Bench()
      let connection = bench.connect()
      bench.feed(Array(packet[..<length]), on: connection)
      bench.end(connection)
      let effects = bench.take()
      #expect(effects.packets(on: connection).map(\.said) == ["ACK(0,3) 0 \(Identifier.zero)"])
      #expect(effects.closes(connection))
    }
  }

  @Test("A stall inside a packet ends after the read timeout, counted from the last byte; idling does not")
  func stall() throws {
    let bench = Bench()
    let connection = bench.connect()
    let packet = try Build.message("hello")
    bench.pass(.seconds(3600))
    bench.feed(Array(packet[..<10]), on: connection)
    bench.pass(.milliseconds(4900))
    bench.feed([packet[10]], on: connection)
    bench.pass(.milliseconds(4900))
    #expect(bench.take().sent(on: connection).isEmpty)
    bench.pass(.milliseconds(200))
    let effects = bench.take()
    #expect(effects.packets(on: connection).map(\.said) == ["ACK(0,3) 0 \(Identifier.zero)"])
    #expect(effects.closes(connection))
  }

  @Test("A packet that comes whole in the end is no stall")
  func noStall() throws {
    let bench = Bench()
    let connection = bench.connect()
    let packet = try Build.message("hello")
    bench.feed(Array(packet[..<10]), on: connection)
    bench.pass(.seconds(4))
    bench.feed(Array(packet[10...]), on: connection)
    bench.pass(.seconds(100))
    let effects = bench.take()
    #expect(effects.messages == ["hello"])
    #expect(!effects.closes(connection))
  }

  @Test("Answers of one call are one send, behind the stores")
  func coalesced() throws {
    let bench = Bench()
    let connection = bench.connect()
    bench.feed(try (0..<5).flatMap { try Build.message("m\($0)", datetime: Bench.start + $0) }, on: connection)
    let effects = bench.take()
    var kinds = ""
    for effect in effects {
      switch effect {
      case .send: kinds += "s"
      case .store: kinds += "."
      default: break
      }
    }
    #expect(kinds == ".....s")
    #expect(effects.packets(on: connection).count == 5)
  }

  @Test("Connections and unfinished bytes have limits")
  func limits() throws {
    let bench = Bench {
      $0.limits.connections = 2
      $0.limits.unfinishedBytes = 100
    }
    let (first, second) = (bench.connect(), bench.connect())
    #expect(bench.connect().rawValue == .max)
    bench.feed(Array(try Build.message("hello").prefix(60)), on: first)
    bench.feed(Array(try Build.message("hello").prefix(60)), on: second)
    #expect(bench.take().closes(second))
    bench.closed(second)
    let third = bench.connect()
    bench.feed(Array(try Build.message("hello").prefix(40)), on: third)
    #expect(!bench.take().closes(third))
  }

  @Test("Calls that name a connection nobody knows do nothing")
  func unknown() throws {
    let bench = Bench()
    let ghost = ConnectionID(rawValue: 99)
    bench.feed(try Build.message("x"), on: ghost)
    bench.end(ghost)
    bench.closed(ghost)
    bench.connected(ghost)
    bench.refused(ghost)
    bench.identity(Keys.carol)
    bench.call { bench.peer.receiveTimeout(at: bench.now, &$0) }
    #expect(bench.take().isEmpty)
  }

  @Test("Random bytes in random pieces never trap, and end in silence or in a close")
  func noise() throws {
    var random = SeededRandom(seed: 11)
    for round in 0..<300 {
      let bench = Bench { $0.acceptance = .auto }
      let connection = bench.connect()
      var bytes = try Build.message("x") + Build.status() + Build.request() + Build.idChange()
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Int.random(in: 1...min(rest.count, 90), using: &random)
        bench.feed(Array(rest.prefix(count)), on: connection)
        rest = rest.dropFirst(count)
      }
      bench.pass(.seconds(6))
      bench.end(connection)
      #expect(bench.take().closes(connection), "seed 11, round \(round)")
    }
  }
}
