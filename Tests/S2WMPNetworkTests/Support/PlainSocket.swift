import Glibc
import S2WMPFlow

@testable import S2WMPNetwork

/// A blocking socket, so that tests see exactly what a peer does to one: FIN, reset, silence.
final class PlainSocket {
  enum Outcome: Equatable {
    case bytes([UInt8])
    case end
    case reset
    /// Nothing within the time limit.
    case silence
  }

  struct Failure: Error { var code: Int32 }

  let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  static func tcp(to port: UInt16, receiveBuffer: Int32? = nil) throws -> PlainSocket {
    let socket = PlainSocket(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0))
    if var size = receiveBuffer { setsockopt(socket.descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4) }
    var enabled: Int32 = 1
    setsockopt(socket.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &enabled, 4)
    socket.limit(milliseconds: 15_000)
    let status = Endpoint.ipv4(0x7f00_0001, port: port).socketAddress.withSockAddr { connect(socket.descriptor, $0, socklen_t($1)) }
    guard status == 0 else { throw Failure(code: errno) }
    return socket
  }

  /// Bound to a port of 127.0.0.1; listening when TCP.
  static func bound(udp: Bool, port: UInt16 = 0) throws -> PlainSocket {
    let kind = udp ? SOCK_DGRAM : SOCK_STREAM
    let socket = PlainSocket(Glibc.socket(AF_INET, Int32(kind.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0))
    socket.limit(milliseconds: 15_000)
    let status = Endpoint.ipv4(0x7f00_0001, port: port).socketAddress.withSockAddr { bind(socket.descriptor, $0, socklen_t($1)) }
    guard status == 0, udp || listen(socket.descriptor, 8) == 0 else { throw Failure(code: errno) }
    return socket
  }

  var port: UInt16 { DescriptorAddress.local(descriptor)?.port ?? 0 }

  func accept() throws -> PlainSocket {
    let accepted = Glibc.accept(descriptor, nil, nil)
    guard accepted >= 0 else { throw Failure(code: errno) }
    let socket = PlainSocket(accepted)
    socket.limit(milliseconds: 15_000)
    return socket
  }

  func limit(milliseconds: Int) {
    var time = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
  }

  func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard sent > 0 else { throw Failure(code: errno) }
      rest = rest.dropFirst(sent)
    }
  }

  func send(_ bytes: [UInt8], to port: UInt16) throws {
    let sent = Endpoint.ipv4(0x7f00_0001, port: port).socketAddress.withSockAddr { address, length in
      bytes.withUnsafeBytes { sendto(descriptor, $0.baseAddress, $0.count, 0, address, socklen_t(length)) }
    }
    guard sent == bytes.count else { throw Failure(code: errno) }
  }

  func endOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// What one read gives.
  func receive(_ maximum: Int = 65_536) -> Outcome {
    var buffer = [UInt8](repeating: 0, count: maximum)
    let count = recv(descriptor, &buffer, maximum, 0)
    if count > 0 { return .bytes(Array(buffer[..<count])) }
    if count == 0 { return .end }
    return errno == ECONNRESET || errno == EPIPE ? .reset : .silence
  }

  /// Exactly so many bytes, or what came before something else.
  func receive(exactly count: Int) -> [UInt8] {
    var all: [UInt8] = []
    while all.count < count, case .bytes(let bytes) = receive(count - all.count) { all += bytes }
    return all
  }

  /// Everything up to the end, and how it ended.
  func receiveAll() -> ([UInt8], Outcome) {
    var all: [UInt8] = []
    while true {
      let outcome = receive()
      guard case .bytes(let bytes) = outcome else { return (all, outcome) }
      all += bytes
    }
  }
}
