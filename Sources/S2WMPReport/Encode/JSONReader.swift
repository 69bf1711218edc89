import S2WMPWire

/// Why text is not the JSON that was expected, and at which byte.
package struct JSONFault: Error {
  package enum Problem: Equatable {
    /// What was due instead of the byte there (nil: the end).
    case expected(String, found: UInt8?)
    case tooDeep
    case tooLarge
    case notUTF8
  }
  package var offset: Int
  package var problem: Problem
}

/// Reads JSON values one after the other, with limits on nesting and on the size of each: input comes from strangers.
package struct JSONReader {
  static let maximumDepth = 16
  /// Bytes of one top-level object. The longest packet takes 131,230 hex digits, and its list of frames less than 500 kB.
  package static let maximumSize = 1 << 20

  private let bytes: [UInt8]
  private(set) var index = 0
  /// Where the value being read must have ended.
  private var limit: Int

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    limit = bytes.count
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { index = 3 }
  }

  /// Passes white space; the byte behind it, nil at the end.
  package mutating func peek() -> UInt8? {
    while index < bytes.count, bytes[index] == 0x20 || (bytes[index] >= 0x09 && bytes[index] <= 0x0d) { index += 1 }
    return index < bytes.count ? bytes[index] : nil
  }

  /// Passes `byte` if it is next.
  mutating func skip(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    index += 1
    return true
  }

  /// One object of at most `maximumSize` bytes.
  package mutating func topObject() throws(JSONFault) -> JSONObject {
    guard skip(UInt8(ascii: "{")) else { throw fault("an object that starts with {") }
    limit = min(bytes.count, index + Self.maximumSize)
    defer { limit = bytes.count }
    return try object(depth: 1)
  }

  package func fault(_ expected: String) -> JSONFault {
    JSONFault(offset: index, problem: .expected(expected, found: index < bytes.count ? bytes[index] : nil))
  }

  private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
    if depth > Self.maximumDepth { throw JSONFault(offset: index, problem: .tooDeep) }
    switch peek() {
    case UInt8(ascii: "{"):
      index += 1
      return .object(try object(depth: depth))
    case UInt8(ascii: "["):
      index += 1
      return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private func checkSize() throws(JSONFault) {
    if index >= limit, limit < bytes.count { throw JSONFault(offset: index, problem: .tooLarge) }
  }

  private mutating func object(depth: Int) throws(JSONFault) -> JSONObject {
    var object = JSONObject()
    if skip(UInt8(ascii: "}")) { return object }
    repeat {
      guard peek() == UInt8(ascii: "\"") else { throw fault("a key in double quotes") }
      let key = String(decoding: try string(), as: UTF8.self)
      guard skip(UInt8(ascii: ":")) else { throw fault("a colon after a key") }
      object.members.append(.init(key: key, value: try value(depth: depth + 1)))
      try checkSize()
    } while skip(UInt8(ascii: ","))
    guard skip(UInt8(ascii: "}")) else { throw fault("a comma or } after a value") }
    return object
  }

  private mutating func array(depth: Int) throws(JSONFault) -> [JSONValue] {
    var values: [JSONValue] = []
    if skip(UInt8(ascii: "]")) { return values }
    repeat {
      values.append(try value(depth: depth + 1))
      try checkSize()
    } while skip(UInt8(ascii: ","))
    guard skip(UInt8(ascii: "]")) else { throw fault("a comma or ] after a value") }
    return values
  }

  private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONFault) -> JSONValue {
    let due = text.withUTF8Buffer { Array($0) }
    guard bytes[index...].starts(with: due) else { throw fault("a value") }
    index += due.count
    return value
  }

  private mutating func number() throws(JSONFault) -> [UInt8] {
    let start = index
    while index < bytes.count, Self.isOfNumber(bytes[index]) { index += 1 }
    let digits = Array(bytes[start..<index])
    guard digits.first.map({ $0 == UInt8(ascii: "-") || ($0 >= 0x30 && $0 <= 0x39) }) == true, digits.last.map({ $0 >= 0x30 && $0 <= 0x39 }) == true
    else {
      index = start
      throw fault("a value")
    }
    return digits
  }

  private static func isOfNumber(_ byte: UInt8) -> Bool {
    (byte >= 0x30 && byte <= 0x39) || byte == 0x2d || byte == 0x2b || byte == 0x2e || byte | 0x20 == 0x65
  }
}

extension JSONReader {
  /// A string; the reader stands on its opening quote.
  private mutating func string() throws(JSONFault) -> [UInt8] {
    let start = index
    index += 1
    var out: [UInt8] = []
    var run = index
    while index < limit, bytes[index] != UInt8(ascii: "\"") {
      guard bytes[index] >= 0x20 else { throw fault("a closing double quote before the line ends") }
      guard bytes[index] == UInt8(ascii: "\\") else {
        index += 1
        continue
      }
      try append(run..<index, to: &out)
      try escape(into: &out)
      run = index
    }
    guard index < limit else {
      throw limit < bytes.count ? JSONFault(offset: start, problem: .tooLarge) : fault("a closing double quote")
    }
    try append(run..<index, to: &out)
    index += 1
    return out
  }

  /// Bytes as they stand in the text, which must be UTF-8.
  private func append(_ range: Range<Int>, to out: inout [UInt8]) throws(JSONFault) {
    guard String(validating: bytes[range], as: UTF8.self) != nil else { throw JSONFault(offset: range.lowerBound, problem: .notUTF8) }
    out += bytes[range]
  }

  private mutating func escape(into out: inout [UInt8]) throws(JSONFault) {
    index += 1
    guard index < bytes.count else { throw fault("a character after a backslash") }
    switch bytes[index] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(bytes[index])
    case UInt8(ascii: "b"): out.append(8)
    case UInt8(ascii: "f"): out.append(12)
    case UInt8(ascii: "n"): out.append(10)
    case UInt8(ascii: "r"): out.append(13)
    case UInt8(ascii: "t"): out.append(9)
    case UInt8(ascii: "u"): return try unicodeEscape(into: &out)
    default: throw fault("one of \" \\ / b f n r t u after a backslash (a backslash itself is written \\\\)")
    }
    index += 1
  }

  /// `\uNNNN`, two of them for a character beyond the first 65,536.
  private mutating func unicodeEscape(into out: inout [UInt8]) throws(JSONFault) {
    var units = [try codeUnit()]
    if units[0] & 0xfc00 == 0xd800, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") {
      index += 1
      units.append(try codeUnit())
    }
    out += UTF16Name.wtf8(units)
  }

  /// Four hex digits; the reader stands on the `u`.
  private mutating func codeUnit() throws(JSONFault) -> UInt16 {
    index += 1
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard index < bytes.count, let nibble = Hex.value(bytes[index]) else { throw fault("four hex digits after \\u") }
      unit = unit << 4 | UInt16(nibble)
      index += 1
    }
    return unit
  }
}
