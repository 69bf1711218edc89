/// Output that is written in large pieces: a line asks for room once and then writes without checks.
///
/// `drain` gets the filled part when the buffer is full, on `flush`, and never holds on to it.
public final class LineBuffer {
  private let drain: (UnsafeRawBufferPointer) -> Void
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var count = 0

  public init(capacity: Int = 256 << 10, drain: @escaping (UnsafeRawBufferPointer) -> Void) {
    self.capacity = capacity
    self.drain = drain
    base = .allocate(capacity: capacity)
  }

  deinit {
    base.deallocate()
  }

  /// Where the next `size` bytes may be written; call `advance` with what was used.
  @inline(__always) public func room(_ size: Int) -> UnsafeMutablePointer<UInt8> {
    if capacity - count < size { makeRoom(size) }
    return base + count
  }

  @inline(__always) public func advance(to end: UnsafeMutablePointer<UInt8>) {
    count = end - base
  }

  public func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { from in
      guard let start = from.baseAddress else { return }
      let to = room(from.count)
      to.update(from: start, count: from.count)
      advance(to: to + from.count)
    }
  }

  public func append(_ text: String) { append(Array(text.utf8)) }

  public func flush() {
    if count > 0 { drain(UnsafeRawBufferPointer(start: base, count: count)) }
    count = 0
  }

  private func makeRoom(_ size: Int) {
    flush()
    guard capacity < size else { return }
    base.deallocate()
    capacity = size
    base = .allocate(capacity: capacity)
  }
}
