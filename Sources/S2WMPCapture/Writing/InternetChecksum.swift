/// The ones' complement sum of RFC 1071, over bytes given in pieces of which only the last may be odd.
struct InternetChecksum {
  private var sum: UInt64 = 0

  mutating func add(_ bytes: [UInt8]) {
    var index = 0
    while index + 1 < bytes.count {
      sum &+= UInt64(bytes[index]) << 8 | UInt64(bytes[index + 1])
      index += 2
    }
    if index < bytes.count { sum &+= UInt64(bytes[index]) << 8 }
  }

  mutating func add(_ number: Int) { sum &+= UInt64(number >> 16 & 0xffff) &+ UInt64(number & 0xffff) }

  var value: UInt16 {
    var folded = sum
    while folded >> 16 != 0 { folded = (folded & 0xffff) + folded >> 16 }
    return ~UInt16(truncatingIfNeeded: folded)
  }
}
