/// Memory for packet bytes that wait: power-of-two blocks on free lists, so that waiting costs no `malloc` per packet.
final class SlabAllocator {
  private static let smallest = 6  // 64 bytes
  private static let largest = 17  // 128 KiB
  private static let chunkBytes = 1 << 18

  /// First free block of each class.
  private let free: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private var chunks: [UnsafeMutableRawPointer] = []
  private var cursor: UnsafeMutableRawPointer?
  private var left = 0

  init() {
    free = .allocate(capacity: Self.largest + 1)
    free.initialize(repeating: nil, count: Self.largest + 1)
  }

  deinit {
    free.deallocate()
    for chunk in chunks { chunk.deallocate() }
  }

  /// The class of blocks that hold `size` bytes: their size is 1 << class.
  @inline(__always) static func sizeClass(_ size: Int) -> Int {
    size <= 64 ? smallest : Int.bitWidth - (size - 1).leadingZeroBitCount
  }

  /// Uninitialised memory for at least `size` bytes.
  func allocate(_ size: Int) -> UnsafeMutableRawPointer {
    let index = Self.sizeClass(size)
    // Larger than any packet: the system's allocator does as well.
    guard index <= Self.largest else { return .allocate(byteCount: size, alignment: 16) }
    if let block = free[index] {
      // SAFETY: a free block holds the next free one in its first word; it was put there by `deallocate`.
      free[index] = block.load(as: UnsafeMutableRawPointer?.self)
      return block
    }
    return carve(1 << index)
  }

  func deallocate(_ block: UnsafeMutableRawPointer, _ size: Int) {
    let index = Self.sizeClass(size)
    guard index <= Self.largest else { return block.deallocate() }
    block.storeBytes(of: free[index], as: UnsafeMutableRawPointer?.self)
    free[index] = block
  }

  private func carve(_ size: Int) -> UnsafeMutableRawPointer {
    if left < size {
      let chunk = UnsafeMutableRawPointer.allocate(byteCount: Self.chunkBytes, alignment: 64)
      chunks.append(chunk)
      cursor = chunk
      left = Self.chunkBytes
    }
    // SAFETY: `left` bytes from `cursor` on belong to the newest chunk.
    let block = cursor.unsafelyUnwrapped
    cursor = block + size
    left -= size
    return block
  }
}
