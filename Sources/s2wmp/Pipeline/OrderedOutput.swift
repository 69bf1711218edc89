import S2WMPReport

/// Standard output for captures that are decoded side by side: what the first has to say goes out at once, what the others say waits for its turn,
/// up to a limit; then they wait.
final class OrderedOutput: @unchecked Sendable {
  // SAFETY: everything below is read and written under `guarded` alone.
  private let guarded = Guarded()
  private var waiting: [[UInt8]]
  private var hasEnded: [Bool]
  private var current = 0

  /// Bytes of one capture that may wait.
  private static let limit = 8 << 20

  init(count: Int) {
    waiting = Array(repeating: [], count: count)
    hasEnded = Array(repeating: false, count: count)
  }

  /// Takes what the capture of that number says.
  func write(_ bytes: UnsafeRawBufferPointer, of number: Int) {
    guarded.lock()
    defer { guarded.unlock() }
    while number != current && waiting[number].count + bytes.count > Self.limit { guarded.wait() }
    if number == current { StandardOutput.write(bytes) } else { waiting[number] += bytes }
  }

  /// The capture of that number has said everything.
  func end(_ number: Int) {
    guarded.lock()
    hasEnded[number] = true
    while current < hasEnded.count, hasEnded[current] {
      current += 1
      guard current < hasEnded.count else { break }
      waiting[current].withUnsafeBytes { StandardOutput.write($0) }
      waiting[current] = []
    }
    guarded.wakeAll()
    guarded.unlock()
  }
}
