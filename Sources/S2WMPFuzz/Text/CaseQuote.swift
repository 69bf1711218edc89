import S2WMPReport
import S2WMPWire

/// Bytes and words as a case file writes them: only what is harmless on a terminal and in an editor.
enum CaseQuote {
  /// Bytes of hex on a line, before it goes on in the next one.
  private static let bytesPerLine = 64
  /// From here on a byte that repeats is written once.
  private static let worthRepeating = 17

  /// Hex; as text in quotes when that is wanted and can be read.
  static func bytes(_ bytes: [UInt8], isText: Bool = false) -> String {
    guard let first = bytes.first else { return "\"\"" }
    if bytes.count >= worthRepeating, bytes.allSatisfy({ $0 == first }) { return "hex \(Hex.string([first])) x \(bytes.count)" }
    if isText, let text = String(validating: bytes, as: UTF8.self), text.unicodeScalars.allSatisfy(isReadable) { return quoted(bytes) }
    let groups = stride(from: 0, to: bytes.count, by: bytesPerLine).map { Hex.string(bytes[$0..<min($0 + bytesPerLine, bytes.count)]) }
    return "hex " + groups.joined(separator: " \\\n      ")
  }

  private static func isReadable(_ scalar: Unicode.Scalar) -> Bool {
    SafeText.isHarmless(scalar) || scalar == "\\" || scalar == "\n" || scalar == "\t" || scalar == "\r"
  }

  /// A word as it is when it can stand alone, else in quotes.
  static func word(_ text: String) -> String {
    let isPlain = text.utf8.first.map { $0 != UInt8(ascii: "#") } == true && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }
    return isPlain ? text : quoted(text.utf8)
  }

  /// In quotes, whatever it is; reading it gives the same bytes.
  static func quoted(_ bytes: some Collection<UInt8>) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { return "\"\(bytes.map(escaped).joined())\"" }
    return "\"\(text.unicodeScalars.map(escaped).joined())\""
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"": "\\\""
    case "\\": "\\\\"
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: SafeText.isHarmless(scalar) ? String(scalar) : String(scalar).utf8.map(escaped).joined()
    }
  }

  private static func escaped(_ byte: UInt8) -> String { "\\x" + Hex.string([byte]) }

  /// One line for a comment.
  static func harmless(_ text: String) -> String {
    text.unicodeScalars.map { SafeText.isHarmless($0) || $0 == "\\" ? String($0) : "\\u{\(String($0.value, radix: 16))}" }.joined()
  }
}
