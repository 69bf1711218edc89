/// Times as RFC 3339 writes them, and their shorter forms.
enum FilterTime {
  /// Nanoseconds since 1970 of `2026-11-24T13:42:01.123456789Z`, with a blank for the `T`, an offset (`+01:00`) or nothing (UTC) for the `Z`,
  /// without fraction, without seconds, or a date alone. Nil for anything else.
  static func parse(_ text: [UInt8]) -> Int128? {
    var reader = Reader(text: text[...])
    guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"), let day = reader.number(2),
      (1...12).contains(month), day >= 1, day <= length(ofMonth: month, year)
    else { return nil }
    let midnight = Int128(days(year, month, day)) * 86_400_000_000_000
    if reader.text.isEmpty { return midnight }
    guard reader.take("T") || reader.take("t") || reader.take(" "), let time = clock(&reader), let offset = offset(&reader) else { return nil }
    return reader.text.isEmpty ? midnight + time - offset : nil
  }

  private static func clock(_ reader: inout Reader) -> Int128? {
    guard let hour = reader.number(2), hour < 24, reader.take(":"), let minute = reader.number(2), minute < 60 else { return nil }
    var nanoseconds = Int128(hour * 3600 + minute * 60) * 1_000_000_000
    guard reader.take(":") else { return nanoseconds }
    guard let second = reader.number(2), second < 60 else { return nil }
    nanoseconds += Int128(second) * 1_000_000_000
    guard reader.take(".") else { return nanoseconds }
    var unit: Int128 = 100_000_000
    var count = 0
    while count < 9, let digit = reader.number(1) {
      nanoseconds += Int128(digit) * unit
      unit /= 10
      count += 1
    }
    return count > 0 ? nanoseconds : nil
  }

  /// Nanoseconds that the local clock is ahead of UTC.
  private static func offset(_ reader: inout Reader) -> Int128? {
    if reader.text.isEmpty || reader.take("Z") || reader.take("z") { return 0 }
    let isAhead = reader.take("+")
    guard isAhead || reader.take("-") else { return nil }
    guard let hour = reader.number(2), hour < 24, reader.take(":"), let minute = reader.number(2), minute < 60 else { return nil }
    return Int128(hour * 3600 + minute * 60) * (isAhead ? 1_000_000_000 : -1_000_000_000)
  }

  private static func length(ofMonth month: Int, _ year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01, counted in years that begin in March.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year + 399 : year + 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468 - 146_097
  }

  private struct Reader {
    var text: ArraySlice<UInt8>

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard let first = text.first, first == UInt8(ascii: character) else { return false }
      text.removeFirst()
      return true
    }

    /// Exactly that many digits.
    mutating func number(_ digits: Int) -> Int? {
      let part = text.prefix(digits)
      guard part.count == digits, part.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
      text = text.dropFirst(digits)
      return part.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
  }
}
