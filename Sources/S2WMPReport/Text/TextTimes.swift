import S2WMPFlow

/// The time column: keeps the first and the previous time.
struct TextTimes {
  private var first = CaptureTime.none
  private var previous = CaptureTime.none

  /// Every packet, shown or not: the first one is where relative times count from.
  mutating func see(_ time: CaptureTime) {
    if first.isNone { first = time }
  }

  /// Appends the time of a packet that is shown, with that many digits after the point, six at most.
  mutating func append(_ time: CaptureTime, _ style: TextOptions.Time, digits: Int = 6, to out: inout StyledText) {
    see(time)
    if time.isNone { return out.append("–") }
    switch style {
    case .relative: Self.append(seconds: time.nanoseconds &- first.nanoseconds, digits, to: &out)
    case .delta: Self.append(seconds: previous.isNone ? 0 : time.nanoseconds &- previous.nanoseconds, digits, to: &out)
    case .epoch: Self.append(seconds: time.nanoseconds, digits, to: &out)
    case .date, .clock: Self.append(calendar: time, hasDate: style == .date, digits, to: &out)
    }
    previous = time
  }

  private static func append(seconds nanoseconds: Int64, _ digits: Int, to out: inout StyledText) {
    if nanoseconds < 0 { out.append("-") }
    let (seconds, fraction) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
    out.append { bytes in
      Notation.appendDecimal(seconds, to: &bytes)
      bytes.append(0x2e)
      Notation.appendPadded(fraction / 1000, 6, to: &bytes)
      bytes.removeLast(6 - digits)
    }
  }

  /// `2026-11-24 13:42:01.123456` from `2026-11-24T13:42:01.123456789Z`.
  private static func append(calendar time: CaptureTime, hasDate: Bool, _ digits: Int, to out: inout StyledText) {
    var text: [UInt8] = []
    Notation.appendTime(time, to: &text)
    text.removeLast(min(10 - digits, text.count))
    let date = text.prefix { $0 != 0x54 }
    out.append { bytes in
      if hasDate {
        bytes.append(contentsOf: date)
        bytes.append(0x20)
      }
      bytes.append(contentsOf: text.dropFirst(date.count + 1))
    }
  }
}
