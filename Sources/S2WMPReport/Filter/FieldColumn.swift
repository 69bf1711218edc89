import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// One column of `--fields` and CSV: any name that filters know, written as NDJSON writes the value, without quotes.
///
/// Several values are joined by commas; an absent one is empty; a fact that is only there or not is `true` when it is.
public struct FieldColumn: Sendable {
  public let name: String
  private let field: FilterField

  public init(_ name: String) throws(FilterError) {
    let source = try FilterSourceText(name)
    let token = FilterToken(kind: .word, range: 0..<source.bytes.count, bytes: source.bytes)
    field = try FieldCatalog.field(token, source)
    self.name = name
  }

  public func text(_ packet: Dissection) -> String { Notation.text { append(packet, to: &$0) } }

  /// Appends the text as UTF-8.
  public func append(_ packet: Dissection, to out: inout [UInt8]) {
    var list = ColumnList(out: out, start: out.count)
    out = []
    switch field.values {
    case .rows(let slots): _ = slots.walk(packet) { slot, bytes in list.add { Notation.appendField(slot.kind, bytes, to: &$0) } }
    case .numbers(let walk): _ = walk(packet) { value in list.add { append(value, to: &$0) } }
    case .endpoints(let walk): _ = walk(packet) { value in list.add { append(value, to: &$0) } }
    case .bytes(let walk): _ = walk(packet) { value in list.add { append(value, to: &$0) } }
    case .choice(let choice): append(choice, choice.bits(packet), to: &list)
    case .flag(let test): if test(packet) { _ = list.add { Notation.append("true", to: &$0) } }
    }
    out = list.out
  }

  private func append(_ value: UInt64, to out: inout [UInt8]) {
    switch field.kind {
    case .time: Notation.appendTime(CaptureTime(nanoseconds: FilterNumber.unbias(value)), to: &out)
    case .duration: Notation.appendSeconds(nanoseconds: FilterNumber.unbias(value), to: &out)
    default: Notation.appendDecimal(value, to: &out)
    }
  }

  private func append(_ value: Endpoint, to out: inout [UInt8]) {
    field.kind == .endpoint ? Notation.appendEndpoint(value, to: &out) : Notation.appendHost(value, to: &out)
  }

  private func append(_ value: UnsafeRawBufferPointer, to out: inout [UInt8]) {
    guard field.kind == .text else { return Notation.appendHex(value, to: &out) }
    PlaintextText.append(String(decoding: value, as: UTF8.self), escapingQuotes: false, to: &out)
  }

  private func append(_ choice: FilterChoice, _ bits: UInt64, to list: inout ColumnList) {
    for index in choice.names.indices where bits & 1 << UInt64(index) != 0 {
      _ = list.add { $0.append(contentsOf: choice.names[index].utf8) }
    }
  }
}

/// Values joined by commas.
private struct ColumnList {
  var out: [UInt8]
  let start: Int

  /// Appends one value. False, so that walks go on.
  mutating func add(_ value: (inout [UInt8]) -> Void) -> Bool {
    if out.count > start { out.append(UInt8(ascii: ",")) }
    value(&out)
    return false
  }
}
