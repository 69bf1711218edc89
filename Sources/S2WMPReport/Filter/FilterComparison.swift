import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// One comparison of a field with values, before it is compiled.
struct FilterComparison {
  let source: FilterSourceText
  let field: FilterField
  let fieldToken: FilterToken
  let operation: FilterOperator
  let operationToken: FilterToken
  let operands: [FilterOperand]

  func test() throws(FilterError) -> FilterTest {
    switch (field.kind, field.values) {
    case (.bytes, .rows(let slots)): try bytesTest { packet, visit in slots.walk(packet) { visit($1) } }
    case (.bytes, .bytes(let walk)): try bytesTest(walk)
    case (.text, .rows(let slots)): try textTest { packet, visit in slots.walk(packet) { Self.visitText($0, $1, visit) } }
    case (.text, .bytes(let walk)): try textTest(walk)
    case (.address, .rows(let slots)): try addressTest { packet, visit in slots.walk(packet) { Self.visitAddress($1, visit) } }
    case (_, .endpoints(let walk)): try addressTest(walk)
    case (_, .rows(let slots)):
      try numberTest(slots) { packet, visit in
        slots.walk(packet) { visit(FieldSlot.number($1, 0, $1.count) ?? 0) }
      }
    case (_, .numbers(let walk)): try numberTest(nil, walk)
    case (_, .choice(let choice)): try choiceTest(choice)
    case (_, .flag), (_, .bytes):
      throw source.error(operationToken, "\(fieldToken.text) is either there or not; use its name alone, or \"not \(fieldToken.text)\"")
    }
  }

  /// A name's bytes: as they are, or as UTF-8 where the packet has UTF-16.
  private static func visitText(_ slot: FieldSlot, _ bytes: UnsafeRawBufferPointer, _ visit: (UnsafeRawBufferPointer) -> Bool) -> Bool {
    guard slot.kind == .text16 else { return visit(bytes) }
    return UTF16Name.wtf8(UTF16Name.codeUnits(bytes)).withUnsafeBytes(visit)
  }

  private static func visitAddress(_ bytes: UnsafeRawBufferPointer, _ visit: (Endpoint) -> Bool) -> Bool {
    FilterAddress.endpoint(bytes).map(visit) ?? false
  }

  /// Builds the test of a quantifier from the test of one value.
  static func quantified<Value>(
    _ walk: @escaping FilterWalk<Value>, _ quantifier: Quantifier, _ holds: @escaping @Sendable (Dissection, Value) -> Bool
  ) -> FilterTest {
    let negated = quantifier.negated
    if !quantifier.all { return { packet in walk(packet) { holds(packet, $0) != negated } } }
    return { packet in
      var found = false
      let broken = walk(packet) { value in
        found = true
        return holds(packet, value) == negated
      }
      return found && !broken
    }
  }

  /// Refuses an operator that the field's values do not have.
  func refuse(_ allowed: String) -> FilterError {
    source.error(operationToken, "\"\(operation.symbol)\" does not apply to \(fieldToken.text), which is \(field.kind.title); use \(allowed)")
  }

  /// Refuses ranges in a set.
  func refuseRanges() throws(FilterError) {
    for operand in operands {
      if let high = operand.high {
        throw source.error(operand.low.range.lowerBound..<high.range.upperBound, "\(fieldToken.text) has no ranges; list its values")
      }
    }
  }

  /// The text of a quoted string as a word has it: without escapes that only patterns may have.
  func plain(_ token: FilterToken) throws(FilterError) -> FilterToken {
    if let place = token.oddEscape {
      throw source.error(place..<source.endOfScalar(place + 1), "there is no such escape; known are \\\\ \\\" \\n \\r \\t \\xNN \\uNNNN")
    }
    return token
  }
}
