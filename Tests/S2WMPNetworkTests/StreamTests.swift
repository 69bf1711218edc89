import Glibc
import S2WMPFlow
import S2WMPPeer
import Testing

@testable import S2WMPNetwork

/// What a peer's connections do, whatever the core says on them.
@Suite("Section 4, TCP") struct StreamTests {
  /// Echoes; `q` closes, `x` resets, `b` sends much.
  static let echo: ScriptedMachine.Script = { call, _, effects in
    guard case .bytes(let id, let bytes) = call else { return }
    switch bytes.last {
    case UInt8(ascii: "q"): effects += [.send(id, Array("bye".utf8)), .close(id)]
    case UInt8(ascii: "x"): effects.append(.abort(id))
    default: effects.append(.send(id, bytes))
    }
  }

  @Test func answersOnTheSameConnection() async throws {
    let peer = try RunningPeer(script: Self.echo)
    let socket = try PlainSocket.tcp(to: await peer.port())
    for word in ["one", "two"] {
      try socket.send(Array(word.utf8))
      #expect(socket.receive(exactly: 3) == Array(word.utf8))
    }
    try await peer.quit()
    #expect(socket.receive() == .end)
  }

  @Test func closingSendsTheAnswerThenFINAndDiscards() async throws {
    let peer = try RunningPeer(script: Self.echo)
    let socket = try PlainSocket.tcp(to: await peer.port())
    // What comes after the close is unread input, which must not reset the connection.
    try socket.send(Array("q".utf8))
    #expect(socket.receive(exactly: 3) == Array("bye".utf8))
    #expect(socket.receive() == .end)
    try socket.send([UInt8](repeating: 7, count: 20_000))
    try await eventually("the connection is closed after a second") { peer.record.calls.contains { $0 == .closed(ConnectionID(rawValue: 1)) } }
    #expect(peer.record.received == Array("q".utf8))
    try await peer.quit()
  }

  @Test func closeEndsWithTheOtherSidesFIN() async throws {
    let peer = try RunningPeer(script: Self.echo)
    let socket = try PlainSocket.tcp(to: await peer.port())
    try socket.send(Array("q".utf8))
    socket.endOutput()
    let (bytes, end) = socket.receiveAll()
    #expect(bytes == Array("bye".utf8))
    #expect(end == .end)
    try await eventually("closed") { peer.record.calls.contains { $0 == .closed(ConnectionID(rawValue: 1)) } }
    try await peer.quit()
  }

  @Test func halfClosedConnectionsAreStillAnswered() async throws {
    let peer = try RunningPeer { call, _, effects in
      guard case .end(let id) = call else { return }
      // Far more than the kernel takes at once: it all has to arrive before the connection closes.
      effects += [.send(id, [UInt8](repeating: 1, count: 3 << 20)), .close(id)]
    }
    let socket = try PlainSocket.tcp(to: await peer.port())
    socket.endOutput()
    let (bytes, end) = socket.receiveAll()
    #expect(bytes.count == 3 << 20)
    #expect(end == .end)
    try await peer.quit()
  }

  @Test func abortResets() async throws {
    let peer = try RunningPeer(script: Self.echo)
    let socket = try PlainSocket.tcp(to: await peer.port())
    try socket.send(Array("x".utf8))
    #expect(socket.receive() == .reset)
    try await eventually("told") { peer.record.calls.contains { $0 == .closed(ConnectionID(rawValue: 1)) } }
    try await peer.quit()
  }

  @Test func oneAnswerToManyPacketsOfOneRead() async throws {
    let peer = try RunningPeer { call, _, effects in
      guard case .bytes(let id, let bytes) = call else { return }
      for byte in bytes { effects.append(.send(id, [byte, byte])) }
    }
    let socket = try PlainSocket.tcp(to: await peer.port())
    try socket.send(Array(0..<200))
    #expect(socket.receive(exactly: 400) == (0..<200).flatMap { [UInt8($0), UInt8($0)] })
    try await peer.quit()
  }

  /// A client that sends and never reads is not read from for ever.
  @Test func backPressure() async throws {
    let peer = try RunningPeer { call, _, effects in
      guard case .bytes(let id, let bytes) = call else { return }
      effects.append(.send(id, bytes))
    }
    let socket = try PlainSocket.tcp(to: await peer.port(), receiveBuffer: 4096)
    socket.limit(milliseconds: 300)
    let piece = [UInt8](repeating: 3, count: 1 << 16)
    var sent = 0
    while sent < 256 << 20 {
      do { try socket.send(piece) } catch { break }
      sent += piece.count
    }
    // What both kernels and one full buffer hold; without back-pressure all of it would have been taken.
    #expect(sent < 64 << 20)
    #expect(peer.record.received.count < 64 << 20)
    // Others are served meanwhile.
    let other = try PlainSocket.tcp(to: await peer.port())
    try other.send(Array("hello".utf8))
    #expect(other.receive(exactly: 5) == Array("hello".utf8))
    // And reading goes on once the client reads.
    socket.limit(milliseconds: 15_000)
    #expect(socket.receive(exactly: sent).count == sent)
    try await peer.quit()
  }

  /// What the core sends on its own to somebody who does not read is bounded too.
  @Test func overfullConnectionsAreReset() async throws {
    let peer = try RunningPeer { call, machine, effects in
      guard case .bytes(let id, _) = call else { return }
      for _ in 0..<64 { effects.append(.send(id, [UInt8](repeating: 0, count: 1 << 20))) }
    }
    let socket = try PlainSocket.tcp(to: await peer.port(), receiveBuffer: 4096)
    try socket.send([1])
    try await eventually("reset") { peer.record.calls.contains { $0 == .closed(ConnectionID(rawValue: 1)) } }
    #expect(socket.receiveAll().1 == .reset)
    try await peer.quit()
  }

  @Test func connectionsBeyondTheLimitAreClosedAtOnce() async throws {
    let peer = try RunningPeer { call, machine, _ in
      if call == .start { machine.maximumConnections = 2 }
    }
    let port = try await peer.port()
    let kept = try (0..<2).map { _ in try PlainSocket.tcp(to: port) }
    try await eventually("both known") { peer.record.calls.filter { if case .connection = $0 { true } else { false } }.count == 2 }
    let refused = try PlainSocket.tcp(to: port)
    #expect(refused.receive() == .reset)
    for socket in kept {
      socket.limit(milliseconds: 50)
      #expect(socket.receive() == .silence)
    }
    try await peer.quit()
  }
}

/// Connections that the core asks for.
@Suite("Section 4, outgoing TCP") struct OutgoingTests {
  @Test func connectsSendsAndHears() async throws {
    let listener = try PlainSocket.bound(udp: false)
    let port = listener.port
    let peer = try RunningPeer { call, _, effects in
      let id = ConnectionID(rawValue: 77)
      switch call {
      case .start: effects.append(.connect(id, .ipv4(0x7f00_0001, port: port)))
      case .connected(id): effects.append(.send(id, Array("hello".utf8)))
      case .bytes(id, _): effects.append(.close(id))
      default: break
      }
    }
    _ = try await peer.port()
    let socket = try listener.accept()
    #expect(socket.receive(exactly: 5) == Array("hello".utf8))
    try socket.send([1])
    #expect(socket.receive() == .end)
    socket.endOutput()
    try await eventually("closed") { peer.record.calls.contains { $0 == .closed(ConnectionID(rawValue: 77)) } }
    try await peer.quit()
  }

  @Test func refusedConnectionsSayWhy() async throws {
    // A port that was free a moment ago: nobody listens.
    let port = try PlainSocket.bound(udp: false).port
    let peer = try RunningPeer { call, _, effects in
      if call == .start { effects.append(.connect(ConnectionID(rawValue: 5), .ipv4(0x7f00_0001, port: port))) }
    }
    try await eventually("failed") { peer.record.calls.contains { $0 == .connectFailure(ConnectionID(rawValue: 5), "connection refused") } }
    try await peer.quit()
  }

  @Test func anAttemptCanBeGivenUp() async throws {
    let listener = try PlainSocket.bound(udp: false)
    let port = listener.port
    let peer = try RunningPeer { call, _, effects in
      let id = ConnectionID(rawValue: 6)
      if call == .start { effects += [.connect(id, .ipv4(0x7f00_0001, port: port)), .abort(id)] }
    }
    try await eventually("over") { peer.record.calls.contains { $0 == .closed(ConnectionID(rawValue: 6)) } }
    #expect(!peer.record.calls.contains { $0 == .connected(ConnectionID(rawValue: 6)) })
    try await peer.quit()
  }
}
