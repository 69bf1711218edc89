import Glibc
import S2WMPFlow
import S2WMPWire

/// One TCP connection to the target, or the place for one.
final class Link {
  private(set) var descriptor: Int32 = -1
  private(set) var isConnecting = false
  /// Whether an earlier run used it.
  private(set) var isReused = false
  /// Whether we sent FIN, or a reset.
  private(set) var isEndedByUs = false
  private(set) var ending: Ending = .open
  /// Which source address it comes from.
  private(set) var source = 0
  var framer: ReplyFramer
  /// Whether this run used it.
  var isTouched = false
  /// Replies of this run.
  var replies = 0
  /// Bytes of the write at hand that went out already.
  var written = 0

  private let poller: Poller
  private var isWatched = false
  private var isWatchedForRoom = false
  /// The first write goes out at once anyway; the second waits for its acknowledgement unless told not to.
  private var hasWritten = false
  private var sendsAtOnce = false
  private var waitsInReads = false
  /// A write met a reset, which the system tells only once.
  private var metReset = false

  init(_ poller: Poller, _ dialect: Dialect) {
    self.poller = poller
    framer = ReplyFramer(dialect)
  }

  deinit { close() }

  /// Whether there is or was a connection in this run.
  var isUsed: Bool { descriptor >= 0 || ending != .open || isEndedByUs }
  var isOpen: Bool { descriptor >= 0 }
  /// Whether no more replies can come.
  var isSilent: Bool { ending != .open || framer.isGarbage || descriptor < 0 }

  // MARK: Opening and closing

  /// Starts to connect. What stands in the way at the other end is told by `ending`; what stands in the way here is thrown.
  func open(_ settings: TargetSettings, source index: Int) throws(TargetFault) {
    forget()
    source = index
    let endpoint = settings.endpoint
    descriptor = SystemSocket.make(SOCK_STREAM, isIPv4: endpoint.isIPv4)
    guard descriptor >= 0 else { throw LocalFault.of(-descriptor) }
    if let own = settings.source(index) { try bind(to: own) }
    switch -SystemSocket.connect(descriptor, to: endpoint) {
    case 0: break
    case EINPROGRESS: isConnecting = true
    case EADDRNOTAVAIL, EAGAIN, ENOBUFS, EACCES, EPERM: throw LocalFault.of(errno)
    default: end(.refused)
    }
  }

  private func bind(to own: Endpoint) throws(TargetFault) {
    // The port is chosen when it is known where to: so one can be used for many targets, and more connections fit.
    SystemSocket.set(descriptor, Int32(IPPROTO_IP), Int32(IP_BIND_ADDRESS_NO_PORT))
    let result = SystemSocket.bind(descriptor, to: own)
    if result < 0 { throw LocalFault.of(-result) }
  }

  /// Keeps the connection for the next run.
  func keep() {
    isReused = true
    isTouched = false
    replies = 0
    written = 0
  }

  /// Closes in order what is open, and forgets everything.
  func close() {
    unwatch()
    if descriptor >= 0 { Glibc.close(descriptor) }
    forget()
  }

  /// Closes so that no port waits: in order when the target has ended already, else with a reset.
  func drop() {
    guard descriptor >= 0 else { return forget() }
    if ending == .closed { return close() }
    unwatch()
    SystemSocket.closeWithReset(descriptor)
    forget()
  }

  private func forget() {
    descriptor = -1
    isConnecting = false
    isReused = false
    isTouched = false
    isEndedByUs = false
    isWatched = false
    isWatchedForRoom = false
    metReset = false
    (hasWritten, sendsAtOnce, waitsInReads) = (false, false, false)
    ending = .open
    (replies, written, source) = (0, 0, 0)
    framer.reset()
  }

  /// FIN; reads on.
  func halfClose() {
    guard descriptor >= 0 else { return }
    shutdown(descriptor, Int32(SHUT_WR))
    isEndedByUs = true
  }

  /// Reset, by us: how the target left it stays as it was.
  func reset() {
    guard descriptor >= 0 else { return }
    unwatch()
    SystemSocket.closeWithReset(descriptor)
    descriptor = -1
    isEndedByUs = true
  }

  // MARK: Bytes

  /// Where it comes from, without a port: the one of a connection takes none.
  var own: Endpoint? {
    guard descriptor >= 0, var endpoint = SystemSocket.ownEndpoint(descriptor) else { return nil }
    endpoint.port = 0
    return endpoint
  }

  enum Progress { case done, blocked }

  /// Writes what is left of the bytes at hand. Bytes that the target will never read are dropped: how it ended is what counts.
  func write(_ bytes: UnsafeRawBufferPointer) -> Progress {
    if hasWritten, !sendsAtOnce, descriptor >= 0 {
      SystemSocket.sendAtOnce(descriptor)
      sendsAtOnce = true
    }
    hasWritten = true
    while written < bytes.count, descriptor >= 0, ending == .open || ending == .closed {
      let count = SystemSocket.send(descriptor, UnsafeRawBufferPointer(rebasing: bytes[written...]))
      if count >= 0 {
        written += count
        isConnecting = false
      } else if !failedForGood(Int32(-count)) {
        return .blocked
      } else {
        break
      }
    }
    written = 0
    return .done
  }

  /// Tells whether a failed write can never succeed.
  private func failedForGood(_ error: Int32) -> Bool {
    switch error {
    case EAGAIN: return false
    case EINTR: return false
    case ECONNRESET: metReset = true
    default: if isConnecting { end(.refused) }
    }
    return true
  }

  /// Reads once and frames what came. Returns the number of bytes, or nil when nothing was there.
  ///
  /// - patience: waits so many nanoseconds for something to come; the same for every read of this connection.
  func read(_ scratch: UnsafeMutableRawBufferPointer, patience: UInt64? = nil, _ reply: (UnsafeRawBufferPointer, _ isGarbage: Bool) -> Void) -> Int? {
    guard descriptor >= 0, ending == .open else { return nil }
    if let patience, !waitsInReads {
      SystemSocket.waitInReads(descriptor, nanoseconds: patience)
      waitsInReads = true
    }
    let count = SystemSocket.receive(descriptor, scratch, waiting: patience != nil)
    if count > 0 {
      isConnecting = false
      framer.take(UnsafeRawBufferPointer(rebasing: scratch[..<count]), reply)
      return count
    }
    if count == 0 {
      framer.end(reply)
      end(metReset ? .reset : .closed)
    } else if -count != Int(EAGAIN), -count != Int(EINTR) {
      end(isConnecting ? .refused : .reset)
    }
    return nil
  }

  /// Sends the ACKs that the target is owed for what it sent of its own accord. Only between the packets of ours.
  func sendCourtesies() {
    guard !framer.courtesies.isEmpty else { return }
    if descriptor >= 0 { framer.courtesies.withUnsafeBytes { _ = SystemSocket.send(descriptor, $0) } }
    framer.forgetCourtesies()
  }

  /// Whether the connection is there; nil while it is being made.
  func isEstablished() -> Bool? {
    guard isConnecting else { return descriptor >= 0 }
    guard SystemSocket.isConnected(descriptor) else { return nil }
    isConnecting = false
    return true
  }

  func refuse() { end(.refused) }

  private func end(_ how: Ending) {
    ending = how
    unwatch()
    if how != .closed, descriptor >= 0 {
      Glibc.close(descriptor)
      descriptor = -1
    }
  }

  // MARK: Waiting

  func watch(token: UInt64, forRoom: Bool) {
    guard descriptor >= 0, ending == .open, !isWatched || isWatchedForRoom != forRoom else { return }
    poller.watch(descriptor, token: token | UInt64(UInt32(bitPattern: descriptor)), forRoom: forRoom, isNew: !isWatched)
    isWatched = true
    isWatchedForRoom = forRoom
  }

  /// Closing alone does not do it while a process that is being started holds a copy of the descriptor.
  func unwatch() {
    guard isWatched, descriptor >= 0 else { return }
    poller.forget(descriptor)
    isWatched = false
    isWatchedForRoom = false
  }
}

/// What stands in the way on this machine.
enum LocalFault {
  static func of(_ error: Int32) -> TargetFault {
    switch error {
    case EMFILE, ENFILE: TargetFault("no more files can be opened; raise the limit with ulimit -n or take fewer --workers")
    case EADDRNOTAVAIL, EAGAIN: TargetFault("this machine has no free port for another connection; wait a minute or take fewer --workers")
    default: TargetFault("no socket could be opened on this machine: \(SystemSocket.words(error))")
    }
  }
}
