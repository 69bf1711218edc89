/// RFC 3339 times in UTC, read.
enum TimeNotation {
  /// Nanoseconds since 1970 of `2026-11-24T13:42:01Z`, with any number of digits up to nine after a point; nil for anything else.
  static func nanoseconds(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"), separators(bytes) else { return nil }
    let parts = [0..<4, 5..<7, 8..<10, 11..<13, 14..<16, 17..<19].map { digits(bytes[$0]) }
    guard let year = parts[0], let month = parts[1], let day = parts[2], let hour = parts[3], let minute = parts[4], let second = parts[5],
      let fraction = fraction(bytes[19..<(bytes.count - 1)])
    else { return nil }
    guard (1...12).contains(month), (1...daysIn(month, year)).contains(day), hour < 24, minute < 60, second < 60 else { return nil }
    let seconds = (days(year, month, day) * 24 + hour) * 3600 + minute * 60 + second
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = product.addingReportingOverflow(fraction)
    return overflow || carry ? nil : sum
  }

  private static func separators(_ bytes: [UInt8]) -> Bool {
    bytes[4] == 0x2d && bytes[7] == 0x2d && bytes[10] == UInt8(ascii: "T") && bytes[13] == 0x3a && bytes[16] == 0x3a
  }

  private static func digits(_ bytes: ArraySlice<UInt8>) -> Int64? {
    var value: Int64 = 0
    for byte in bytes {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      value = value * 10 + Int64(byte - 0x30)
    }
    return value
  }

  private static func fraction(_ bytes: ArraySlice<UInt8>) -> Int64? {
    if bytes.isEmpty { return 0 }
    guard bytes.first == UInt8(ascii: "."), (2...10).contains(bytes.count), let value = digits(bytes.dropFirst()) else { return nil }
    return (bytes.count..<10).reduce(value) { scaled, _ in scaled * 10 }
  }

  private static func daysIn(_ month: Int64, _ year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days from 1970-01-01, by counting years from March so that the leap day comes last.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month > 2 ? year : year - 1
    let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let era = shifted >= 0 ? shifted / 400 : (shifted - 399) / 400
    let inEra = shifted - era * 400
    return era * 146_097 + inEra * 365 + inEra / 4 - inEra / 100 + ofYear - 719_468
  }
}
