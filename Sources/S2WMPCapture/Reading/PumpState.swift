import Glibc

/// What a `FramePump` and its reader thread share. `ring` and `reader` are the writing side's; the rest is guarded by `lock`, once a thread runs.
struct PumpState {
  var ring = FrameRing(capacity: 8 << 20)
  var reader: Unmanaged<CaptureFileReader>
  var lock = pthread_mutex_t()
  var changed = pthread_cond_t()
  /// Up to here frames may be handed out.
  var published = UInt64(FrameRing.alignment)
  /// The batch being decoded begins here.
  var reading = UInt64(FrameRing.alignment)
  var bytesRead: UInt64 = 0
  var ended = false
  var stopped = false
  /// Why reading ended before the file did.
  var error: CaptureError?
  /// Secrets of the file that were not handed out yet, each with the position of the frame that follows them.
  var secrets: [(position: UInt64, secrets: DecryptionSecrets)] = []

  /// Frames are handed over when about so many bytes of them are there.
  static let batchBytes: UInt64 = 256 << 10

  /// The reader thread: fills the ring until the end, an error or a stop.
  static func run(_ shared: UnsafeMutablePointer<PumpState>) {
    let reader = shared.pointee.reader.takeUnretainedValue()
    let source = reader.source
    source.beforeWaiting = { publish(shared) }
    pthread_mutex_lock(&shared.pointee.lock)
    var position = shared.pointee.reading
    pthread_mutex_unlock(&shared.pointee.lock)
    while !shared.pointee.ended {
      position = readOne(shared, reader, reading: position)
      if shared.pointee.ring.writing &- shared.pointee.published >= batchBytes { publish(shared) }
    }
    source.beforeWaiting = nil
    publish(shared)
  }

  /// Moves one frame from the file to the ring; returns where the other side reads, as far as known.
  @discardableResult
  static func readOne(_ shared: UnsafeMutablePointer<PumpState>, _ reader: CaptureFileReader, reading: UInt64) -> UInt64 {
    var reading = reading
    do throws(CaptureError) {
      guard let frame = try reader.nextFrame() else {
        end(shared, nil)
        return reading
      }
      while !shared.pointee.ring.append(frame, reading: reading) {
        guard let advanced = waitForRoom(shared, beyond: reading) else { return reading }
        reading = advanced
      }
    } catch {
      end(shared, error)
    }
    return reading
  }

  /// Keeps secrets until the frames before them were handed out.
  static func keep(_ secrets: DecryptionSecrets, _ shared: UnsafeMutablePointer<PumpState>) {
    pthread_mutex_lock(&shared.pointee.lock)
    shared.pointee.secrets.append((shared.pointee.ring.writing, secrets))
    pthread_mutex_unlock(&shared.pointee.lock)
  }

  /// Makes what was read so far available to the other side.
  static func publish(_ shared: UnsafeMutablePointer<PumpState>) {
    pthread_mutex_lock(&shared.pointee.lock)
    shared.pointee.published = shared.pointee.ring.writing
    shared.pointee.bytesRead = shared.pointee.reader._withUnsafeGuaranteedRef { $0.source.bytesRead }
    if shared.pointee.stopped { shared.pointee.ended = true }
    pthread_cond_broadcast(&shared.pointee.changed)
    pthread_mutex_unlock(&shared.pointee.lock)
  }

  /// Where the other side reads once that is beyond `reading`; nil when it wants no more.
  private static func waitForRoom(_ shared: UnsafeMutablePointer<PumpState>, beyond reading: UInt64) -> UInt64? {
    publish(shared)
    pthread_mutex_lock(&shared.pointee.lock)
    defer { pthread_mutex_unlock(&shared.pointee.lock) }
    while shared.pointee.reading == reading && !shared.pointee.stopped {
      pthread_cond_wait(&shared.pointee.changed, &shared.pointee.lock)
    }
    if shared.pointee.stopped { shared.pointee.ended = true }
    return shared.pointee.stopped ? nil : shared.pointee.reading
  }

  private static func end(_ shared: UnsafeMutablePointer<PumpState>, _ error: CaptureError?) {
    pthread_mutex_lock(&shared.pointee.lock)
    shared.pointee.error = error
    shared.pointee.ended = true
    // What was read before the end belongs to it: a waiting decoder must see both at once.
    shared.pointee.published = shared.pointee.ring.writing
    pthread_cond_broadcast(&shared.pointee.changed)
    pthread_mutex_unlock(&shared.pointee.lock)
  }
}
