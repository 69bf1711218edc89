/// Writing DER, right and wrong, for keys that a target must refuse.
enum DER {
  static let sequence: UInt8 = 0x30
  static let integer: UInt8 = 0x02
  static let bitString: UInt8 = 0x03

  static let dhKeyAgreement: [UInt8] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x03, 0x01]
  static let dhPublicNumber: [UInt8] = [0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3e, 0x02, 0x01]
  static let rsaEncryption: [UInt8] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]
  static let x25519: [UInt8] = [0x06, 0x03, 0x2b, 0x65, 0x6e]
  static let null: [UInt8] = [0x05, 0x00]

  static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] { [tag] + length(content.count) + content }

  /// A positive number from its magnitude.
  static func number(_ magnitude: [UInt8]) -> [UInt8] {
    let digits = Array(magnitude.drop { $0 == 0 })
    guard let first = digits.first else { return [integer, 1, 0] }
    return element(integer, first >= 0x80 ? [0] + digits : digits)
  }

  static func bits(_ content: [UInt8]) -> [UInt8] { element(bitString, [0] + content) }

  static func length(_ count: Int) -> [UInt8] {
    switch count {
    case ..<0x80: [UInt8(count)]
    case ..<0x100: [0x81, UInt8(count)]
    default: [0x82, UInt8(count >> 8 & 0xff), UInt8(count & 0xff)]
    }
  }

  /// The same element with its length in one byte more than needed.
  static func withLongLength(_ element: [UInt8]) -> [UInt8] {
    guard let (header, content) = split(element) else { return element }
    let digits = Array(header.dropFirst())
    let long: [UInt8]
    if digits.count == 1 { long = [0x81] + digits } else { long = [digits[0] + 1, 0] + digits.dropFirst() }
    return [header[0]] + long + content
  }

  /// Tag with length bytes, and content, of the element that begins the bytes.
  static func split(_ bytes: [UInt8]) -> (header: [UInt8], content: [UInt8])? {
    guard bytes.count >= 2 else { return nil }
    let more = bytes[1] < 0x80 ? 0 : Int(bytes[1] & 0x7f)
    guard more <= 3, bytes.count >= 2 + more else { return nil }
    let count = more == 0 ? Int(bytes[1]) : bytes[2..<(2 + more)].reduce(0) { $0 << 8 | Int($1) }
    guard bytes.count >= 2 + more + count else { return nil }
    return (Array(bytes[..<(2 + more)]), Array(bytes[(2 + more)..<(2 + more + count)]))
  }

  /// The elements inside a content, whole.
  static func elements(_ content: [UInt8]) -> [[UInt8]] {
    var rest = content
    var out: [[UInt8]] = []
    while let (header, inner) = split(rest) {
      let size = header.count + inner.count
      out.append(Array(rest[..<size]))
      rest = Array(rest[size...])
    }
    return out
  }

  static func content(_ element: [UInt8]) -> [UInt8] { split(element)?.content ?? [] }
}
