/// Numbers for people.
package enum Digits {
  /// `412,830`.
  package static func grouped(_ value: some BinaryInteger) -> String {
    let digits = Array(String(value.magnitude))
    var out = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { out += "," }
      out.append(digit)
    }
    return out
  }

  /// `1 packet`, `412,830 packets`.
  package static func counted(_ value: some BinaryInteger, _ noun: String) -> String { "\(grouped(value)) \(noun)\(value == 1 ? "" : "s")" }

  /// Three digits behind the point: `12.345`.
  package static func seconds(_ value: Double) -> String {
    let thousandths = value > 0 ? UInt64(min(value * 1000, 1e18).rounded()) : 0
    return "\(thousandths / 1000).\(String(thousandths % 1000 + 1000).dropFirst())"
  }

  /// `38 µs`, `0.8 ms`, `14 ms`, `1.2 s`.
  package static func duration(_ nanoseconds: Int64) -> String {
    var text = StyledText(colour: false)
    text.append(duration: nanoseconds)
    return String(decoding: text.bytes, as: UTF8.self)
  }

  /// A duration of any length: up to a minute as above, then `8 min 12 s`, `2 h 14 min`, `3 d 4 h`.
  package static func span(_ nanoseconds: Int64) -> String {
    let seconds = Int64(clamping: nanoseconds.magnitude / 1_000_000_000)
    if nanoseconds < 100_000_000_000 { return duration(nanoseconds) }
    if seconds < 3600 { return "\(seconds / 60) min\(seconds % 60 == 0 ? "" : " \(seconds % 60) s")" }
    return seconds < 86_400 ? "\(seconds / 3600) h \(seconds % 3600 / 60) min" : "\(grouped(seconds / 86_400)) d \(seconds % 86_400 / 3600) h"
  }

  /// `812 bytes`, `41 KB`, `3.2 MB`: powers of ten.
  package static func bytes(_ count: UInt64) -> String {
    if count < 10_000 { return counted(count, "byte") }
    let units: [(UInt64, String)] = [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "KB")]
    guard let (size, unit) = units.first(where: { count >= $0.0 }) else { return "\(count)" }
    let tenths = count / (size / 10)
    return tenths < 100 ? "\(tenths / 10).\(tenths % 10) \(unit)" : "\(tenths / 10) \(unit)"
  }
}
