/// A row of fixed size, typed. Declared as a computed property, it costs nothing: its offset folds to a constant where it is used.
public struct Field<Value: WireValue>: Sendable {
  public var name: StaticString
  /// Offset in bytes while all counted fields before it are empty.
  public var offset: Int
  /// Offset of the four-byte length that shifts this field, or −1.
  public var shift: Int
  public var relation: Relation
  public var section: StaticString
  public var note: StaticString

  /// The first field of a layout.
  @inlinable public init(first name: StaticString, _ relation: Relation, _ section: StaticString, _ note: StaticString = "") {
    self.init(name, offset: 0, shift: -1, relation, section, note)
  }

  @inlinable public init<P>(
    _ name: StaticString, after previous: Field<P>, _ relation: Relation, _ section: StaticString, _ note: StaticString = ""
  ) {
    self.init(name, offset: previous.end, shift: previous.shift, relation, section, note)
  }

  @inlinable public init(
    _ name: StaticString, after previous: CountedField, _ relation: Relation, _ section: StaticString, _ note: StaticString = ""
  ) {
    self.init(name, offset: previous.offset, shift: previous.countedAt, relation, section, note)
  }

  @inlinable init(_ name: StaticString, offset: Int, shift: Int, _ relation: Relation, _ section: StaticString, _ note: StaticString) {
    self.name = name
    self.offset = offset
    self.shift = shift
    self.relation = relation
    self.section = section
    self.note = note
  }

  /// Offset of the byte after it.
  @inlinable public var end: Int { offset + Value.wireSize }

  /// The value; the caller has checked that the packet is whole (`PacketView`).
  @inlinable @inline(__always) public func load(_ base: UnsafeRawPointer) -> Value {
    Value.load(base, shift < 0 ? offset : offset &+ Int(UInt32.load(base, shift)))
  }
}

// SAFETY: `load` and `range` read without bounds checks; the packet was framed first, so every offset that its own lengths lead to is inside it.

/// A row whose size another field of the packet tells.
public struct CountedField: Sendable {
  public var name: StaticString
  public var offset: Int
  /// Offset of the four-byte length that shifts this field, or −1.
  public var shift: Int
  /// Where its own length stands (unshifted), how many bytes that has, and the name of that field.
  public var countedAt: Int
  public var countWidth: Int
  public var countName: StaticString
  public var kind: FieldKind
  public var relation: Relation
  public var section: StaticString
  public var note: StaticString

  @inlinable public init<P, L>(
    _ name: StaticString, after previous: Field<P>, countedBy length: Field<L>, _ kind: FieldKind = .opaque, _ relation: Relation,
    _ section: StaticString, _ note: StaticString = ""
  ) {
    self.name = name
    offset = previous.end
    shift = previous.shift
    countedAt = length.offset
    countWidth = L.wireSize
    countName = length.name
    self.kind = kind
    self.relation = relation
    self.section = section
    self.note = note
  }

  /// The byte range in a whole packet.
  @inlinable @inline(__always) public func range(_ base: UnsafeRawPointer) -> Range<Int> {
    let shifted = shift < 0 ? 0 : Int(UInt32.load(base, shift))
    let start = offset &+ shifted
    let count = countWidth == 2 ? Int(UInt16.load(base, countedAt &+ shifted)) : Int(UInt32.load(base, countedAt &+ shifted))
    return Range(uncheckedBounds: (start, start &+ count))
  }
}

extension FieldRow {
  /// A fixed row for the cold consumers; `codes` names the values of a code field.
  public init<Value>(_ field: Field<Value>, _ codes: CodeTable? = nil) {
    self.init(
      name: "\(field.name)", offset: field.offset, shiftedBy: field.shift < 0 ? nil : field.shift, fromEnd: nil,
      extent: .fixed(Value.wireSize), kind: Value.wireKind, relation: field.relation, codes: codes, section: "\(field.section)",
      note: "\(field.note)")
  }

  public init(_ field: CountedField) {
    self.init(
      name: "\(field.name)", offset: field.offset, shiftedBy: field.shift < 0 ? nil : field.shift, fromEnd: nil,
      extent: .counted(by: "\(field.countName)"), kind: field.kind, relation: field.relation, codes: nil, section: "\(field.section)",
      note: "\(field.note)")
  }
}
