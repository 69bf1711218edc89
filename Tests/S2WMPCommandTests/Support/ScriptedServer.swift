import Glibc
import Synchronization

/// A TCP server on loopback that does the same with every connection, each in a thread of its own. Nothing in it lasts longer than its owner and a second.
final class ScriptedServer: Sendable {
  /// A connection as a script sees it. Every call ends after a while.
  struct Client {
    let descriptor: Int32
    fileprivate let ending: Ending

    /// What comes, up to 4096 bytes; empty at the end of the stream or when the server is stopped.
    func read() -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: 4096)
      while !ending.isWanted {
        let count = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        if count >= 0 { return Array(bytes[..<count]) }
        if errno != EAGAIN { return [] }
      }
      return []
    }

    /// False when it cannot be sent any more.
    @discardableResult func write(_ bytes: [UInt8]) -> Bool {
      var sent = 0
      while sent < bytes.count, !ending.isWanted {
        let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL)) }
        if count < 0, errno != EAGAIN { return false }
        sent += max(0, count)
      }
      return !ending.isWanted
    }

    /// Has the end of the connection be a reset.
    func reset() {
      var value = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }
  }

  /// Tells the threads to end.
  fileprivate final class Ending: Sendable {
    private let wish = Atomic(false)
    var isWanted: Bool { wish.load(ordering: .relaxed) }
    func want() { wish.store(true, ordering: .relaxed) }
  }

  let port: UInt16
  private let ending = Ending()

  /// - script: a connection is closed when it returns.
  init(_ script: @escaping @Sendable (Client) -> Void) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
        _ = bind(listener, place, size)
        getsockname(listener, place, &size)
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    listen(listener, 64)
    Self.setTimeout(listener)
    let ending = ending
    Self.thread {
      while !ending.isWanted {
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0 else { continue }
        Self.setTimeout(descriptor)
        Self.thread {
          script(Client(descriptor: descriptor, ending: ending))
          close(descriptor)
        }
      }
      close(listener)
    }
  }

  deinit { ending.want() }

  private static func setTimeout(_ descriptor: Int32) {
    var wait = timeval(tv_sec: 0, tv_usec: 100_000)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
  }

  private static func thread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body)).toOpaque()
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, box)
    if status == 0 { pthread_detach(thread) }
  }
}
