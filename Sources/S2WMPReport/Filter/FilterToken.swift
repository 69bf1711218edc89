/// A piece of a filter's text.
struct FilterToken: Sendable {
  enum Kind: Sendable, Equatable {
    /// Everything without blanks that is no operator: names, numbers, addresses, hex. Its text is the text at its place.
    case word
    /// A quoted string; `bytes` holds what it stands for.
    case string
    case comparison(FilterOperator)
    case and, or, not
    case openParenthesis, closeParenthesis, openBrace, closeBrace, comma, range
    case end
  }

  var kind: Kind
  /// Bytes of the filter's text that it takes.
  var range: Range<Int>
  /// The word, or the string without its quotes and escapes.
  var bytes: [UInt8] = []
  /// An escape in a string that only a pattern may have.
  var oddEscape: Int?

  var text: String { String(decoding: bytes, as: UTF8.self) }
  var isWord: Bool { kind == .word }
}

/// How a field is compared.
enum FilterOperator: Sendable, Equatable {
  /// Some value is equal.
  case equal
  /// There are values, and all differ.
  case notEqual
  /// There are values, and all are equal.
  case allEqual
  /// Some value differs.
  case anyNotEqual
  case less, lessOrEqual, greater, greaterOrEqual
  case contains, matches
  case isIn

  /// Operators that are words.
  init?(word: String) {
    switch word {
    case "eq", "any_eq": self = .equal
    case "ne", "all_ne": self = .notEqual
    case "all_eq": self = .allEqual
    case "any_ne": self = .anyNotEqual
    case "lt": self = .less
    case "le": self = .lessOrEqual
    case "gt": self = .greater
    case "ge": self = .greaterOrEqual
    case "contains": self = .contains
    case "matches": self = .matches
    case "in": self = .isIn
    default: return nil
    }
  }

  var isOrdering: Bool {
    switch self {
    case .less, .lessOrEqual, .greater, .greaterOrEqual: true
    default: false
    }
  }

  /// As written in messages.
  var symbol: String {
    switch self {
    case .equal: "=="
    case .notEqual: "!="
    case .allEqual: "==="
    case .anyNotEqual: "!=="
    case .less: "<"
    case .lessOrEqual: "<="
    case .greater: ">"
    case .greaterOrEqual: ">="
    case .contains: "contains"
    case .matches: "matches"
    case .isIn: "in"
    }
  }

  var quantifier: Quantifier {
    switch self {
    case .notEqual: Quantifier(all: true, negated: true)
    case .allEqual: Quantifier(all: true, negated: false)
    case .anyNotEqual: Quantifier(all: false, negated: true)
    default: Quantifier(all: false, negated: false)
    }
  }
}

/// What a comparison says about the values of a field that has several.
struct Quantifier: Sendable {
  /// Every value, and at least one; else some value.
  var all: Bool
  /// The values are outside of what is compared with.
  var negated: Bool
}
