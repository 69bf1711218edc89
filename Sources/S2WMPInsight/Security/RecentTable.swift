#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What was seen of late, by 64 bits of a hash that nobody outside can foresee. Of eight that share a bucket the one that was put there first is forgotten for
/// the next.
///
/// Fixed memory, of which untouched pages cost nothing; one cache line for a look-up, nothing allocated for an entry, and no input that makes it slow.
final class RecentTable<Value: BitwiseCopyable> {
  private static var ways: Int { 8 }
  private static var line: Int { 64 }
  private let bucketBytes: Int
  private let buckets: UnsafeMutableRawPointer
  /// The way of each bucket that is written next.
  private let cursors: UnsafeMutablePointer<UInt8>
  private let mask: Int

  /// - capacity: rounded up to a power of two.
  init(_ capacity: Int) {
    var count = 1
    while count * Self.ways < capacity { count *= 2 }
    mask = count - 1
    let values = Self.ways * MemoryLayout<Value>.stride
    bucketBytes = Self.line + (values + Self.line - 1) / Self.line * Self.line
    // SAFETY: zeroed memory is a valid empty bucket, as no key is zero; the system maps it without touching it. Without memory nothing else would work either.
    guard let cursors = calloc(count, 1),
      let buckets = mmap(nil, count * bucketBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), buckets != MAP_FAILED
    else { preconditionFailure("out of memory") }
    self.cursors = cursors.bindMemory(to: UInt8.self, capacity: count)
    self.buckets = buckets
  }

  deinit {
    munmap(buckets, (mask + 1) * bucketBytes)
    free(cursors)
  }

  /// What is known of a key; when nothing is, `value` is from now on, and the answer is nil.
  func value(_ hash: UInt64, orAdd value: Value) -> Value? {
    // Zero stands for an empty way.
    let key = hash | 1
    let index = Int(truncatingIfNeeded: hash >> 20) & mask
    // SAFETY: the bucket index is masked to the table's size, the way to 0…7; a value is read only where a key says that it was written.
    let start = buckets + index &* bucketBytes
    let keys = start.assumingMemoryBound(to: UInt64.self)
    let values = (start + Self.line).assumingMemoryBound(to: Value.self)
    for way in 0..<Self.ways where keys[way] == key { return values[way] }
    let way = Int(cursors[index] & 7)
    cursors[index] = UInt8(truncatingIfNeeded: way &+ 1)
    keys[way] = key
    (values + way).initialize(to: value)
    return nil
  }
}

/// Hashes of a few words, with seeds that are this process's own: captures are strangers', and must not be able to choose what looks the same.
struct SeededHash {
  let seed: UInt64
  private let other: UInt64

  init() {
    func word(_ number: Int) -> UInt64 {
      var hasher = Hasher()
      hasher.combine(number)
      return UInt64(bitPattern: Int64(hasher.finalize()))
    }
    (seed, other) = (word(1), word(2))
  }

  @inline(__always) func of(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
    Self.fold(Self.fold(a ^ seed, b ^ other) ^ c ^ other, 0xd6e8_feb8_6659_fd93 ^ seed)
  }

  @inline(__always) private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }
}

/// Keys that were met of late, to pass over them without a look into a dictionary. May forget any of them.
struct LatestKeys<Key: Equatable> {
  private static var count: Int { 4096 }
  private var keys: [Key?] = []

  @inline(__always) private static func place(_ slot: UInt64) -> Int { Int(truncatingIfNeeded: (slot &* 0x9e37_79b9_7f4a_7c15) >> 52) }

  /// - slot: something of the key by which keys differ.
  @inline(__always) func contains(_ key: Key, _ slot: UInt64) -> Bool { !keys.isEmpty && keys[Self.place(slot)] == key }

  mutating func add(_ key: Key, _ slot: UInt64) {
    if keys.isEmpty { keys = [Key?](repeating: nil, count: Self.count) }
    keys[Self.place(slot)] = key
  }
}
