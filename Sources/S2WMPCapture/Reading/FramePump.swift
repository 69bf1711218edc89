import Glibc

/// Reads a capture ahead of the decoder: at first on the caller's thread, from a few megabytes on (or for a pipe) on a thread of its own.
///
/// `next` and `stop` are for one thread only. Memory is bounded by the ring, whatever the file's size.
/// SAFETY: `shared` lives until both threads are done: `stop` joins the reader before freeing it.
public final class FramePump {
  private let reader: CaptureFileReader
  private let shared: UnsafeMutablePointer<PumpState>
  /// Memory of the ring; the ring itself is the writing side's.
  private let memory: (base: UnsafeMutableRawPointer, capacity: Int)
  private var thread: pthread_t?
  private var position = UInt64(FrameRing.alignment)
  private var threadAfter: UInt64
  /// Takes the secrets of the file on the caller's thread, between the frames where they stand: during the call of `next` after the one that
  /// returned the frame before them.
  public var onSecrets: ((DecryptionSecrets) -> Void)? {
    didSet {
      guard thread == nil else { return }
      let shared = shared
      reader.onSecrets = onSecrets == nil ? nil : { PumpState.keep($0, shared) }
    }
  }

  /// - threadAfter: bytes of frames to read before a thread is worth its start; pipes get one at once.
  public init(_ reader: CaptureFileReader, threadAfter: Int = 2 << 20) {
    self.reader = reader
    self.threadAfter = reader.source.isPipe ? 0 : UInt64(clamping: threadAfter)
    shared = .allocate(capacity: 1)
    shared.initialize(to: PumpState(reader: .passUnretained(reader)))
    memory = (shared.pointee.ring.base, shared.pointee.ring.capacity)
    pthread_mutex_init(&shared.pointee.lock, nil)
    pthread_cond_init(&shared.pointee.changed, nil)
  }

  deinit {
    stop()
    pthread_mutex_destroy(&shared.pointee.lock)
    pthread_cond_destroy(&shared.pointee.changed)
    reader.onSecrets = nil
    shared.pointee.ring.deallocate()
    shared.deinitialize(count: 1)
    shared.deallocate()
  }

  /// The next frames, in order; nil at the end. An error comes after the frames before it were handed out.
  public func next() throws(CaptureError) -> FrameBatch? {
    if thread == nil && position >= threadAfter && !shared.pointee.ended { startThread() }
    let ready = thread == nil ? fillHere() : waitForReader()
    let end = onSecrets == nil ? ready : handOutSecrets(before: ready)
    if end == position {
      if let error = shared.pointee.error { throw error }
      return nil
    }
    let batch = FrameBatch(base: memory.base, capacity: memory.capacity, start: position, end: end)
    position = end
    return batch
  }

  /// As `CaptureFileReader.ignoredSecrets`; to be asked once all frames were handed out.
  public var ignoredSecrets: Int { reader.ignoredSecrets }

  /// Stored bytes read so far, and the file's size where it is known; may run ahead of the frames handed out.
  public var progress: (bytesRead: UInt64, totalBytes: UInt64?) {
    pthread_mutex_lock(&shared.pointee.lock)
    defer { pthread_mutex_unlock(&shared.pointee.lock) }
    return (shared.pointee.bytesRead, reader.source.totalBytes)
  }

  /// Ends reading early; harmless when it has ended.
  public func stop() {
    guard let running = thread else { return }
    pthread_mutex_lock(&shared.pointee.lock)
    shared.pointee.stopped = true
    pthread_cond_broadcast(&shared.pointee.changed)
    pthread_mutex_unlock(&shared.pointee.lock)
    reader.source.cancel()
    pthread_join(running, nil)
    thread = nil
    shared.pointee.ended = true
  }

  /// Hands out what is due at this position, and ends the batch where the next secrets stand: who gets which does not depend on threads.
  private func handOutSecrets(before end: UInt64) -> UInt64 {
    pthread_mutex_lock(&shared.pointee.lock)
    let due = shared.pointee.secrets.prefix { $0.position <= position }.map(\.secrets)
    shared.pointee.secrets.removeFirst(due.count)
    let next = shared.pointee.secrets.first?.position ?? end
    pthread_mutex_unlock(&shared.pointee.lock)
    for secrets in due { onSecrets?(secrets) }
    return min(end, next)
  }

  private func fillHere() -> UInt64 {
    while !shared.pointee.ended && shared.pointee.ring.writing &- position < PumpState.batchBytes {
      PumpState.readOne(shared, reader, reading: position)
    }
    PumpState.publish(shared)
    return shared.pointee.published
  }

  private func waitForReader() -> UInt64 {
    pthread_mutex_lock(&shared.pointee.lock)
    defer { pthread_mutex_unlock(&shared.pointee.lock) }
    shared.pointee.reading = position
    pthread_cond_broadcast(&shared.pointee.changed)
    while shared.pointee.published == position && !shared.pointee.ended {
      pthread_cond_wait(&shared.pointee.changed, &shared.pointee.lock)
    }
    return shared.pointee.published
  }

  private func startThread() {
    shared.pointee.reading = position
    var started = pthread_t()
    let status = pthread_create(
      &started, nil,
      { argument in
        if let argument { PumpState.run(argument.assumingMemoryBound(to: PumpState.self)) }
        return nil
      }, shared)
    // Without a thread it is slower, and nothing else.
    if status == 0 { thread = started } else { threadAfter = .max }
  }
}
