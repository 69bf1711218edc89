import S2WMPWire

/// JSON whose keys keep their order, indented for people.
package indirect enum OrderedJSON {
  case null
  case bool(Bool)
  case number(UInt64)
  /// A number as its digits.
  case decimal(String)
  /// With three digits behind the point.
  case thousandths(UInt64)
  case string(String)
  case array([OrderedJSON])
  case object([(String, OrderedJSON)])

  /// A string, null when there is none.
  package static func optional(_ text: String?) -> OrderedJSON { text.map { .string($0) } ?? .null }

  /// A measure, to three digits behind the point; what is no number, or a negative one, is 0.
  package static func rounded(_ value: Double) -> OrderedJSON {
    .thousandths(value > 0 ? UInt64(min(value * 1000, 1e18).rounded()) : 0)
  }

  /// Shallow objects and lists of scalars take one line.
  package func text(indent: String = "") -> String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let value): "\(value)"
    case .decimal(let digits): digits
    case .thousandths(let value): "\(value / 1000).\(String(value % 1000 + 1000).dropFirst())"
    case .string(let value): Self.quoted(value)
    case .array(let items): Self.list("[", items.map { ("", $0) }, "]", indent, flat: depth <= 1)
    case .object(let members):
      Self.list("{", members.map { ("\(Self.quoted($0.0)): ", $0.1) }, "}", indent, flat: depth <= 2)
    }
  }

  private var depth: Int {
    switch self {
    case .array(let items): (items.map(\.depth).max() ?? -1) + 1
    case .object(let members): (members.map(\.1.depth).max() ?? -1) + 1
    default: 0
    }
  }

  private static func list(_ open: String, _ items: [(String, OrderedJSON)], _ close: String, _ indent: String, flat: Bool) -> String {
    if flat { return open + items.map { $0.0 + $0.1.text() }.joined(separator: ", ") + close }
    let inner = indent + "  "
    return "\(open)\n" + items.map { inner + $0.0 + $0.1.text(indent: inner) }.joined(separator: ",\n") + "\n\(indent)\(close)"
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for character in text.unicodeScalars {
      switch character {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case _ where SafeText.isHarmless(character): out.unicodeScalars.append(character)
      default: for unit in UTF16.encode(character) ?? UTF16.encodedReplacementCharacter { out += escape(unit) }
      }
    }
    return out + "\""
  }

  private static func escape(_ unit: UInt16) -> String { "\\u" + Hex.string([UInt8(unit >> 8), UInt8(unit & 255)]) }
}
