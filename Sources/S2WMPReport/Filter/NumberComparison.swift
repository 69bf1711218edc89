import S2WMPAnalysis
import S2WMPWire

/// Comparisons of numbers, codes, times and durations: all become membership in ranges.
extension FilterComparison {
  /// A value as written: a number in the field's unit, or a name that each layout's code table gives a number.
  enum NumberLiteral {
    case value(Int128)
    case symbol([Int128?])

    func value(_ layout: Int) -> Int128? {
      switch self {
      case .value(let value): value
      case .symbol(let values): values[layout]
      }
    }
  }

  func numberTest(_ slots: FieldSlots?, _ walk: @escaping FilterWalk<UInt64>) throws(FilterError) -> FilterTest {
    if operation == .contains || operation == .matches { throw refuse("== != < <= > >= or in") }
    var literals: [(low: NumberLiteral, high: NumberLiteral)] = []
    for operand in operands {
      let low = try number(operand.low, slots)
      let high = try operand.high.map { (token) throws(FilterError) in try number(token, slots) } ?? low
      try checkOrder(low, high, operand)
      literals.append((low, high))
    }
    // Without names every layout is compared alike.
    let isAlike = literals.allSatisfy { if case (.value, .value) = $0 { true } else { false } }
    let sets = (isAlike ? [0] : Array(LayoutID.allCases.indices)).map { layout in
      FilterRanges(literals.compactMap { range($0.low.value(layout), $0.high.value(layout)) })
    }
    if let only = sets.first, sets.count == 1 {
      return Self.quantified(walk, operation.quantifier) { _, value in only.contains(value) }
    }
    return Self.quantified(walk, operation.quantifier) { packet, value in
      sets[Int(packet.layout?.rawValue ?? 0)].contains(value)
    }
  }

  private func checkOrder(_ low: NumberLiteral, _ high: NumberLiteral, _ operand: FilterOperand) throws(FilterError) {
    guard let end = operand.high, case .value(let first) = low, case .value(let last) = high, first > last else { return }
    throw source.error(operand.low.range.lowerBound..<end.range.upperBound, "this range is empty; the smaller value comes first")
  }

  /// The values that the operator lets through, as stored; nil for none.
  private func range(_ low: Int128?, _ high: Int128?) -> ClosedRange<UInt64>? {
    guard let low, let high else { return nil }
    let isSigned = field.kind == .time || field.kind == .duration
    let least = isSigned ? Int128(Int64.min) : 0
    let greatest = isSigned ? Int128(Int64.max) : Int128(UInt64.max)
    var first = low
    var last = high
    switch operation {
    case .less: (first, last) = (least, low - 1)
    case .lessOrEqual: (first, last) = (least, low)
    case .greater: (first, last) = (low + 1, greatest)
    case .greaterOrEqual: (first, last) = (low, greatest)
    default: break
    }
    first = max(first, least)
    last = min(last, greatest)
    guard first <= last else { return nil }
    // The same shift as `FilterNumber.bias`.
    return UInt64(truncatingIfNeeded: first - least)...UInt64(truncatingIfNeeded: last - least)
  }

  private func number(_ token: FilterToken, _ slots: FieldSlots?) throws(FilterError) -> NumberLiteral {
    let token = try plain(token)
    switch field.kind {
    case .time: return .value(try time(token, unit: 1_000_000_000))
    case .duration: return .value(try FilterLiteral.decimal(token, source, digits: 9, "seconds such as 0.5"))
    case .milliseconds:
      return .value(isNumber(token) ? try FilterLiteral.whole(token, source, .max, fieldToken.text) : try time(token, unit: 1000))
    case .code: return try code(token, slots)
    case .number(let largest): return .value(try FilterLiteral.whole(token, source, largest, fieldToken.text))
    default: throw source.error(token, "\(fieldToken.text) is \(field.kind.title)")
    }
  }

  /// RFC 3339 in quotes, or seconds since 1970.
  private func time(_ token: FilterToken, unit: Int128) throws(FilterError) -> Int128 {
    if isNumber(token) {
      return try FilterLiteral.decimal(token, source, digits: 9, "a time such as \"2026-11-24T13:42:01Z\"")
    }
    guard let nanoseconds = FilterTime.parse(token.bytes) else {
      throw source.error(token, "this is no time; write it as \"2026-11-24T13:42:01.5Z\" or \"2026-11-24\"")
    }
    let step = 1_000_000_000 / unit
    if nanoseconds % step != 0 { throw source.error(token, "\(fieldToken.text) holds milliseconds; give at most three digits after the point") }
    return nanoseconds / step
  }

  /// Whether a value is meant as a number: a word in which no date or clock can be seen.
  private func isNumber(_ token: FilterToken) -> Bool {
    token.isWord && !token.bytes.contains(UInt8(ascii: ":")) && !token.bytes.dropFirst().contains(UInt8(ascii: "-"))
  }

  /// A code: its number, or the name that code tables give it.
  private func code(_ token: FilterToken, _ slots: FieldSlots?) throws(FilterError) -> NumberLiteral {
    if token.isWord, let first = token.bytes.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) || first == UInt8(ascii: "-") {
      return .value(try FilterLiteral.whole(token, source, 255, fieldToken.text))
    }
    let wanted = token.text.lowercased()
    let tables = (slots?.rows ?? []).map { (Int($0.layout.rawValue), CodeNames.of($0.row, $0.layout)) }
    var values = [Int128?](repeating: nil, count: LayoutID.allCases.count)
    for (layout, names) in tables {
      if let value = names.first(where: { $0.matches(wanted) })?.value { values[layout] = Int128(value) }
    }
    if values.contains(where: { $0 != nil }) { return .symbol(values) }
    var seen: Set<String> = []
    let known = tables.flatMap { $0.1.map(\.symbol) }.filter { seen.insert($0).inserted }
    throw source.error(token, "\(fieldToken.text) has no value \(FilterText.quoted(token.text)); it has \(known.joined(separator: ", "))")
  }
}

/// The names of a code field's values.
struct CodeNames {
  var value: UInt8
  var symbol: String
  var text: String

  func matches(_ lowercased: String) -> Bool { symbol.lowercased() == lowercased || text.lowercased() == lowercased }

  static func of(_ row: FieldRow, _ layout: LayoutID) -> [CodeNames] {
    if row.relation == .type { return types }
    return row.codes?.codes.map { CodeNames(value: $0.value, symbol: $0.symbol, text: $0.text) } ?? []
  }

  /// Every type, by its short and its long name.
  private static let types: [CodeNames] = (UInt8(1)...15).compactMap { value in
    let type = PacketType(rawValue: value)
    guard let short = type.shortName, let long = type.longName else { return nil }
    return CodeNames(value: value, symbol: short, text: long)
  }
}
