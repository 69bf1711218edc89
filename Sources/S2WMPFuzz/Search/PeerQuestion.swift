import Glibc
import S2WMPFlow
import S2WMPWire

/// Asks who is there with BPM (S2WMP wire format, sections 3.5 and 6.1): the target's own UDP port, and by broadcast on the discovery port.
extension TargetSearch {
  /// Three tries in all, a second each (S2WMP wire format, section 4).
  private static let tries = 3

  /// The user ID of the peer at that endpoint.
  public static func peerID(of settings: TargetSettings, discoveryPort: UInt16 = DefaultPort.discovery, patience: Duration = .seconds(1)) throws(TargetFault)
    -> Identifier
  {
    let question = try PeerQuestion(settings.endpoint, discoveryPort)
    let wait = patience.boundedNanoseconds
    for attempt in 0..<tries {
      question.ask(broadcasting: attempt > 0)
      if let id = question.answer(until: MonotonicTime.now + wait) { return id }
    }
    throw fault(settings, question)
  }

  /// Why no answer came, as far as it can be told.
  private static func fault(_ settings: TargetSettings, _ question: PeerQuestion) -> TargetFault {
    let contact: FirstContact
    do { contact = try look(at: settings, asking: true) } catch { return error }
    let endpoint = settings.endpoint
    if question.hasHeardGarbage {
      return TargetFault("\(endpoint) answered the question for its ID with something that is no S2WMP; check host and port, or give the ID with --peer-id")
    }
    let reason =
      switch contact {
      case .acknowledges: "it takes S2WMP connections, but may be invisible to strangers"
      case .closes: "it closed the connection when asked"
      case .silent, .ignores: "it takes connections and says nothing"
      }
    return TargetFault("\(endpoint) did not tell its ID (\(reason)); give it with --peer-id")
  }
}

/// One question, asked from one socket for a target's own port and one for broadcasts.
private final class PeerQuestion {
  private let target: Endpoint
  private let discoveryPort: UInt16
  private let descriptor: Int32
  private let question: [UInt8]
  private let requestID: UInt64
  private(set) var hasHeardGarbage = false

  init(_ target: Endpoint, _ discoveryPort: UInt16) throws(TargetFault) {
    self.target = target
    self.discoveryPort = discoveryPort
    requestID = .random(in: 1...UInt64.max)
    guard var builder = PacketBuilder(.broadcastPeer, .v1) else { throw TargetFault("this program cannot ask for a peer's ID; give it with --peer-id") }
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    builder.set(Lookup.timestamp, UInt64(max(0, time.tv_sec)) * 1000 + UInt64(max(0, time.tv_nsec)) / 1_000_000)
    builder.set(Lookup.requestID, Opaque64(requestID))
    builder.set(Lookup.broadcast, 1)
    // Nobody's ID: it must be none that the peer takes for its own.
    builder.set(Lookup.userID, Identifier(high: .random(in: 1...UInt64.max), low: .random(in: 1...UInt64.max)))
    question = builder.build()
    descriptor = SystemSocket.make(SOCK_DGRAM, isIPv4: target.isIPv4)
    guard descriptor >= 0 else { throw LocalFault.of(-descriptor) }
    SystemSocket.set(descriptor, SOL_SOCKET, SO_BROADCAST)
  }

  deinit { close(descriptor) }

  func ask(broadcasting: Bool) {
    send(to: target)
    guard broadcasting, target.isIPv4 else { return }
    for address in Self.broadcastAddresses(loopback: target.isLoopback) { send(to: .ipv4(address, port: discoveryPort)) }
  }

  private func send(to endpoint: Endpoint) {
    question.withUnsafeBytes { bytes in
      _ = endpoint.withSystemAddress { sendto(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), $0, $1) }
    }
  }

  /// The ID in the first answer that is the target's.
  func answer(until deadline: UInt64) -> Identifier? {
    var bytes = [UInt8](repeating: 0, count: 2048)
    while true {
      let now = MonotonicTime.now
      guard now < deadline, SystemSocket.wait(descriptor, for: POLLIN, milliseconds: Int32(min((deadline - now) / 1_000_000 + 1, 60_000))) else { return nil }
      let (count, source) = bytes.withUnsafeMutableBytes { buffer in
        Endpoint.fromSystem { recvfrom(descriptor, buffer.baseAddress, buffer.count, 0, $0, $1) }
      }
      guard count >= 0, let source else { continue }
      if let id = id(in: bytes[..<count], from: source) { return id }
    }
  }

  private func id(in bytes: ArraySlice<UInt8>, from source: Endpoint) -> Identifier? {
    bytes.withUnsafeBytes { bytes in
      guard let view = PacketView(bytes, .v1), view.type == .broadcastPeerResponse, view[LookupResponse.requestID] == Opaque64(requestID) else {
        if source == target { hasHeardGarbage = true }
        return nil
      }
      guard view[LookupResponse.status] == 0, isTarget(source, view[LookupResponse.port]) else { return nil }
      let id = view[LookupResponse.lookupID]
      return id.isZero ? nil : id
    }
  }

  /// Others answer a broadcast as well. A machine may answer from another of its addresses, so on loopback the port decides.
  private func isTarget(_ source: Endpoint, _ port: UInt16) -> Bool {
    if source == target { return true }
    guard port == target.port else { return false }
    return (source.high, source.low) == (target.high, target.low) || target.isLoopback && Self.isOwn(source)
  }

  // MARK: This machine's addresses

  private static func isOwn(_ endpoint: Endpoint) -> Bool {
    endpoint.isLoopback || interfaces().contains { $0.address == UInt32(truncatingIfNeeded: endpoint.low) && endpoint.isIPv4 }
  }

  private static func broadcastAddresses(loopback: Bool) -> [UInt32] {
    interfaces().compactMap { $0.broadcast } + (loopback ? [0x7fff_ffff] : [])
  }

  private static func interfaces() -> [(address: UInt32, broadcast: UInt32?)] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    var found: [(UInt32, UInt32?)] = []
    var entry = list
    while let current = entry?.pointee {
      if let address = ipv4(current.ifa_addr) {
        let hasBroadcast = current.ifa_flags & UInt32(IFF_BROADCAST) != 0
        found.append((address, hasBroadcast ? ipv4(current.ifa_ifu.ifu_broadaddr) : nil))
      }
      entry = current.ifa_next
    }
    return found
  }

  private static func ipv4(_ address: UnsafeMutablePointer<sockaddr>?) -> UInt32? {
    guard let address, Int32(address.pointee.sa_family) == AF_INET else { return nil }
    let v4 = UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self)
    return UInt32(bigEndian: v4.sin_addr.s_addr)
  }
}
