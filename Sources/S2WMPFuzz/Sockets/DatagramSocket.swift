import Glibc
import S2WMPFlow
import S2WMPWire

/// A UDP socket that speaks with the target alone, from one source address.
final class DatagramSocket {
  let descriptor: Int32
  let source: Int
  private let poller: Poller
  private var isWatched = false
  /// Nothing takes datagrams there: the target's system said so.
  private(set) var isRefused = false

  init(_ poller: Poller, _ settings: TargetSettings, source: Int) throws(TargetFault) {
    self.poller = poller
    self.source = source
    descriptor = SystemSocket.make(SOCK_DGRAM, isIPv4: settings.endpoint.isIPv4)
    guard descriptor >= 0 else { throw LocalFault.of(-descriptor) }
    var own = settings.source(source)
    if settings.datagramPort != 0 {
      let anywhere = settings.endpoint.isIPv4 ? Endpoint.ipv4(0, port: 0) : Endpoint(high: 0, low: 0, port: 0, isIPv4: false)
      own = own ?? anywhere
      own?.port = settings.datagramPort
    }
    if let own {
      let result = SystemSocket.bind(descriptor, to: own)
      if result < 0 { throw LocalFault.of(-result) }
    }
    _ = SystemSocket.connect(descriptor, to: settings.endpoint)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Where its datagrams come from.
  private(set) lazy var own = SystemSocket.ownEndpoint(descriptor)

  /// A datagram that cannot be sent is lost, as UDP allows.
  func send(_ bytes: UnsafeRawBufferPointer) {
    isRefused = false
    // The first try may tell of an earlier datagram's fate.
    if SystemSocket.send(descriptor, bytes) < 0 { _ = SystemSocket.send(descriptor, bytes) }
  }

  /// The next datagram's size; nil when none is there.
  func read(_ scratch: UnsafeMutableRawBufferPointer) -> Int? {
    let count = SystemSocket.receive(descriptor, scratch)
    if count >= 0 { return count }
    if -count == Int(ECONNREFUSED) { isRefused = true }
    return nil
  }

  /// Throws away what came too late for an earlier run.
  func drain(_ scratch: UnsafeMutableRawBufferPointer) {
    // Bounded, as the target may send faster than this reads.
    for _ in 0..<1024 where read(scratch) == nil { break }
    isRefused = false
  }

  func watch(token: UInt64) {
    guard !isWatched else { return }
    poller.watch(descriptor, token: token | UInt64(UInt32(bitPattern: descriptor)), forRoom: false, isNew: true)
    isWatched = true
  }

  func unwatch() {
    guard isWatched else { return }
    poller.forget(descriptor)
    isWatched = false
  }
}
