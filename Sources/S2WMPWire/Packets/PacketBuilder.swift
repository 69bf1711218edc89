/// Builds one packet from field values: the rows in the other direction.
///
/// Lengths that are not set are filled in from what they count; lengths that are set are kept, right or wrong, so that malformed packets
/// can be made on purpose. Everything else that is not set is zero, but for `version` and `type`.
public struct PacketBuilder: Sendable {
  public let layout: LayoutID
  public let type: PacketType
  private var values: [String: [UInt8]] = [:]
  /// Total bytes of a legacy User Broadcast, whose name is padded to fit; nil: at least 59.
  public var totalLength: Int?

  /// Nil when the dialect does not define the type.
  public init?(_ type: PacketType, _ dialect: Dialect) {
    guard let layout = LayoutID(type, dialect) else { return nil }
    self.layout = layout
    self.type = type
  }

  /// The names of the fields that were set.
  public var setFields: Set<String> { Set(values.keys) }

  public mutating func set<Value>(_ field: Field<Value>, _ value: Value) {
    values["\(field.name)"] = value.wireBytes
  }

  public mutating func set(_ field: CountedField, _ bytes: some Sequence<UInt8>) {
    values["\(field.name)"] = Array(bytes)
  }

  /// Sets a field by its code name; throws when the layout has no such field or the value does not fit it.
  public mutating func set(_ name: String, _ value: FieldValue) throws(EncodeError) {
    guard let row = layout.row(named: name) else { throw EncodeError.unknownField(name, layout) }
    values[name] = try bytes(of: value, for: row)
  }

  /// The packet.
  public func build() -> [UInt8] {
    var out: [UInt8] = []
    for row in layout.rows { out += values[row.name] ?? filled(row) }
    return out
  }

  /// What a field that was not set becomes.
  private func filled(_ row: FieldRow) -> [UInt8] {
    guard case .fixed(let size) = row.extent else {
      if case .rest = row.extent { return paddedName([]) }
      return []
    }
    switch row.relation {
    case .version: return Self.bytes(UInt64(protocolVersion), size)
    case .type: return [type.rawValue]
    case .length(let of): return Self.bytes(UInt64(values[of.description]?.count ?? 0), size)
    default: return [UInt8](repeating: 0, count: size)
    }
  }

  private func bytes(of value: FieldValue, for row: FieldRow) throws(EncodeError) -> [UInt8] {
    switch (value, row.kind, row.extent) {
    case (.unsigned(let number), .unsigned, .fixed(let size)):
      guard size == 8 || number >> UInt64(size * 8) == 0 else { throw EncodeError.tooLarge(row.name, number, size) }
      return Self.bytes(number, size)
    case (.bytes(let bytes), .opaque, .fixed(let size)), (.address(let bytes), .address, .fixed(let size)):
      guard bytes.count == size else { throw EncodeError.wrongSize(row.name, bytes.count, size) }
      return bytes
    case (.bytes(let bytes), .opaque, .counted), (.text(let bytes), .text, .counted): return bytes
    case (.text(let text), .text16, .rest):
      guard let units = UTF16Name.codeUnits(wtf8: text) else { throw EncodeError.wrongKind(row.name, row.kind) }
      return paddedName(units)
    default: throw EncodeError.wrongKind(row.name, row.kind)
    }
  }

  /// A User Broadcast's name, padded with spaces to the packet's length.
  private func paddedName(_ units: [UInt16]) -> [UInt8] {
    let minimum = (totalLength ?? UserBroadcast.paddedLength) - UserBroadcast.nameOffset - 1
    var out: [UInt8] = []
    for unit in units { out += [UInt8(unit >> 8), UInt8(unit & 255)] }
    while out.count < min(minimum, 0x10000) { out += [0, 0x20] }
    return out
  }

  private static func bytes(_ value: UInt64, _ size: Int) -> [UInt8] {
    Array(bigEndianBytes(value).suffix(size))
  }
}

/// Why a value cannot be encoded.
public enum EncodeError: Error, Equatable, CustomStringConvertible {
  case unknownField(String, LayoutID)
  /// Field, value, bytes there are.
  case tooLarge(String, UInt64, Int)
  /// Field, bytes given, bytes due.
  case wrongSize(String, Int, Int)
  case wrongKind(String, FieldKind)

  public var description: String {
    switch self {
    case .unknownField(let name, let layout):
      "the \(layout.title) packet has no field \"\(name)\"; it has \(layout.rows.map(\.name).joined(separator: ", "))"
    case .tooLarge(let name, let value, let size):
      "field \"\(name)\" is \(value), which does not fit its \(size == 1 ? "one byte" : "\(size) bytes")"
    case .wrongSize(let name, let given, let due): "field \"\(name)\" has \(given) bytes, but it takes exactly \(due)"
    case .wrongKind(let name, let kind): "field \"\(name)\" must be \(Self.wanted(kind))"
    }
  }

  private static func wanted(_ kind: FieldKind) -> String {
    switch kind {
    case .unsigned: "a whole number that is not negative"
    case .opaque: "a string of hex digits, two a byte"
    case .address: "an address such as 10.0.0.7 or fe80::1"
    case .text, .text16: "a string"
    }
  }
}
