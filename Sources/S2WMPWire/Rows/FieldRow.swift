/// How consumers treat the bytes of a field.
public enum FieldKind: Hashable, Sendable {
  /// A big-endian number.
  case unsigned
  /// Bytes that are only compared; shown as hex.
  case opaque
  /// An IPv4 or IPv6 address.
  case address
  /// A user name, one byte a character.
  case text
  /// The legacy User Broadcast's name: UTF-16BE padded with spaces.
  case text16
}

/// A field's code name as it stands in a row's declaration. It owns nothing, so that rows fold to constants where they are used.
public struct FieldName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  @usableFromInline let text: StaticString

  @inlinable public init(stringLiteral text: StaticString) { self.text = text }

  public var description: String { "\(text)" }
  public static func == (a: FieldName, b: FieldName) -> Bool { a.description == b.description }
  public func hash(into hasher: inout Hasher) { hasher.combine(description) }
}

/// What a field means to others in the same packet. Plain data, so that every consumer can read it.
public enum Relation: Hashable, Sendable {
  /// One of the values of a code table.
  case code
  /// An address or port where TCP connections are taken.
  case place
  case version
  case type
  /// The number of bytes of the field with that name.
  case length(of: FieldName)
  /// Milliseconds since 1970-01-01T00:00:00Z.
  case time
  /// A user's ID.
  case userID
  /// The ID that the public key of the same packet must hash to.
  case idOfKey
  /// Ties an answer to its request.
  case requestID
  /// The encrypted client ID.
  case clientID
  /// The message hash.
  case hash
  /// One or two DER SubjectPublicKeyInfo structures.
  case key
  /// The encrypted message.
  case encrypted
  /// A user name.
  case userName
  /// Sent as zero, ignored on receipt.
  case reserved
}

/// Bytes that a field takes.
public enum FieldExtent: Hashable, Sendable {
  case fixed(Int)
  /// As many as the field with that name says.
  case counted(by: String)
  /// Whatever is left before the last `trailing` bytes of the packet.
  case rest(trailing: Int)
}

/// One row of a layout's table, in the form that the cold consumers (tree, filters, generated files, fuzzing) read.
public struct FieldRow: Sendable {
  /// The code name that every output, filter and generated file uses.
  public var name: String
  /// Offset in bytes from the packet's start while all counted fields before it are empty.
  public var offset: Int
  /// Offset of the four-byte length whose value shifts this field; nil when nothing variable stands before it.
  public var shiftedBy: Int?
  /// Bytes behind a `rest` field push this field to the packet's end: then this is its distance from the end.
  public var fromEnd: Int?
  public var extent: FieldExtent
  public var kind: FieldKind
  public var relation: Relation
  public var codes: CodeTable?
  /// Section of the design document.
  public var section: String
  /// One line on what it holds.
  public var note: String
}
