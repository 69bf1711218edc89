import Foundation
import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire
import Testing

@testable import S2WMPNetwork

@Suite("A peer's service") struct ServiceTests {
  @Test func commandsGivenBeforeItRunsAreDone() async throws {
    let peer = try RunningPeer { call, _, effects in
      if case .command(.lookup(let id)) = call { effects.append(.event(.lookup(id: id, status: 1, address: nil))) }
    }
    peer.service.perform(.lookup(.zero))
    try await eventually("done") { peer.events.contains(.lookup(id: .zero, status: 1, address: nil)) }
    try await peer.quit()
    // After the end nothing happens, and nobody waits for ever.
    await withCheckedContinuation { done in peer.service.perform(.friends) { done.resume() } }
    #expect(!peer.record.calls.contains(.command(.friends)))
  }

  @Test func timersFireWhenDueAndNotBefore() async throws {
    let peer = try RunningPeer { call, machine, effects in
      let now = SystemClock.now().monotonic
      switch call {
      // First a late deadline, then an early one, then one that moves away.
      case .start: machine.nextDeadline = now + .seconds(3600)
      case .command(.discover): machine.nextDeadline = now + .milliseconds(30)
      case .command(.friends): machine.nextDeadline = now + .milliseconds(60)
      case .timeout: effects.append(.event(.friendsListed(Int(clamping: now / 1_000_000))))
      default: break
      }
    }
    _ = try await peer.port()
    let before = Int(SystemClock.now().monotonic / 1_000_000)
    peer.service.perform(.discover)
    peer.service.perform(.friends)
    try await eventually("due") { peer.record.calls.contains(.timeout) }
    guard case .friendsListed(let when)? = peer.events.last else { throw Stalled() }
    #expect(when >= before + 60)
    try await peer.quit()
    #expect(peer.record.calls.filter { $0 == .timeout }.count == 1)
  }

  @Test func newKeysAreMadeAndOfTheSameKind() async throws {
    let peer = try RunningPeer { call, _, effects in
      if call == .command(.regenerateKey) { effects.append(.makeIdentity) }
    }
    peer.service.perform(.regenerateKey)
    try await eventually("made") { peer.record.calls.contains { if case .identity(let id) = $0 { id != nil } else { false } } }
    try await peer.quit()
  }

  @Test func whatIsToBeKeptIsKeptBeforeAnythingLeaves() async throws {
    let sender = Identifier(high: 1, low: 2)
    let peer = try RunningPeer { call, machine, effects in
      guard case .datagram(let bytes, let remote) = call else { return }
      let known = machine.surroundings.hasAccepted(sender: sender, datetime: UInt64(bytes[0]))
      effects += [.datagram([known ? 1 : 0], .endpoint(remote)), .store(.messageReceived(from: sender, datetime: UInt64(bytes[0]), text: "x", at: 5))]
    }
    let socket = try PlainSocket.bound(udp: true)
    for answer: UInt8 in [0, 1] {
      try socket.send([7], to: await peer.port())
      #expect(socket.receive() == .bytes([answer]))
      #expect(try peer.service.history(with: sender, limit: 10).map(\.text) == ["x"])
    }
    try await peer.quit()
  }

  @Test func theCoreIsCalledOneCallAtATime() async throws {
    // Resetting a connection reports it closed while other effects are still being carried out.
    let peer = try RunningPeer { call, _, effects in
      guard case .bytes(let id, _) = call else { return }
      effects += [.abort(id), .event(.state("after"))]
    }
    let socket = try PlainSocket.tcp(to: await peer.port())
    try socket.send([1])
    let id = ConnectionID(rawValue: 1)
    try await eventually("closed") { peer.record.calls.contains(.closed(id)) }
    #expect(peer.record.calls.last == .closed(id))
    #expect(peer.events == [.state("after")])
    try await peer.quit()
  }

  @Test(arguments: [true, false]) func quitEndsItWhetherTheCoreIsDoneOrNot(stops: Bool) async throws {
    let peer = try RunningPeer { call, machine, _ in
      if call == .start { machine.stopsOnQuit = stops }
    }
    peer.service.perform(.quit)
    try await peer.quit()
    #expect(peer.record.calls.filter { $0 == .command(.quit) }.count == 1)
  }

  @Test func aStoreThatFailsEndsThePeerBeforeAnythingLeaves() async throws {
    let peer = try RunningPeer { call, _, effects in
      guard case .bytes(let id, _) = call else { return }
      let friend = FriendRecord(id: .zero, name: "x", publicKey: [], address: nil, knowsUsAs: .zero)
      effects += [.send(id, [1]), .store(.friendSaved(friend))]
    }
    try await peer.service.breakStore()
    let socket = try PlainSocket.tcp(to: await peer.port())
    try socket.send([1])
    #expect(socket.receive() == .reset)
    await #expect(throws: PeerSetupError.self) { try await peer.end() }
  }
}

@Suite("What a peer needs") struct SetupTests {
  private func failure(_ settings: PeerSettings) async throws -> String {
    do {
      let peer = try RunningPeer(settings) { _, _, _ in }
      do { try await peer.end() } catch let error as PeerSetupError { return error.description }
      return "it ran"
    } catch let error as PeerSetupError {
      return error.description
    }
  }

  @Test(arguments: [true, false]) func portsInUse(udp: Bool) async throws {
    let taken = try PlainSocket.bound(udp: udp)
    let text = try await failure(RunningPeer.settings { $0.listen = [ListenAddress(host: "127.0.0.1", port: taken.port)] })
    #expect(text == "the address 127.0.0.1:\(taken.port) is in use by another program, on TCP or on UDP: name another port with --listen, or port 0 for any")
  }

  @Test func addressesOfOthers() async throws {
    let text = try await failure(RunningPeer.settings { $0.listen = [ListenAddress(host: "192.0.2.1", port: 0)] })
    #expect(text == "the address 192.0.2.1:0 is none of this machine's: name another with --listen")
  }

  @Test func unknownHosts() async throws {
    let text = try await failure(RunningPeer.settings { $0.listen = [ListenAddress(host: "no.such.host.invalid", port: 0)] })
    #expect(text.hasPrefix("the host no.such.host.invalid is not known ("))
  }

  @Test func discoveryPortsOfOtherPrograms() async throws {
    let taken = try PlainSocket.bound(udp: true)
    let text = try await failure(
      RunningPeer.settings {
        $0.configuration.discovers = true
        $0.discoveryPort = taken.port
      })
    #expect(text.contains("UDP port \(taken.port), on which peers find each other, cannot be opened"))
    #expect(text.contains("--no-discovery"))
  }

  @Test func keyLogsThatCannotBeWritten() async throws {
    let text = try await failure(RunningPeer.settings { $0.keyLog = "/nonexistent/keys.log" })
    #expect(text == "the key log /nonexistent/keys.log cannot be opened for writing: no such file or directory")
  }

  @Test func keyLogsAreForTheirOwnerOnly() async throws {
    let scratch = try ScratchFolder()
    let peer = try RunningPeer(RunningPeer.settings { $0.keyLog = scratch.path("keys.log") }) { call, _, effects in
      if call == .start { effects.append(.keyLog("Z 00 01 02")) }
    }
    try await eventually("written") { (try? scratch.text("keys.log")) == "Z 00 01 02\n" }
    #expect(try scratch.mode("keys.log") == 0o600)
    try await peer.quit()
  }

  @Test(arguments: [
    ("127.0.0.1:5000", "127.0.0.1", 5000), ("[::1]:0", "::1", 0), ("localhost:65535", "localhost", 65_535),
  ]) func listenAddresses(text: String, host: String, port: UInt16) {
    #expect(ListenAddress(text: text) == ListenAddress(host: host, port: port))
    #expect(ListenAddress(text: text)?.description == text)
  }

  @Test(arguments: ["", ":5000", "localhost", "::1:5000", "[]:1", "a:65536", "a:-1", "a:"]) func noListenAddresses(text: String) {
    #expect(ListenAddress(text: text) == nil)
  }
}
