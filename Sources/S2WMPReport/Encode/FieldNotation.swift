import S2WMPFlow
import S2WMPWire

/// Field values read from the notation of every output.
enum FieldNotation {
  typealias Problem = EncodeInputError.Problem

  static let wholeNumber = "a whole number from 0 to \(UInt64.max)"

  static func value(_ value: JSONValue, for row: FieldRow) throws(Problem) -> FieldValue {
    let key = "fields.\(row.name)"
    switch row.kind {
    case .unsigned:
      guard let number = value.unsigned else { throw .wrongValue(key: key, wanted: wholeNumber, found: value.summary) }
      return .unsigned(number)
    case .opaque: return .bytes(try hex(value, key: key))
    case .address: return .address(try address(value, key: key, for: row))
    case .text: return .text(try name(value, key: key))
    case .text16: return .text(try name16(value, key: key))
    }
  }

  static func hex(_ value: JSONValue, key: String) throws(Problem) -> [UInt8] {
    guard let bytes = value.string.flatMap({ Hex.bytes($0) }) else {
      throw .wrongValue(key: key, wanted: "a string of hex digits, two a byte", found: value.summary)
    }
    return bytes
  }

  /// 4 or 16 bytes; in 16, IPv4 stands as `::ffff:a.b.c.d`.
  private static func address(_ value: JSONValue, key: String, for row: FieldRow) throws(Problem) -> [UInt8] {
    let isShort = row.extent == .fixed(4)
    guard let endpoint = value.string.flatMap({ Endpoint(address: $0, port: 0) }), endpoint.isIPv4 || !isShort else {
      throw .wrongValue(key: key, wanted: isShort ? "an address such as \"10.0.0.7\"" : "an address such as \"10.0.0.7\" or \"fe80::1\"", found: value.summary)
    }
    let bytes = Identifier(high: endpoint.high, low: endpoint.low).bytes
    return isShort ? Array(bytes.suffix(4)) : bytes
  }

  /// One byte a character, any byte as `\xNN`.
  private static func name(_ value: JSONValue, key: String) throws(Problem) -> [UInt8] {
    guard case .string(let text) = value, let bytes = unescaped(text, "x", digits: 2, { [UInt8(truncatingIfNeeded: $0)] }) else {
      throw .wrongValue(key: key, wanted: "a string in which a backslash only stands before xNN (itself it is \\x5c)", found: value.summary)
    }
    return bytes
  }

  /// UTF-16 text, any code unit as `\uNNNN`.
  ///
  /// Escaped halves of a pair become one character again, as they are one on the wire.
  private static func name16(_ value: JSONValue, key: String) throws(Problem) -> [UInt8] {
    guard case .string(let text) = value, let wtf8 = unescaped(text, "u", digits: 4, { UTF16Name.wtf8([$0]) }), let units = units(wtf8) else {
      throw .wrongValue(key: key, wanted: "a string in which a backslash only stands before uNNNN (itself it is \\u005c)", found: value.summary)
    }
    return UTF16Name.wtf8(units)
  }

  private static func units(_ wtf8: [UInt8]) -> [UInt16]? { UTF16Name.codeUnits(wtf8: wtf8) }

  /// Replaces each backslash, letter and digits; nil when a backslash is followed by anything else.
  private static func unescaped(_ text: [UInt8], _ letter: Unicode.Scalar, digits: Int, _ bytes: (UInt16) -> [UInt8]) -> [UInt8]? {
    var out: [UInt8] = []
    out.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      if text[index] != 0x5c {
        out.append(text[index])
        index += 1
        continue
      }
      let end = index + 2 + digits
      guard end <= text.count, text[index + 1] == UInt8(ascii: letter) else { return nil }
      var value: UInt16 = 0
      for digit in text[(index + 2)..<end] {
        guard let nibble = Hex.value(digit) else { return nil }
        value = value << 4 | UInt16(nibble)
      }
      out += bytes(value)
      index = end
    }
    return out
  }
}
