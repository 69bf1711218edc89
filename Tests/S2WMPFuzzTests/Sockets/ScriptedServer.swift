import Glibc
import S2WMPFlow
import Synchronization

/// A TCP server on loopback that does what a script says with each connection, in a thread of its own. Everything is bounded by socket timeouts.
final class ScriptedServer: Sendable {
  /// One connection as a script sees it.
  struct Client {
    let descriptor: Int32
    /// Counts the server's connections from 0.
    let number: Int

    /// Exactly that many bytes; fewer at the end of the stream.
    func read(_ count: Int) -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: count)
      var have = 0
      while have < count {
        let got = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress?.advanced(by: have), count - have, 0) }
        if got <= 0 { break }
        have += got
      }
      return Array(bytes[..<have])
    }

    @discardableResult func write(_ bytes: [UInt8]) -> Bool {
      bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) } == bytes.count
    }

    /// Writes and sends FIN so that both go out together.
    func writeAndEnd(_ bytes: [UInt8]) {
      var one: Int32 = 1
      setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_CORK, &one, 4)
      write(bytes)
      end()
    }

    func end() { shutdown(descriptor, Int32(SHUT_WR)) }

    func reset() {
      var value = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }

    /// The address that it comes from.
    var source: UInt32 {
      var address = sockaddr_in()
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      _ = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &size) }
      }
      return UInt32(bigEndian: address.sin_addr.s_addr)
    }
  }

  let port: UInt16
  private let listener: Int32
  private let isStopped = Atomic(false)

  var endpoint: Endpoint { .ipv4(0x7f00_0001, port: port) }

  /// - script: one connection at a time; it is closed when the script returns.
  init(_ script: @escaping @Sendable (Client) -> Void) {
    (listener, port) = Self.socket(SOCK_STREAM)
    listen(listener, 64)
    Self.setTimeout(listener, milliseconds: 100)
    let listener = listener
    thread { [weak self] in
      var number = 0
      let end = time(nil) + 60
      while self?.isStopped.load(ordering: .relaxed) == false, time(nil) < end {
        let descriptor = Self.accept(listener)
        guard descriptor >= 0 else { continue }
        Self.setTimeout(descriptor, milliseconds: 3000)
        script(Client(descriptor: descriptor, number: number))
        number += 1
        close(descriptor)
      }
      close(listener)
    }
  }

  // The thread closes the listener when it sees this; its number may be somebody else's by then.
  deinit { isStopped.store(true, ordering: .relaxed) }

  /// Nothing listens from now on.
  func stop() {
    isStopped.store(true, ordering: .relaxed)
    shutdown(listener, Int32(SHUT_RDWR))
  }

  /// No program that another test starts may hold a copy: the connection would not end with ours.
  static func accept(_ listener: Int32) -> Int32 {
    let descriptor = Glibc.accept(listener, nil, nil)
    if descriptor >= 0 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    return descriptor
  }

  static func socket(_ type: __socket_type) -> (Int32, UInt16) {
    let descriptor = Glibc.socket(AF_INET, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(descriptor, $0, size)
        getsockname(descriptor, $0, &size)
      }
    }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  static func setTimeout(_ descriptor: Int32, milliseconds: Int) {
    var time = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
  }
}

/// A port on which nothing listens.
func closedPort() -> UInt16 {
  let (descriptor, port) = ScriptedServer.socket(SOCK_STREAM)
  close(descriptor)
  return port
}

private final class Work: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// Starts a thread that nobody waits for.
func thread(_ body: @escaping @Sendable () -> Void) {
  var handle = pthread_t()
  let work = Unmanaged.passRetained(Work(body)).toOpaque()
  pthread_create(
    &handle, nil,
    { pointer in
      if let pointer { Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body() }
      return nil
    }, work)
  pthread_detach(handle)
}
