/// Endpoints and addresses as text: `10.0.0.7:5000`, `[fe80::1]:5000`.
///
/// IPv6 follows RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as `::` (the first of equals),
/// and mapped IPv4 addresses in dotted form. Written without Foundation because one endpoint stands in every line of output.
extension Endpoint: CustomStringConvertible {
  /// No endpoint's text is longer than this many bytes.
  public static var maximumTextLength: Int { 56 }

  public var description: String { Self.string { writeText(to: $0) } }

  /// The address without its port and without brackets: `10.0.0.7`, `fe80::1`.
  public var addressText: String { Self.string { writeAddressText(to: $0) } }

  /// Writes `address:port` and returns how many bytes it took; `output` must have room for `maximumTextLength`.
  public func writeText(to output: UnsafeMutablePointer<UInt8>) -> Int {
    var writer = TextCursor(output)
    if !isIPv4 { writer.put(UInt8(ascii: "[")) }
    writeAddress(&writer)
    if !isIPv4 { writer.put(UInt8(ascii: "]")) }
    writer.put(UInt8(ascii: ":"))
    writer.putDecimal(UInt32(port))
    return writer.count
  }

  /// Writes the address alone and returns how many bytes it took; `output` must have room for `maximumTextLength`.
  public func writeAddressText(to output: UnsafeMutablePointer<UInt8>) -> Int {
    var writer = TextCursor(output)
    writeAddress(&writer)
    return writer.count
  }

  /// Appends `address:port`.
  public func appendText(to output: inout [UInt8]) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.maximumTextLength) { buffer in
      guard let base = buffer.baseAddress else { return }
      let count = writeText(to: base)
      output.append(contentsOf: buffer[..<count])
    }
  }

  private static func string(_ write: (UnsafeMutablePointer<UInt8>) -> Int) -> String {
    String(unsafeUninitializedCapacity: maximumTextLength) { buffer in
      guard let base = buffer.baseAddress else { return 0 }
      return write(base)
    }
  }

  private func writeAddress(_ writer: inout TextCursor) {
    if isIPv4 { return writer.putIPv4(UInt32(truncatingIfNeeded: low)) }
    writer.putIPv6(high: high, low: low)
  }
}

/// Writes ASCII to memory whose size the caller has checked (`Endpoint.maximumTextLength` covers every address).
private struct TextCursor {
  private let base: UnsafeMutablePointer<UInt8>
  private(set) var count = 0

  init(_ base: UnsafeMutablePointer<UInt8>) { self.base = base }

  @inline(__always) mutating func put(_ byte: UInt8) {
    base[count] = byte
    count &+= 1
  }

  @inline(__always) private mutating func putDigit(_ digit: UInt32) { put(UInt8(truncatingIfNeeded: 0x30 &+ digit)) }

  /// At most five digits.
  mutating func putDecimal(_ value: UInt32) {
    if value >= 10_000 { putDigit(value / 10_000) }
    if value >= 1000 { putDigit(value / 1000 % 10) }
    if value >= 100 { putDigit(value / 100 % 10) }
    if value >= 10 { putDigit(value / 10 % 10) }
    putDigit(value % 10)
  }

  mutating func putIPv4(_ address: UInt32) {
    let octets = Self.octets
    putOctet(octets[Int(address >> 24)])
    putOctet(octets[Int(address >> 16 & 0xff)])
    putOctet(octets[Int(address >> 8 & 0xff)])
    putOctet(octets[Int(address & 0xff)])
    // The last point goes.
    count &-= 1
  }

  /// Writes four bytes of which all but the last few count.
  @inline(__always) private mutating func putOctet(_ octet: (text: UInt32, count: Int)) {
    UnsafeMutableRawPointer(base + count).storeBytes(of: octet.text, as: UInt32.self)
    count &+= octet.count
  }

  /// Every octet's digits with a point behind them, as they lie in memory, and how many bytes that is. Made once, for as long as the program runs.
  ///
  /// SAFETY: written before anything else can see it, and never again.
  nonisolated(unsafe) private static let octets: UnsafePointer<(text: UInt32, count: Int)> = {
    let table = UnsafeMutablePointer<(text: UInt32, count: Int)>.allocate(capacity: 256)
    for value in 0..<256 {
      let text = Array("\(value).".utf8)
      let packed = text.enumerated().reduce(UInt32(0)) { $0 | UInt32($1.element) << UInt32($1.offset * 8) }
      (table + value).initialize(to: (packed.littleEndian, text.count))
    }
    return UnsafePointer(table)
  }()

  mutating func putIPv6(high: UInt64, low: UInt64) {
    let mapped = high == 0 && low >> 32 == 0xffff
    let groups = mapped ? 6 : 8
    let zeros = Self.longestZeroRun(high: high, low: low, groups: groups)
    var index = 0
    while index < groups {
      if index == zeros.lowerBound, zeros.count > 1 {
        put(UInt8(ascii: ":"))
        put(UInt8(ascii: ":"))
        index = zeros.upperBound
        continue
      }
      if index > 0, !(zeros.count > 1 && index == zeros.upperBound) { put(UInt8(ascii: ":")) }
      putHex(Self.group(index, high: high, low: low))
      index += 1
    }
    guard mapped else { return }
    put(UInt8(ascii: ":"))
    putIPv4(UInt32(truncatingIfNeeded: low))
  }

  private mutating func putHex(_ group: UInt16) {
    var shift: UInt16 = 12
    while shift > 0, group >> shift == 0 { shift -= 4 }
    while true {
      let digit = UInt8(truncatingIfNeeded: group >> shift & 0xf)
      put(digit < 10 ? UInt8(ascii: "0") &+ digit : UInt8(ascii: "a") &+ digit &- 10)
      if shift == 0 { return }
      shift -= 4
    }
  }

  private static func group(_ index: Int, high: UInt64, low: UInt64) -> UInt16 {
    UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index & 3)))
  }

  private static func longestZeroRun(high: UInt64, low: UInt64, groups: Int) -> Range<Int> {
    var best = 0..<0
    var start = 0
    for index in 0..<groups {
      if group(index, high: high, low: low) != 0 {
        start = index + 1
      } else if index + 1 - start > best.count {
        best = start..<(index + 1)
      }
    }
    return best
  }
}
