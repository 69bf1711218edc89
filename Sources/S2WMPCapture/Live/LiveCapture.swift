import CLibpcap
import Glibc

/// How a device is opened.
public struct LiveCaptureOptions: Sendable {
  /// Bytes kept of each frame.
  public var snapLength: Int32 = 262_144
  /// Also frames that are not for this machine.
  public var isPromiscuous = true
  /// Deliver each frame as it comes instead of a bufferful.
  public var isImmediate = true
  /// Bytes of the kernel's buffer; nil: libpcap's default (2 MiB).
  public var bufferSize: Int32?
  /// nil: `CaptureFilter.ours` for the device's link type and `extraPorts`. Empty: everything.
  public var filter: String?
  public var extraPorts: [UInt16] = []

  public init() {}
}

/// What libpcap counted; the device's own drops are 0 where it does not tell.
public struct CaptureStatistics: Sendable, Equatable {
  /// Frames that passed the filter (on loopback devices each may be counted twice).
  public var received: UInt64
  /// Frames lost because the buffer was full.
  public var droppedByKernel: UInt64
  public var droppedByInterface: UInt64
}

/// Whether a capture goes on.
public enum LiveStep: Sendable {
  case proceed
  case finish
}

/// An open device.
///
/// Everything but `stop` belongs to one thread at a time.
public final class LiveCapture {
  public let device: String
  /// The libpcap link type (`DLT_…`).
  public let linkType: Int32
  /// The filter in force, in libpcap's language; empty: everything.
  public let filter: String
  /// Whether times are nanoseconds (else microseconds).
  public let hasNanoseconds: Bool
  /// Frames delivered so far.
  public private(set) var frameCount: UInt64 = 0
  private let stopPipe: StopPipe
  private let handle: OpaquePointer

  /// Opens and activates the device and sets the filter.
  public init(device: String, options: LiveCaptureOptions = LiveCaptureOptions()) throws(LiveCaptureError) {
    let handle = try Self.activate(device, options)
    do throws(LiveCaptureError) {
      let linkType = pcap_datalink(handle)
      filter = try Self.setFilter(options, on: handle, linkType: linkType)
      guard let pipe = StopPipe() else { throw .cannotOpen(device: device, message: String(cString: strerror(errno))) }
      stopPipe = pipe
      self.linkType = linkType
    } catch {
      pcap_close(handle)
      throw error
    }
    self.device = device
    self.handle = handle
    hasNanoseconds = pcap_get_tstamp_precision(handle) == PCAP_TSTAMP_PRECISION_NANO
  }

  deinit { pcap_close(handle) }

  /// Ends `run` in whatever thread it runs, after the frames at hand; also a `run` that begins later.
  public func stop() { StopPipe.stop(writeEnd: stopDescriptor) }

  /// What a signal handler, which must not touch objects, passes to `stop(descriptor:)`; open as long as this object lives.
  public var stopDescriptor: Int32 { stopPipe.writeEnd }

  /// `stop` for signal handlers: async-signal-safe.
  public static func stop(descriptor: Int32) { StopPipe.stop(writeEnd: descriptor) }

  /// Counts since the device was opened; nil where the device does not count.
  public func statistics() -> CaptureStatistics? {
    var counts = pcap_stat()
    guard pcap_stats(handle, &counts) == 0 else { return nil }
    return CaptureStatistics(
      received: UInt64(counts.ps_recv), droppedByKernel: UInt64(counts.ps_drop), droppedByInterface: UInt64(counts.ps_ifdrop))
  }

  /// Delivers frames until one of the closures says `finish`, `stop` is called, or the device is lost.
  ///
  /// - wake: `onWake` is called at least this often, in milliseconds, whether or not frames come.
  public func run(
    wake: Int32 = 250, onWake: () throws -> LiveStep = { .proceed }, onFrame: (Frame) throws -> LiveStep
  ) throws {
    try withoutActuallyEscaping(onFrame) { onFrame in
      let delivery = FrameDelivery(handle: handle, linkType: linkType, nanosecondsPerUnit: hasNanoseconds ? 1 : 1000, number: frameCount, onFrame)
      var lastWake = Self.milliseconds()
      while try dispatch(delivery) == .proceed {
        let now = Self.milliseconds()
        guard now - lastWake >= Int64(wake) else { continue }
        lastWake = now
        try checkDevice()
        if try onWake() == .finish { return }
      }
    }
  }
}

extension LiveCapture {
  /// Waits for frames, a stop or the time to wake, and delivers what is there; a stop still gets the frames at hand.
  private func dispatch(_ delivery: FrameDelivery) throws -> LiveStep {
    let isStopped = waitForFrames(timeout: delivery.sawFrames ? 0 : 100)
    delivery.sawFrames = false
    let context = Unmanaged.passUnretained(delivery).toOpaque().assumingMemoryBound(to: UInt8.self)
    let result = withExtendedLifetime(delivery) { pcap_dispatch(handle, 1024, deliverFrame, context) }
    frameCount = delivery.number
    if let error = delivery.error { throw error }
    if delivery.isFinished { return .finish }
    // A break that an earlier run asked for with its last frame says nothing about this one.
    if result >= 0 || result == PCAP_ERROR_BREAK { return isStopped ? .finish : .proceed }
    try checkDevice()
    throw LiveCaptureError.cannotRead(device: device, frames: frameCount, message: String(cString: pcap_geterr(handle)))
  }

  /// True: told to stop.
  private func waitForFrames(timeout: Int32) -> Bool {
    // A device without a descriptor to wait for is asked every 10 ms.
    let descriptor = pcap_get_selectable_fd(handle)
    var polled = [
      pollfd(fd: stopPipe.readEnd, events: Int16(POLLIN), revents: 0), pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
    ]
    _ = poll(&polled, 2, descriptor < 0 ? min(timeout, 10) : timeout)
    return polled[0].revents != 0
  }

  /// Linux only reports that an interface went down once, and libpcap may swallow it.
  private func checkDevice() throws(LiveCaptureError) {
    if device != "any", InterfaceState(device, descriptor: pcap_get_selectable_fd(handle)) == .gone {
      throw .deviceLost(device: device, frames: frameCount)
    }
  }

  private static func milliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
