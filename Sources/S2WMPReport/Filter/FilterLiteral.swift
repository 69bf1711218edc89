import S2WMPWire

/// Numbers as filters write them.
enum FilterLiteral {
  /// A whole number, decimal or hex (`0x…`).
  static func whole(_ token: FilterToken, _ source: FilterSourceText, _ largest: UInt64, _ field: String) throws(FilterError) -> Int128 {
    if token.bytes.first == UInt8(ascii: "-") { throw source.error(token, "\(field) is never negative") }
    let isHex = token.bytes.starts(with: [UInt8(ascii: "0"), UInt8(ascii: "x")])
    let digits = isHex ? token.bytes.dropFirst(2) : token.bytes[...]
    let base: UInt8 = isHex ? 16 : 10
    guard token.isWord, !digits.isEmpty, digits.allSatisfy({ (Hex.value($0) ?? base) < base }) else {
      throw source.error(token, "\(field) is compared with a whole number, decimal or 0x and hex digits\(token.isWord ? "" : ", without quotes")")
    }
    var value: UInt64 = 0
    for digit in digits {
      let (product, over) = value.multipliedReportingOverflow(by: UInt64(base))
      let (sum, more) = product.addingReportingOverflow(UInt64(Hex.value(digit) ?? 0))
      if over || more { throw source.error(token, "this number is too large; \(field) is at most \(largest)") }
      value = sum
    }
    if value > largest { throw source.error(token, "\(field) is at most \(largest)") }
    return Int128(value)
  }

  /// A decimal number as a multiple of 10^−digits.
  static func decimal(_ token: FilterToken, _ source: FilterSourceText, digits: Int, _ wanted: String) throws(FilterError) -> Int128 {
    if token.bytes.first == UInt8(ascii: "-") { throw source.error(token, "this is never negative") }
    let parts = token.bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let isNumber = parts.count <= 2 && parts.allSatisfy { part in !part.isEmpty && part.allSatisfy { (Hex.value($0) ?? 10) < 10 } }
    guard isNumber, token.isWord else { throw source.error(token, "\(wanted) is due here") }
    let fraction = parts.count == 2 ? parts[1] : []
    if fraction.count > digits { throw source.error(token, "at most \(digits) digits may follow the point") }
    if parts[0].count > 12 { throw source.error(token, "this number is too large; seconds have at most 12 digits") }
    let padding = [UInt8](repeating: UInt8(ascii: "0"), count: digits - fraction.count)
    return (parts[0] + fraction + padding).reduce(0) { $0 * 10 + Int128($1 & 15) }
  }
}
