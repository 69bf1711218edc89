/// Text from anywhere on its way into HTML or XML.
package enum MarkupText {
  /// Safe in an element and between double quotes. What has no business in a page (controls, which XML cannot even hold; characters that change the
  /// direction of text or cannot be seen) becomes `\u{…}`.
  package static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      case "\n", "\\": out.unicodeScalars.append(scalar)
      default:
        if SafeText.isHarmless(scalar) {
          out.unicodeScalars.append(scalar)
        } else {
          out += "\\u{\(String(scalar.value, radix: 16))}"
        }
      }
    }
    return out
  }

  /// The same between quotes, where a line feed would become a space.
  package static func attribute(_ text: String) -> String { escaped(text).split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "&#10;") }
}
