import S2WMPWire

/// The notation of the NDJSON output, written here a second time on purpose: the program's own must not be its own judge.
enum Notation {
  static func value(_ value: FieldValue, _ row: FieldRow) -> JSON {
    switch value {
    case .unsigned(let number): .number(number)
    case .bytes(let bytes): .string(bytes.map { hex($0, digits: 2) }.joined())
    case .address(let bytes): .string(address(bytes))
    case .text(let bytes) where row.kind == .text16: .string(String(decoding: bytes, as: UTF8.self))
    case .text(let bytes): .string(bytes.map(character).joined())
    }
  }

  private static func hex(_ value: some FixedWidthInteger, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  private static func character(_ byte: UInt8) -> String {
    byte < 0x20 || byte > 0x7e || byte == 0x5c ? "\\x" + hex(byte, digits: 2) : String(UnicodeScalar(byte))
  }

  private static func address(_ bytes: [UInt8]) -> String {
    if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
    if bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255] { return address(Array(bytes.suffix(4))) }
    let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
    let text = groups.map { String($0, radix: 16) }
    guard let zeros = longestZeros(groups) else { return text.joined(separator: ":") }
    return text[..<zeros.lowerBound].joined(separator: ":") + "::" + text[zeros.upperBound...].joined(separator: ":")
  }

  private static func longestZeros(_ groups: [UInt16]) -> Range<Int>? {
    var best = 0..<0
    for start in groups.indices {
      let end = groups[start...].firstIndex { $0 != 0 } ?? groups.endIndex
      if end - start > best.count { best = start..<end }
    }
    return best.count > 1 ? best : nil
  }
}
