import Glibc
import S2WMPFlow
import S2WMPWire

/// What all connections of one runner share: where the target is, the epoll set, and a place to read to.
final class SocketWire {
  /// More than this from one run is a flood.
  static let maximumReceived = 1 << 20
  /// The largest datagram fits.
  private static let scratchSize = 1 << 16

  private(set) var settings: TargetSettings
  let poller: Poller
  let scratch: UnsafeMutableRawBufferPointer
  /// The target's process, when we started it.
  let process: SpawnedProcess?
  /// Which start of the process the connections belong to.
  private(set) var generation = 0

  var times: WaitingTimes
  /// It was seen to close a connection after a packet that it rejected, as it may: nothing shares a connection with such a packet any more.
  var closesAfterRejection = false

  init(_ settings: TargetSettings, process: SpawnedProcess?) throws(TargetFault) {
    self.settings = settings
    self.process = process
    poller = try Poller()
    scratch = .allocate(byteCount: Self.scratchSize, alignment: 16)
    times = WaitingTimes(settings)
    generation = process?.generation ?? 0
    watchProcess()
  }

  deinit { scratch.deallocate() }

  // MARK: The target's process

  /// Marks the descriptors of the process among the others.
  static let processToken: UInt64 = 1 << 63

  /// Notices that the process was started anew. True when it was: all connections are those of a dead one.
  func meetNewProcess() -> Bool {
    guard let process, process.generation != generation else { return false }
    generation = process.generation
    if let endpoint = process.endpoint { settings.endpoint = endpoint }
    watchProcess()
    return true
  }

  private func watchProcess() {
    guard let process else { return }
    if let endpoint = process.endpoint { settings.endpoint = endpoint }
    // A closed descriptor has left the set by itself.
    for descriptor in process.talking {
      poller.watch(descriptor, token: Self.processToken | UInt64(UInt32(bitPattern: descriptor)), forRoom: false, isNew: true)
    }
  }

  /// Hears what the process says; forgets a stream that ended.
  func hearProcess(_ token: UInt64) {
    let descriptor = Int32(truncatingIfNeeded: token & 0xffff_ffff)
    if process?.hear(descriptor) != true { poller.forget(descriptor) }
  }

  /// Whether something takes connections. In doubt it does: slowness is no death.
  func listens() -> Bool {
    let probe = SystemSocket.make(SOCK_STREAM, isIPv4: settings.endpoint.isIPv4)
    guard probe >= 0 else { return true }
    defer { SystemSocket.closeWithReset(probe) }
    let result = -SystemSocket.connect(probe, to: settings.endpoint)
    guard result == EINPROGRESS else { return result != ECONNREFUSED }
    guard SystemSocket.wait(probe, for: POLLOUT, milliseconds: 200) else { return true }
    return SystemSocket.pendingError(probe) != ECONNREFUSED
  }
}
