import CEpoll
import Glibc
import S2WMPFlow
import S2WMPWire
import Synchronization

/// Serves many connections at a time: every request of 10 bytes is answered with an ACK that echoes its first 8 bytes as datetime.
///
/// A request whose last byte is 1 is answered by closing the connection, 2 by silence, 3 by a reset, 4 twice, 5 as usual and then the connection is closed.
final class EchoServer: Sendable {
  let port: UInt16
  let connections = Atomic(0)
  private let isStopped = Atomic(false)

  var endpoint: Endpoint { .ipv4(0x7f00_0001, port: port) }

  init() {
    let (listener, port) = ScriptedServer.socket(SOCK_STREAM)
    self.port = port
    listen(listener, 256)
    thread { [weak self] in
      let poller = epoll_create1(0)
      Self.watch(poller, listener)
      var pending: [Int32: [UInt8]] = [:]
      let end = time(nil) + 60
      while self?.isStopped.load(ordering: .relaxed) == false, time(nil) < end {
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        let count = epoll_wait(poller, &events, 64, 50)
        for index in 0..<max(0, Int(count)) {
          let descriptor = events[index].data.fd
          if descriptor == listener {
            self?.connections.add(1, ordering: .relaxed)
            let client = ScriptedServer.accept(listener)
            Self.watch(poller, client)
          } else {
            Self.serve(descriptor, poller, &pending)
          }
        }
      }
      for descriptor in pending.keys { close(descriptor) }
      close(listener)
      close(poller)
    }
  }

  deinit { isStopped.store(true, ordering: .relaxed) }

  private static func watch(_ poller: Int32, _ descriptor: Int32) {
    var event = epoll_event()
    event.events = EPOLLIN.rawValue
    event.data.fd = descriptor
    _ = epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event)
  }

  private static func serve(_ descriptor: Int32, _ poller: Int32, _ pending: inout [Int32: [UInt8]]) {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
    guard count > 0 else { return end(descriptor, poller, &pending, isReset: false) }
    var have = pending[descriptor] ?? []
    have += bytes[..<count]
    var answer: [UInt8] = []
    while have.count >= 10 {
      let request = Array(have[..<10])
      have.removeFirst(10)
      switch request[9] {
      case 1, 3:
        _ = answer.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        return end(descriptor, poller, &pending, isReset: request[9] == 3)
      case 5:
        answer += acknowledgement(request[..<8].reduce(0) { $0 << 8 | UInt64($1) })
        _ = answer.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        return end(descriptor, poller, &pending, isReset: false)
      case 2: break
      case 4:
        let reply = acknowledgement(request[..<8].reduce(0) { $0 << 8 | UInt64($1) })
        answer += reply + reply
      default: answer += acknowledgement(request[..<8].reduce(0) { $0 << 8 | UInt64($1) })
      }
    }
    pending[descriptor] = have
    _ = answer.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
  }

  private static func end(_ descriptor: Int32, _ poller: Int32, _ pending: inout [Int32: [UInt8]], isReset: Bool) {
    pending[descriptor] = nil
    // A process that another test starts may hold a copy for a moment: then closing alone would not end the events, and they would name whatever has this number next.
    _ = epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, nil)
    if isReset { ScriptedServer.Client(descriptor: descriptor, number: 0).reset() }
    close(descriptor)
  }
}
