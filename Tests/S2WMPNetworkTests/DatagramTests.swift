import NIOCore
import S2WMPFlow
import S2WMPPeer
import Testing

@testable import S2WMPNetwork

@Suite("Section 4, UDP") struct DatagramTests {
  @Test func answersFromTheListeningPort() async throws {
    let peer = try RunningPeer { call, _, effects in
      if case .datagram(let bytes, let remote) = call { effects.append(.datagram(bytes + bytes, .endpoint(remote))) }
    }
    let port = try await peer.port()
    let socket = try PlainSocket.bound(udp: true)
    try socket.send([1, 2], to: port)
    #expect(socket.receive() == .bytes([1, 2, 1, 2]))
    #expect(peer.record.calls.contains { $0 == .datagram([1, 2], .ipv4(0x7f00_0001, port: socket.port)) })
    // TCP and UDP have the same port.
    let stream = try PlainSocket.tcp(to: port)
    withExtendedLifetime(stream) {}
    try await peer.quit()
  }

  @Test func longAndEmptyDatagramsArriveWhole() async throws {
    let peer = try RunningPeer { _, _, _ in }
    let port = try await peer.port()
    let socket = try PlainSocket.bound(udp: true)
    try socket.send([UInt8](repeating: 9, count: 65_000), to: port)
    try socket.send([], to: port)
    try await eventually("both arrive") { peer.record.calls.filter { if case .datagram = $0 { true } else { false } }.count == 2 }
    let sizes = peer.record.calls.compactMap { if case .datagram(let bytes, _) = $0 { bytes.count } else { nil } }
    #expect(sizes.sorted() == [0, 65_000])
    try await peer.quit()
  }

  /// NIO's own datagram channel would close on the first of these.
  @Test(arguments: [
    Endpoint.ipv4(0x7f00_0001, port: 0),
    Endpoint.ipv4(0xffff_ffff, port: 5001),
    Endpoint(high: 0x2001_0db8_0000_0000, low: 1, port: 5000, isIPv4: false),
  ])
  func unsendableDatagramsDoNoHarm(to bad: Endpoint) async throws {
    let peer = try RunningPeer { call, _, effects in
      guard case .datagram(let bytes, let remote) = call else { return }
      effects += [.datagram([0], .endpoint(bad)), .datagram([UInt8](repeating: 0, count: 70_000), .endpoint(remote)), .datagram(bytes, .endpoint(remote))]
    }
    let socket = try PlainSocket.bound(udp: true)
    for byte: UInt8 in 1...3 {
      try socket.send([byte], to: await peer.port())
      #expect(socket.receive() == .bytes([byte]))
    }
    try await peer.quit()
  }

  /// Peers of one host that listen on loopback hear each other's broadcasts on a discovery port that they share.
  @Test func broadcastReachesEveryPeerOfTheHost() async throws {
    let discovery = try PlainSocket.bound(udp: true).port
    let settings = RunningPeer.settings {
      $0.configuration.discovers = true
      $0.discoveryPort = discovery
    }
    let quiet: ScriptedMachine.Script = { _, _, _ in }
    let (first, second) = (try RunningPeer(settings, script: quiet), try RunningPeer(settings, script: quiet))
    _ = try await (first.port(), second.port())
    let third = try RunningPeer(settings) { call, _, effects in
      if call == .command(.discover) { effects.append(.datagram([42], .peers)) }
    }
    let port = try await third.port()
    third.service.perform(.discover)
    for peer in [first, second, third] {
      try await eventually("heard") { peer.record.calls.contains { $0 == .datagram([42], .ipv4(0x7f00_0001, port: port)) } }
    }
    for peer in [first, second, third] { try await peer.quit() }
  }

  @Test func listensOnIPv6AndOnSeveralAddresses() async throws {
    let settings = RunningPeer.settings { $0.listen = [ListenAddress(host: "127.0.0.1", port: 0), ListenAddress(host: "::1", port: 0)] }
    let peer = try RunningPeer(settings) { call, _, effects in
      if case .datagram(let bytes, let remote) = call { effects.append(.datagram(bytes, .endpoint(remote))) }
    }
    let addresses = try await peer.addresses()
    #expect(addresses.map(\.isIPv4) == [true, false])
    #expect(addresses.allSatisfy { $0.port != 0 && $0.isLoopback })
    try await peer.quit()
  }

  @Test func tellsEachAskerAnAddressThatItCanReach() async throws {
    let settings = RunningPeer.settings { $0.listen = [ListenAddress(host: "0.0.0.0", port: 0)] }
    let peer = try RunningPeer(settings) { call, machine, effects in
      guard case .datagram(_, let remote) = call else { return }
      let here = machine.surroundings.listeningEndpoint(for: remote)
      let nowhere = machine.surroundings.listeningEndpoint(for: Endpoint(high: 0, low: 1, port: 1, isIPv4: false))
      effects.append(.datagram(Array("\(here.map(\.description) ?? "-") \(nowhere.map(\.description) ?? "-")".utf8), .endpoint(remote)))
    }
    let port = try await peer.port()
    let socket = try PlainSocket.bound(udp: true)
    try socket.send([1], to: port)
    #expect(socket.receive() == .bytes(Array("127.0.0.1:\(port) -".utf8)))
    try await peer.quit()
  }
}
