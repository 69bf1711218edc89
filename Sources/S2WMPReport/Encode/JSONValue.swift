/// A JSON value as the encoder needs it: numbers as they are written, so that 64-bit integers stay exact; text as bytes.
package enum JSONValue {
  case null
  case bool(Bool)
  case number([UInt8])
  /// UTF-8; an unpaired `\uD800`…`\uDFFF` escape as three bytes, so that it survives.
  case string([UInt8])
  case array([JSONValue])
  case object(JSONObject)

  package var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// A whole number that is not negative and fits 64 bits.
  package var unsigned: UInt64? {
    guard case .number(let digits) = self else { return nil }
    var value: UInt64 = 0
    for digit in digits {
      guard digit >= 0x30, digit <= 0x39 else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit &- 0x30))
      if overflow || carry { return nil }
      value = sum
    }
    return value
  }

  package var string: String? {
    guard case .string(let bytes) = self else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What was found, short enough for an error message.
  package var summary: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .number(let digits): Self.shortened(digits)
    case .string(let bytes): "\"\(Self.shortened(bytes))\""
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// At most forty characters, printable: input comes from strangers and errors go to terminals.
  private static func shortened(_ bytes: [UInt8]) -> String {
    let printable = bytes.prefix(40).map { $0 >= 0x20 && $0 <= 0x7e ? $0 : 0x3f }
    return String(decoding: printable, as: UTF8.self) + (bytes.count > 40 ? "…" : "")
  }
}

/// The members of a JSON object in their order; of members with the same key the last counts.
package struct JSONObject {
  package struct Member {
    package var key: String
    package var value: JSONValue
  }

  package var members: [Member] = []

  package subscript(_ key: String) -> JSONValue? { members.last { $0.key == key }?.value }

  /// The value, nil when it is absent or null.
  package func present(_ key: String) -> JSONValue? {
    guard let value = self[key], !value.isNull else { return nil }
    return value
  }
}
