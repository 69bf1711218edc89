import CPrefetch
import S2WMPWire

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Remembers which messages were seen: (sender, datetime) → connection and bytes. Fixed size; the oldest are forgotten.
///
/// One table of buckets: a cache line with the keys of 8 messages, then two lines with what is known of each. A look-up reads the first line,
/// and no input can make it slow.
final class ReplayMemory {
  private struct Seen {
    var content: UInt32
    var conversation: UInt32
    var frame: UInt64
  }

  private static let ways = 8
  private static let line = 64
  private static let bucketBytes = line + ways * MemoryLayout<Seen>.stride
  private let buckets: UnsafeMutableRawPointer
  /// The way of each bucket that is written next.
  private let cursors: UnsafeMutablePointer<UInt8>
  private let mask: Int
  private let seed: UInt64

  /// - capacity: messages remembered, rounded up to a power of two; memory grows with use (untouched pages cost nothing).
  init(capacity: Int = 1 << 19, seed: UInt64) {
    var count = 1
    while count * Self.ways < capacity { count *= 2 }
    mask = count - 1
    self.seed = seed
    // SAFETY: zeroed memory is a valid empty bucket; the system maps it without touching it. Without memory nothing else would work either.
    guard let cursors = calloc(count, 1),
      let buckets = mmap(nil, count * Self.bucketBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), buckets != MAP_FAILED
    else { preconditionFailure("out of memory") }
    self.cursors = cursors.bindMemory(to: UInt8.self, capacity: count)
    self.buckets = buckets
  }

  deinit {
    munmap(buckets, (mask + 1) * Self.bucketBytes)
    free(cursors)
  }

  /// Zero stands for an empty way.
  private func key(_ sender: Identifier, _ datetime: UInt64) -> UInt64 { Mix.hash(sender.high, sender.low, datetime, seed) | 1 }

  private func bucket(_ key: UInt64) -> Int { Int(truncatingIfNeeded: key >> 20) & mask }

  /// A message with these is about to be remembered.
  func expect(_ sender: Identifier, _ datetime: UInt64) {
    let keys = buckets + bucket(key(sender, datetime)) &* Self.bucketBytes
    s2wmp_prefetch_to_write(keys)
    s2wmp_prefetch_to_write(keys + Self.line)
  }

  /// Remembers a message. Gives the frame of an earlier one with the same sender and datetime that came on another conversation or with other bytes.
  func remember(_ sender: Identifier, _ datetime: UInt64, content: UInt32, conversation: UInt32, frame: UInt64) -> UInt64? {
    let key = key(sender, datetime)
    let index = bucket(key)
    // SAFETY: the bucket index is masked to the table's size, the way to 0…7.
    let start = buckets + index &* Self.bucketBytes
    let keys = start.assumingMemoryBound(to: UInt64.self)
    let seen = (start + Self.line).assumingMemoryBound(to: Seen.self)
    for way in 0..<Self.ways where keys[way] == key {
      let isReplay = seen[way].conversation != conversation || seen[way].content != content
      return isReplay ? seen[way].frame : nil
    }
    let way = Int(cursors[index] & 7)
    cursors[index] = UInt8(truncatingIfNeeded: way &+ 1)
    keys[way] = key
    seen[way] = Seen(content: content, conversation: conversation, frame: frame)
    return nil
  }
}

/// Fast non-cryptographic mixing.
package enum Mix {
  @inline(__always) static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  @inline(__always) static func hash(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ seed: UInt64) -> UInt64 {
    fold(fold(a ^ 0x9e37_79b9_7f4a_7c15, b ^ seed) ^ c, 0xd6e8_feb8_6659_fd93 ^ seed)
  }

  /// 32 bits over any number of bytes, 32 at a time in four chains that do not wait for each other.
  package static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt32 {
    guard let base = bytes.baseAddress, bytes.count >= 32 else { return hashShort(bytes, seed: seed) }
    var (a, b, c, d) = (seed, seed ^ 0xa076_1d64_78bd_642f, seed ^ 0x5899_65cc_7537_4cc3, ~seed)
    var at = 0
    // SAFETY: every step reads 32 bytes that end at or before `count`; the last one may overlap the one before.
    while at < bytes.count {
      let from = base + min(at, bytes.count &- 32)
      a = fold(a ^ from.loadUnaligned(as: UInt64.self), 0xe703_7ed1_a0b4_28db)
      b = fold(b ^ from.loadUnaligned(fromByteOffset: 8, as: UInt64.self), 0x8ebc_6af0_9c88_c6e3)
      c = fold(c ^ from.loadUnaligned(fromByteOffset: 16, as: UInt64.self), 0xd6e8_feb8_6659_fd93)
      d = fold(d ^ from.loadUnaligned(fromByteOffset: 24, as: UInt64.self), 0x9e37_79b9_7f4a_7c15)
      at &+= 32
    }
    let mixed = fold(fold(a ^ UInt64(bytes.count), b | 1) ^ c, d | 1)
    return UInt32(truncatingIfNeeded: mixed ^ (mixed >> 32))
  }

  private static func hashShort(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt32 {
    let mixed = bytes.reduce(fold(seed ^ UInt64(bytes.count), 0xe703_7ed1_a0b4_28db)) { fold($0 ^ UInt64($1), 0x5899_65cc_7537_4cc3) }
    return UInt32(truncatingIfNeeded: mixed ^ (mixed >> 32))
  }
}
