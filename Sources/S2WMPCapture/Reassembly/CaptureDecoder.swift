/// Takes frames apart and puts the bytes of their conversations in order.
///
/// Recorded captures come in batches from one `FramePump`, live ones frame by frame. The receiver is called on the caller's thread and must not
/// call back into the decoder. Not thread-safe.
/// SAFETY: `core` is allocated once and used by one thread, so that no packet pays for exclusivity checks.
public final class CaptureDecoder {
  private let receiver: any ConversationReceiver
  private let core: UnsafeMutablePointer<DecoderCore>
  /// Frames that come one by one are kept here a while, for comparison with retransmitted ones.
  private var ring: FrameRing?
  private var finished = false

  public init(receiver: any ConversationReceiver, limits: ReassemblyLimits = ReassemblyLimits()) {
    self.receiver = receiver
    core = .allocate(capacity: 1)
    core.initialize(to: DecoderCore(limits))
  }

  deinit {
    core.pointee.deallocate()
    core.deinitialize(count: 1)
    core.deallocate()
    ring?.deallocate()
  }

  public var counters: CaptureCounters { core.pointee.counters }

  /// Decodes all frames of a batch; batches must come in order and from one pump.
  public func process(_ batch: FrameBatch) {
    core.pointee.process(batch, receiver)
  }

  /// Decodes one frame.
  public func process(_ frame: Frame) {
    if frame.bytes.count > PcapNGReader.longestFrame { return }
    if ring == nil { ring = FrameRing(capacity: 4 << 20) }
    guard let start = ring?.writing, ring?.append(frame, reading: start) == true, let ring else { return }
    core.pointee.process(FrameBatch(base: ring.base, capacity: ring.capacity, start: start, end: ring.writing), receiver)
  }

  /// For live capture: closes what is due at `now`, and gives up acknowledged holes that are several seconds old.
  public func flush(now: CaptureTime) {
    if !now.isNone { core.pointee.flush(now.nanoseconds, receiver) }
  }

  /// The capture ended: delivers what waits, and closes every conversation.
  public func finish() {
    if finished { return }
    finished = true
    core.pointee.finish(receiver)
  }
}
