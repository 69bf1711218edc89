import CLibpcap
import Foundation

@testable import S2WMPCapture

/// Two network namespaces joined by a veth pair: `near0` (10.77.0.1, fd77::1) and `far0` (10.77.0.2, fd77::2).
///
/// The namespaces have no names: they belong to the thread that made them and vanish, with their devices, when it ends and the
/// descriptors are closed. So nothing can be left behind and test processes cannot meet.
final class NetworkPair {
  enum Side { case near, far }

  private let near: Int32
  private let far: Int32

  private init(near: Int32, far: Int32) {
    self.near = near
    self.far = far
  }

  deinit {
    close(near)
    close(far)
  }

  /// Runs `body` in a thread of its own, in the near namespace; prints why where the machine does not allow it.
  static func run(_ body: @escaping @Sendable (NetworkPair) throws -> Void) async throws {
    let reason = try await inThread { () -> String? in
      guard let pair = make() else { return "no privilege to make network namespaces (run the tests as root)" }
      guard pair.connect() else { return "ip cannot make a veth pair here" }
      try body(pair)
      return nil
    }
    if let reason { print("skipped: \(reason)") }
  }

  static func inThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      Thread { continuation.resume(with: Swift.Result { try body() }) }.start()
    }
  }

  /// Moves this thread; sockets and captures stay where they were opened.
  func enter(_ side: Side) {
    _ = Self.setns?(side == .near ? near : far, 0)
  }

  private typealias NamespaceCall = @convention(c) (Int32, Int32) -> Int32
  private static var setns: NamespaceCall? { dlsym(nil, "setns").map { unsafeBitCast($0, to: NamespaceCall.self) } }

  private static func make() -> NetworkPair? {
    guard let near = newNamespace(), let far = newNamespace() else { return nil }
    let pair = NetworkPair(near: near, far: far)
    return pair
  }

  private static func newNamespace() -> Int32? {
    typealias Unshare = @convention(c) (Int32) -> Int32
    let newNetwork: Int32 = 0x4000_0000
    guard let unshare = dlsym(nil, "unshare").map({ unsafeBitCast($0, to: Unshare.self) }), unshare(newNetwork) == 0 else { return nil }
    let descriptor = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
    return descriptor < 0 ? nil : descriptor
  }

  private func connect() -> Bool {
    enter(.near)
    let place = "/proc/\(getpid())/fd/\(far)"
    guard ip("link add near0 type veth peer name far0 netns \(place)"), configure("near0", 1) else { return false }
    enter(.far)
    defer { enter(.near) }
    return configure("far0", 2)
  }

  private func configure(_ device: String, _ number: Int) -> Bool {
    ip("addr add 10.77.0.\(number)/24 dev \(device)") && ip("-6 addr add fd77::\(number)/64 dev \(device) nodad") && ip("link set lo up")
      && ip("link set \(device) up")
  }

  @discardableResult func ip(_ arguments: String) -> Bool {
    output(of: ["ip"] + arguments.split(separator: " ").map(String.init)) != nil
  }
}

/// Sockets of the namespace the thread is in.
final class PlainSocket {
  let descriptor: Int32

  init(_ type: __socket_type, bound: UInt16? = nil) {
    descriptor = socket(AF_INET, Int32(type.rawValue), 0)
    guard let bound else { return }
    _ = Self.with(0, bound) { bind(descriptor, $0, $1) }
    if type == SOCK_STREAM { listen(descriptor, 8) }
  }

  deinit { close(descriptor) }

  /// 10.77.0.`host`
  func connect(_ host: UInt32, _ port: UInt16) -> Bool {
    Self.with(0x0a4d_0000 | host, port) { Glibc.connect(descriptor, $0, $1) } == 0
  }

  func send(_ bytes: [UInt8]) -> Bool { Glibc.send(descriptor, bytes, bytes.count, 0) == bytes.count }

  private static func with(_ address: UInt32, _ port: UInt16, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in(
      sin_family: sa_family_t(AF_INET), sin_port: port.bigEndian, sin_addr: in_addr(s_addr: address.bigEndian), sin_zero: (0, 0, 0, 0, 0, 0, 0, 0))
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }
}

/// Puts whole Ethernet frames on a device.
func inject(_ frames: [[UInt8]], on device: String) throws {
  var message = ErrorText()
  guard let handle = message.fill({ pcap_open_live(device, 65535, 0, 10, $0) }) else { throw ReadFailure(message: message.text) }
  defer { pcap_close(handle) }
  for frame in frames where pcap_inject(handle, frame, frame.count) != Int32(frame.count) {
    throw ReadFailure(message: String(cString: pcap_geterr(handle)))
  }
}
