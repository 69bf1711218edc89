import S2WMPWire

/// Reads DER elements one after the other, strictly: minimal lengths, minimal positive integers. Every input has an answer; nil means "not DER".
struct DERReader {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  static var sequence: UInt8 { 0x30 }
  static var integer: UInt8 { 0x02 }
  static var bitString: UInt8 { 0x03 }
  static var octetString: UInt8 { 0x04 }
  static var null: UInt8 { 0x05 }
  static var objectIdentifier: UInt8 { 0x06 }

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Bytes read so far.
  var offset: Int { position }

  var isAtEnd: Bool { position == bytes.count }

  /// The content of the next element, which must have that tag.
  mutating func element(_ tag: UInt8) -> UnsafeRawBufferPointer? {
    guard bytes.count - position >= 2, bytes[position] == tag else { return nil }
    guard let (length, start) = length(at: position + 1), length <= bytes.count - start else { return nil }
    position = start + length
    return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
  }

  /// The magnitude of the next INTEGER, without its sign byte; negative numbers and padded ones are refused.
  mutating func positiveInteger() -> UnsafeRawBufferPointer? {
    guard let content = element(Self.integer), let first = content.first, first < 0x80 else { return nil }
    guard first == 0, content.count > 1 else { return content }
    return content[1] < 0x80 ? nil : UnsafeRawBufferPointer(rebasing: content[1...])
  }

  /// A length and where its content starts. The position given is inside the bytes.
  private func length(at start: Int) -> (Int, Int)? {
    let first = bytes[start]
    if first < 0x80 { return (Int(first), start + 1) }
    let count = Int(first & 0x7f)
    guard count >= 1, count <= 4, bytes.count - start > count, bytes[start + 1] != 0 else { return nil }
    var value = 0
    for byte in bytes[(start + 1)...(start + count)] { value = value << 8 | Int(byte) }
    return value < 0x80 ? nil : (value, start + 1 + count)
  }
}

/// The length of a big-endian magnitude in bits.
func bitLength(_ magnitude: UnsafeRawBufferPointer) -> Int {
  guard let first = magnitude.first else { return 0 }
  return magnitude.count * 8 - first.leadingZeroBitCount
}
