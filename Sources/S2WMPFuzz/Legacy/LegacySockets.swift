import Glibc
import S2WMPFlow
import S2WMPWire

/// Where a legacy peer's answers arrive: a TCP listener and a UDP socket at an address of ours (S2WMP wire format, appendix L).
struct LegacySockets {
  let own: Endpoint
  let listener: Int32
  let datagrams: Int32

  /// - target: answers come to our address and its own port, which is 5000 wherever nobody chose another one.
  /// - discoveryPort: where replies to a User Broadcast come to.
  init(target: Endpoint, discoveryPort: UInt16) throws(TargetFault) {
    var own = try Self.ownAddress(beside: target)
    own.port = target.port
    self.own = own
    listener = SystemSocket.make(SOCK_STREAM, isIPv4: own.isIPv4)
    datagrams = SystemSocket.make(SOCK_DGRAM, isIPv4: own.isIPv4)
    guard listener >= 0, datagrams >= 0 else { throw LocalFault.of(-min(listener, datagrams)) }
    SystemSocket.set(listener, SOL_SOCKET, SO_REUSEADDR)
    guard SystemSocket.bind(listener, to: own) == 0, Glibc.listen(listener, 64) == 0 else { throw Self.inUse(own, "a legacy peer's answers") }
    SystemSocket.set(datagrams, SOL_SOCKET, SO_REUSEADDR)
    var place = own
    place.port = discoveryPort
    guard SystemSocket.bind(datagrams, to: place) == 0 else { throw Self.inUse(place, "a legacy peer's replies by UDP") }
  }

  private static func inUse(_ endpoint: Endpoint, _ what: String) -> TargetFault {
    TargetFault(
      "\(what) come to \(endpoint), which cannot be listened on; end what uses it, or have the target listen on its own address alone (--listen ADDRESS:PORT)")
  }

  /// On the loopback network another address than the target's; else the one on the route there.
  private static func ownAddress(beside target: Endpoint) throws(TargetFault) -> Endpoint {
    if target.isLoopbackIPv4 { return .ipv4(UInt32(truncatingIfNeeded: target.low) == 0x7f00_0002 ? 0x7f00_0003 : 0x7f00_0002, port: 0) }
    guard !target.isLoopback else {
      throw TargetFault("a legacy peer answers to our own address, and ::1 is the target's; have it listen on 127.0.0.1 instead")
    }
    let probe = SystemSocket.make(SOCK_DGRAM, isIPv4: target.isIPv4)
    guard probe >= 0 else { throw LocalFault.of(-probe) }
    defer { Glibc.close(probe) }
    _ = SystemSocket.connect(probe, to: target)
    guard let own = SystemSocket.ownEndpoint(probe), !own.isAnyAddress else { throw TargetFault("there is no route to \(target); check the address") }
    return own.withoutPort
  }

  func close() {
    Glibc.close(listener)
    Glibc.close(datagrams)
  }

  /// The next connection that somebody opened; nil when there is none.
  func accept() -> Int32? {
    let descriptor = Glibc.accept(listener, nil, nil)
    guard descriptor >= 0 else { return nil }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }

  func send(_ bytes: UnsafeRawBufferPointer, to target: Endpoint) {
    target.withSystemAddress { address, length in
      _ = sendto(datagrams, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT), address, length)
    }
  }
}
