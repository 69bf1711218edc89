import Foundation
import S2WMPFlow
import S2WMPWire

/// A plain socket of a test, with time limits: what is not there after two seconds does not come.
final class LoopbackSocket {
  struct Failure: Error { var code: Int32 }

  let descriptor: Int32

  /// - source: an address of 127.0.0.0/8, all of which are this machine's; port 0: any.
  init(_ type: Int32 = LoopbackSocket.datagram, to destination: Endpoint? = nil, from source: Endpoint? = nil) throws {
    descriptor = socket(destination?.isIPv4 ?? true ? AF_INET : AF_INET6, type, 0)
    var limit = timeval(tv_sec: 2, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    if let source { try Self.with(source) { try check(bind(descriptor, $0, $1)) } }
    if let destination { try Self.with(destination) { try check(connect(descriptor, $0, $1)) } }
  }

  deinit { close(descriptor) }

  static let datagram = Int32(SOCK_DGRAM.rawValue)
  static let stream = Int32(SOCK_STREAM.rawValue)

  func send(_ bytes: some Collection<UInt8>) throws {
    let bytes = Array(bytes)
    try check(Int32(Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))))
  }

  /// One datagram, or the next bytes; empty at the end of a stream; nil when nothing comes.
  func receive(waiting seconds: Double = 2) -> [UInt8]? {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&wanted, 1, Int32(seconds * 1000)) > 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    return count < 0 ? nil : Array(bytes.prefix(count))
  }

  /// Exactly so many bytes of a stream, or what came of them.
  func receive(count: Int) -> [UInt8] {
    var all: [UInt8] = []
    while all.count < count, let more = receive(), !more.isEmpty { all += more }
    return all
  }

  /// Everything up to the other side's FIN; nil when that does not come.
  func receiveAll() -> [UInt8]? {
    var all: [UInt8] = []
    while let more = receive() {
      if more.isEmpty { return all }
      all += more
    }
    return nil
  }

  func ask(_ bytes: [UInt8]) throws -> [UInt8]? {
    try send(bytes)
    return receive()
  }

  func halfClose() { shutdown(descriptor, Int32(SHUT_WR)) }

  private func check(_ result: Int32) throws {
    if result < 0 { throw Failure(code: errno) }
  }

  private static func with<R>(_ endpoint: Endpoint, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> R) rethrows -> R {
    if endpoint.isIPv4 {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = endpoint.port.bigEndian
      address.sin_addr.s_addr = UInt32(truncatingIfNeeded: endpoint.low).bigEndian
      return try withUnsafePointer(to: &address) {
        try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { try body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
      }
    }
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_port = endpoint.port.bigEndian
    withUnsafeMutableBytes(of: &address.sin6_addr) {
      $0.storeBytes(of: endpoint.high.bigEndian, as: UInt64.self)
      $0.storeBytes(of: endpoint.low.bigEndian, toByteOffset: 8, as: UInt64.self)
    }
    return try withUnsafePointer(to: &address) {
      try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { try body($0, socklen_t(MemoryLayout<sockaddr_in6>.size)) }
    }
  }
}

/// Requests of the bootstrap server, v1.
enum BootstrapRequests {
  static let requestID: [UInt8] = [9, 8, 7, 6, 5, 4, 3, 2]
  static func id(_ number: UInt8) -> [UInt8] { [UInt8](repeating: number, count: 16) }
  static func registration(_ id: [UInt8]) -> [UInt8] { [1, 2] + requestID + id }
  static func lookup(_ id: [UInt8], _ wanted: [UInt8]) -> [UInt8] {
    [1, 4] + [UInt8](repeating: 0, count: 8) + requestID + [0, 0] + id + wanted
  }
  static func broadcast(_ id: [UInt8]) -> [UInt8] {
    [1, 12] + [UInt8](repeating: 0, count: 8) + requestID + [0, 1] + id + [UInt8](repeating: 0, count: 16)
  }
  static func registered(_ status: UInt8) -> [UInt8] { [1, 9, status] + requestID }
}
