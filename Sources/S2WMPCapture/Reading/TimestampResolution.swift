/// How a pcapng interface counts time (options `if_tsresol` and `if_tsoffset`).
struct TimestampResolution {
  /// The option's byte: bit 7 chooses powers of two, the rest is the negative exponent.
  var exponent: UInt8 = 6
  /// Seconds to add.
  var offset: Int64 = 0

  /// A count of units since 1970 as nanoseconds; none when it does not fit.
  func time(_ units: UInt64) -> CaptureTime {
    guard let ticks = exponent & 0x80 == 0 ? decimal(units) : binary(units) else { return .none }
    let shift = offset.multipliedReportingOverflow(by: 1_000_000_000)
    let sum = ticks.addingReportingOverflow(shift.partialValue)
    return shift.overflow || sum.overflow ? .none : CaptureTime(nanoseconds: sum.partialValue)
  }

  private func decimal(_ units: UInt64) -> Int64? {
    let power = Int(exponent)
    if power > 9 { return power - 9 > 19 ? 0 : Int64(exactly: units / Self.powerOfTen(power - 9)) }
    let product = units.multipliedReportingOverflow(by: Self.powerOfTen(9 - power))
    return product.overflow ? nil : Int64(exactly: product.partialValue)
  }

  private func binary(_ units: UInt64) -> Int64? {
    let bits = Int(exponent & 0x7f)
    if bits > 63 { return 0 }
    let seconds = (units >> UInt64(bits)).multipliedReportingOverflow(by: 1_000_000_000)
    let fraction = units & ((1 << UInt64(bits)) &- 1)
    let scaled = fraction.multipliedFullWidth(by: 1_000_000_000)
    let rest = bits == 0 ? 0 : (scaled.high << UInt64(64 - bits)) | (scaled.low >> UInt64(bits))
    let sum = seconds.partialValue.addingReportingOverflow(rest)
    return seconds.overflow || sum.overflow ? nil : Int64(exactly: sum.partialValue)
  }

  private static func powerOfTen(_ power: Int) -> UInt64 {
    (0..<power).reduce(1) { value, _ in value &* 10 }
  }
}
