/// Walks the keys and values of one JSON object without making anything of them.
///
/// A string is handed out as its bytes between the quotation marks, escapes as they stand (nothing that is looked for has any); a number or a word as its
/// bytes; an object or an array as nothing. Lenient in what lies inside values, never beyond the end.
struct ObjectReader {
  private let bytes: UnsafeRawBufferPointer
  private var at = 0
  private var isFirst = true
  /// Whether the object was read to its closing brace.
  private(set) var isWhole = false

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The next pair; nil at the end of the object, or where it is none.
  mutating func next() -> (key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)? {
    if isFirst, !take(UInt8(ascii: "{")) { return nil }
    skipSpace()
    if take(UInt8(ascii: "}")) {
      isWhole = true
      return nil
    }
    if !isFirst, !take(UInt8(ascii: ",")) { return nil }
    isFirst = false
    guard let key = string(), take(UInt8(ascii: ":")), let value = value() else { return nil }
    return (key, value)
  }

  private mutating func skipSpace() {
    while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 || bytes[at] == 0x0d { at += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard at < bytes.count, bytes[at] == byte else { return false }
    at += 1
    return true
  }

  private mutating func string() -> UnsafeRawBufferPointer? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    let start = at
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        at += 1
        return UnsafeRawBufferPointer(rebasing: bytes[start..<(at - 1)])
      case UInt8(ascii: "\\"): at += 2
      default: at += 1
      }
    }
    at = bytes.count
    return nil
  }

  private mutating func value() -> UnsafeRawBufferPointer? {
    skipSpace()
    guard at < bytes.count else { return nil }
    switch bytes[at] {
    case UInt8(ascii: "\""): return string()
    case UInt8(ascii: "{"), UInt8(ascii: "["): return nested() ? UnsafeRawBufferPointer(start: nil, count: 0) : nil
    default: return word()
    }
  }

  private mutating func word() -> UnsafeRawBufferPointer? {
    let start = at
    while at < bytes.count, bytes[at] != UInt8(ascii: ","), bytes[at] != UInt8(ascii: "}"), bytes[at] != 0x20 { at += 1 }
    return at > start ? UnsafeRawBufferPointer(rebasing: bytes[start..<at]) : nil
  }

  /// Skips an object or an array, counting its brackets.
  private mutating func nested() -> Bool {
    var depth = 0
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        if string() == nil { return false }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
      at += 1
      if depth == 0 { return true }
    }
    return false
  }
}
