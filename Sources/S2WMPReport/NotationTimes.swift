import S2WMPFlow

/// Times and durations.
extension Notation {
  /// RFC 3339 in UTC, nine digits after the point. Callers deal with `CaptureTime.none`, for which nothing is appended.
  public static func appendTime(_ time: CaptureTime, to out: inout [UInt8]) {
    if time.isNone { return }
    let (seconds, nanoseconds) = floorDivide(time.nanoseconds, by: 1_000_000_000)
    appendSecond(seconds, to: &out)
    out.append(0x2e)
    appendPadded(UInt64(nanoseconds), 9, to: &out)
    out.append(0x5a)
  }

  /// `2026-11-24T13:42:01`, for any whole second of the years 0 to 9999; outside them the year has as many digits as it needs.
  public static func appendSecond(_ seconds: Int64, to out: inout [UInt8]) {
    let (days, second) = floorDivide(seconds, by: 86_400)
    let date = civilDate(daysSince1970: days)
    if date.year < 0 { out.append(0x2d) }
    let year = date.year.magnitude
    year < 10_000 ? appendPadded(year, 4, to: &out) : appendDecimal(year, to: &out)
    appendPart(0x2d, date.month, to: &out)
    appendPart(0x2d, date.day, to: &out)
    appendPart(0x54, second / 3600, to: &out)
    appendPart(0x3a, second / 60 % 60, to: &out)
    appendPart(0x3a, second % 60, to: &out)
  }

  /// A separator and two digits.
  private static func appendPart(_ separator: UInt8, _ value: Int64, to out: inout [UInt8]) {
    out.append(separator)
    out.append(UInt8(truncatingIfNeeded: value / 10) | 0x30)
    out.append(UInt8(truncatingIfNeeded: value % 10) | 0x30)
  }

  /// Seconds, exact to the nanosecond, without trailing zeros: `0.000816`.
  public static func appendSeconds(nanoseconds: Int64, to out: inout [UInt8]) {
    if nanoseconds < 0 { out.append(0x2d) }
    let (seconds, fraction) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
    appendDecimal(seconds, to: &out)
    if fraction == 0 { return }
    out.append(0x2e)
    appendPadded(fraction, 9, to: &out)
    while out.last == 0x30 { out.removeLast() }
  }

  private static func floorDivide(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  /// The Gregorian date: years start in March, so that the leap day is the last of one, and run in cycles of 400 (146,097 days).
  private static func civilDate(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = floorDivide(days &+ 719_468, by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }
}
