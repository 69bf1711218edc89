import Glibc
import S2WMPFlow

/// The few socket calls that the runner makes. None of them waits unless it says so; a result below zero is an error number with its sign changed.
enum SystemSocket {
  static func make(_ type: __socket_type, isIPv4: Bool) -> Int32 {
    let flags = type.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
    let descriptor = socket(isIPv4 ? AF_INET : AF_INET6, Int32(flags), 0)
    return descriptor < 0 ? -errno : descriptor
  }

  static func bind(_ descriptor: Int32, to endpoint: Endpoint) -> Int32 {
    endpoint.withSystemAddress { Glibc.bind(descriptor, $0, $1) < 0 ? -errno : 0 }
  }

  static func connect(_ descriptor: Int32, to endpoint: Endpoint) -> Int32 {
    endpoint.withSystemAddress { Glibc.connect(descriptor, $0, $1) < 0 ? -errno : 0 }
  }

  /// Never waits, never raises SIGPIPE.
  static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    return count < 0 ? -Int(errno) : count
  }

  /// - waiting: as long as `waitInReads` allows, on a descriptor that it was called for.
  static func receive(_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer, waiting: Bool = false) -> Int {
    let count = recv(descriptor, bytes.baseAddress, bytes.count, waiting ? 0 : Int32(MSG_DONTWAIT))
    return count < 0 ? -Int(errno) : count
  }

  static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32 = 1) {
    var value = value
    setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Every write goes out at once, as a segment of its own where it can.
  static func sendAtOnce(_ descriptor: Int32) { set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY) }

  /// Lets reads wait, that long at most, where they ask for it.
  static func waitInReads(_ descriptor: Int32, nanoseconds: UInt64) {
    var time = timeval(tv_sec: Int(nanoseconds / 1_000_000_000), tv_usec: Int(nanoseconds % 1_000_000_000 / 1000))
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    _ = fcntl(descriptor, F_SETFL, 0)
  }

  /// Closes so that the other side sees a reset; leaves no port waiting behind.
  static func closeWithReset(_ descriptor: Int32) {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    close(descriptor)
  }

  /// The address and port of its own end.
  static func ownEndpoint(_ descriptor: Int32) -> Endpoint? { Endpoint.fromSystem { Int(getsockname(descriptor, $0, $1)) }.endpoint }

  static func isConnected(_ descriptor: Int32) -> Bool {
    Endpoint.fromSystem { Int(getpeername(descriptor, $0, $1)) }.count == 0
  }

  /// Waits until one of the events is there, at most that long; whether one is.
  static func wait(_ descriptor: Int32, for events: Int32, milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0)
    return poll(&entry, 1, milliseconds) > 0
  }

  /// What became of an attempt to connect.
  static func pendingError(_ descriptor: Int32) -> Int32 {
    var error: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
    return error
  }

  static func words(_ error: Int32) -> String { String(cString: strerror(abs(error))) }
}
