import S2WMPWire

/// Which values a length field of a layout can have: what `Framer` checks, as data for generated files (S2WMP §3.2, "framed").
public struct LengthLimit: Hashable, Sendable {
  public var layout: LayoutID
  public var field: String
  /// Smallest and largest value that can be framed.
  public var smallest: UInt64
  public var largest: UInt64
  /// A code field of the same packet that must be 0, else the length must be 0 as well; nil when the limits always hold.
  public var whenZero: String?

  /// All of them. A length field that is not listed may have every value of its width.
  public static let all: [LengthLimit] = [
    key(.chatRequest), name(.chatRequest, 1), key(.chatRequestResponse, whenZero: "status"),
    name(.chatRequestResponse, 1, whenZero: "status"), key(.idChange), key(.legacyChatRequest), name(.legacyChatRequest, 0),
    LengthLimit(layout: .legacyMessaging, field: "length", smallest: 0, largest: UInt64(LegacyMessaging.maximumBody)),
  ]

  static func of(_ layout: LayoutID, _ field: String) -> LengthLimit? {
    all.first { $0.layout == layout && $0.field == field }
  }

  private static func key(_ layout: LayoutID, whenZero: String? = nil) -> LengthLimit {
    LengthLimit(layout: layout, field: "key_length", smallest: 1, largest: UInt64(KeyLimits.maximumKey), whenZero: whenZero)
  }

  private static func name(_ layout: LayoutID, _ smallest: UInt64, whenZero: String? = nil) -> LengthLimit {
    LengthLimit(layout: layout, field: "name_length", smallest: smallest, largest: UInt64(KeyLimits.maximumName), whenZero: whenZero)
  }
}
