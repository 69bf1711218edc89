import S2WMPWire

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Remembers which messages were seen: (sender, datetime) → connection and bytes. Fixed size; the oldest are forgotten.
///
/// One table of buckets with 8 entries each: a look-up reads one or two cache lines, and no input can make it slow.
final class ReplayMemory {
  private struct Entry {
    var key: UInt64 = 0
    var content: UInt32 = 0
    var conversation: UInt32 = 0
    var frame: UInt64 = 0
  }

  private static let ways = 8
  private let entries: UnsafeMutablePointer<Entry>
  private let count: Int
  private let mask: Int
  private let seed: UInt64

  /// - capacity: messages remembered, rounded up to a power of two; memory grows with use (untouched pages cost nothing).
  init(capacity: Int = 1 << 19, seed: UInt64) {
    var size = Self.ways
    while size < capacity { size *= 2 }
    count = size
    mask = size / Self.ways - 1
    self.seed = seed
    // SAFETY: zeroed memory is a valid empty entry; `calloc` maps it without touching it. Without memory nothing else would work either.
    guard let memory = calloc(size, MemoryLayout<Entry>.stride) else { preconditionFailure("out of memory") }
    entries = memory.bindMemory(to: Entry.self, capacity: size)
  }

  deinit {
    free(entries)
  }

  /// Remembers a message. Gives the frame of an earlier one with the same sender and datetime that came on another conversation or with other bytes.
  func remember(_ sender: Identifier, _ datetime: UInt64, content: UInt32, conversation: UInt32, frame: UInt64) -> UInt64? {
    let key = Mix.hash(sender.high, sender.low, datetime, seed) | 1
    // SAFETY: the bucket index is masked to the table's size.
    let bucket = entries + (Int(truncatingIfNeeded: key >> 20) & mask) * Self.ways
    var oldest = 0
    for way in 0..<Self.ways {
      let entry = bucket[way]
      if entry.key == key {
        let isReplay = entry.conversation != conversation || entry.content != content
        return isReplay ? entry.frame : nil
      }
      if entry.frame < bucket[oldest].frame { oldest = way }
    }
    bucket[oldest] = Entry(key: key, content: content, conversation: conversation, frame: frame)
    return nil
  }
}

/// Fast non-cryptographic mixing.
enum Mix {
  @inline(__always) static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  @inline(__always) static func hash(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ seed: UInt64) -> UInt64 {
    fold(fold(a ^ 0x9e37_79b9_7f4a_7c15, b ^ seed) ^ c, 0xd6e8_feb8_6659_fd93 ^ seed)
  }

  /// 32 bits over any number of bytes, eight at a time.
  static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt32 {
    guard let base = bytes.baseAddress else { return 0 }
    // SAFETY: reads stay below `count`.
    var a = seed
    var b = seed ^ 0xa076_1d64_78bd_642f
    var at = 0
    while at + 16 <= bytes.count {
      a = fold(a ^ base.loadUnaligned(fromByteOffset: at, as: UInt64.self), 0xe703_7ed1_a0b4_28db)
      b = fold(b ^ base.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self), 0x8ebc_6af0_9c88_c6e3)
      at += 16
    }
    while at < bytes.count {
      a = fold(a ^ UInt64(base.load(fromByteOffset: at, as: UInt8.self)), 0x5899_65cc_7537_4cc3)
      at += 1
    }
    let mixed = fold(a ^ UInt64(bytes.count), b | 1)
    return UInt32(truncatingIfNeeded: mixed ^ (mixed >> 32))
  }
}
