/// JSON whose keys keep their order, indented for people.
indirect enum OrderedJSON {
  case null
  case number(UInt64)
  case string(String)
  case array([OrderedJSON])
  case object([(String, OrderedJSON)])

  /// A string, null when there is none.
  static func optional(_ text: String?) -> OrderedJSON { text.map { .string($0) } ?? .null }

  /// Shallow objects and lists of scalars take one line.
  func text(indent: String = "") -> String {
    switch self {
    case .null: "null"
    case .number(let value): "\(value)"
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
      default: out.unicodeScalars.append(character)
      }
    }
    return out + "\""
  }
}
