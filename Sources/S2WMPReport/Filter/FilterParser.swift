/// Parses a filter and compiles it on the way.
///
///     or:          and { ("or" | "||") and }
///     and:         not { ("and" | "&&") not }
///     not:         { "not" | "!" } primary
///     primary:     "(" or ")" | field | field operator value | field ["not"] "in" "{" element { "," element } "}"
///     element:     value | value ".." value
struct FilterParser {
  /// Deepest nesting of parentheses.
  static let maximumDepth = 64

  let source: FilterSourceText
  private let tokens: [FilterToken]
  private var at = 0
  private var depth = 0
  private var program: [FilterInstruction] = []

  private init(_ source: FilterSourceText) throws(FilterError) {
    self.source = source
    tokens = try FilterLexer.tokens(source)
  }

  static func program(_ source: FilterSourceText) throws(FilterError) -> [FilterInstruction] {
    var parser = try FilterParser(source)
    if parser.token.kind == .end { throw source.error(parser.token, "the filter is empty; leave it out to see every packet") }
    try parser.or()
    try parser.expectEnd()
    return parser.program
  }

  private var token: FilterToken { tokens[at] }

  /// Takes the token; the last one, `.end`, stays.
  private mutating func take() -> FilterToken {
    defer { if at < tokens.count - 1 { at += 1 } }
    return tokens[at]
  }

  private func expectEnd() throws(FilterError) {
    switch token.kind {
    case .end: return
    case .closeParenthesis: throw source.error(token, "this parenthesis closes none")
    case .comparison: throw source.error(token, "comparisons cannot be chained; join them with \"and\"")
    default: throw source.error(token, "\"and\" or \"or\" is missing before this")
    }
  }

  private mutating func or() throws(FilterError) {
    try chain(.or, { FilterInstruction.jumpIfTrue($0) }) { (parser) throws(FilterError) in try parser.and() }
  }

  private mutating func and() throws(FilterError) {
    try chain(.and, { FilterInstruction.jumpIfFalse($0) }) { (parser) throws(FilterError) in try parser.not() }
  }

  /// Operands joined by one operator: as soon as one decides, the rest is jumped over.
  private mutating func chain(
    _ kind: FilterToken.Kind, _ jump: (Int) -> FilterInstruction, _ operand: (inout FilterParser) throws(FilterError) -> Void
  ) throws(FilterError) {
    var jumps: [Int] = []
    try operand(&self)
    while token.kind == kind {
      _ = take()
      jumps.append(program.count)
      program.append(jump(0))
      try operand(&self)
    }
    for index in jumps { program[index] = jump(program.count) }
  }

  private mutating func not() throws(FilterError) {
    var negated = false
    while token.kind == .not {
      _ = take()
      negated.toggle()
    }
    try primary()
    if negated { program.append(.not) }
  }

  private mutating func primary() throws(FilterError) {
    let first = take()
    switch first.kind {
    case .word: try comparison(try FieldCatalog.field(first, source), first)
    case .openParenthesis: try parenthesis(first)
    case .string: throw source.error(first, "a comparison begins with a field name, without quotes")
    case .end: throw source.error(first, "the filter ends where a field name or a parenthesis is due")
    case .closeParenthesis: throw source.error(first, "a field name is due before this parenthesis")
    case .comparison(let found): throw source.error(first, "a field name is due before \"\(found.symbol)\"")
    default: throw source.error(first, "a field name or a parenthesis is due here")
    }
  }

  private mutating func parenthesis(_ open: FilterToken) throws(FilterError) {
    depth += 1
    if depth > Self.maximumDepth { throw source.error(open, "parentheses are nested deeper than \(Self.maximumDepth); simplify the filter") }
    try or()
    guard token.kind == .closeParenthesis else {
      if token.kind == .end { throw source.error(open, "this parenthesis is never closed") }
      return try expectEnd()
    }
    _ = take()
    depth -= 1
  }

  /// What may follow a field name.
  private mutating func comparison(_ field: FilterField, _ name: FilterToken) throws(FilterError) {
    if token.kind == .not && tokens[min(at + 1, tokens.count - 1)].kind == .comparison(.isIn) {
      _ = take()
      try comparison(field, name)
      return program.append(.not)
    }
    guard case .comparison(let found) = token.kind else {
      if token.isWord || token.kind == .string { throw source.error(token, "an operator such as == is missing before this") }
      return program.append(.test(field.presence))
    }
    let place = take()
    let operands = found == .isIn ? try set() : [FilterOperand(low: try value(after: place.range, found.symbol), high: nil)]
    let comparison = FilterComparison(source: source, field: field, fieldToken: name, operation: found, operationToken: place, operands: operands)
    program.append(.test(try comparison.test()))
  }

  /// `{1, 2, 5..9}`.
  private mutating func set() throws(FilterError) -> [FilterOperand] {
    let open = take()
    guard open.kind == .openBrace else { throw source.error(open, "\"in\" is followed by a set in braces: {1, 2, 5..9}") }
    var operands: [FilterOperand] = []
    while true {
      let low = try value(after: open.range, "{")
      var high: FilterToken?
      if token.kind == .range {
        let dots = take()
        high = try value(after: dots.range, "..")
      }
      operands.append(FilterOperand(low: low, high: high))
      let next = take()
      if next.kind == .closeBrace { return operands }
      if next.kind == .end { throw source.error(open, "this set is never closed") }
      guard next.kind == .comma else { throw source.error(next, "a comma or a closing brace is due here") }
    }
  }

  private mutating func value(after place: Range<Int>, _ symbol: String) throws(FilterError) -> FilterToken {
    let value = take()
    if value.isWord || value.kind == .string { return value }
    if value.kind == .end { throw source.error(value, "the filter ends where a value is due after \"\(symbol)\"") }
    throw source.error(value, "a value is due here, after \"\(symbol)\"")
  }
}

/// One value, or a range of them.
struct FilterOperand: Sendable {
  var low: FilterToken
  var high: FilterToken?
}
