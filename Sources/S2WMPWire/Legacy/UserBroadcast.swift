/// The legacy User Broadcast: 59 bytes, or any even number more for a long name, or 43 when cut (a reply).
public enum UserBroadcast: PacketLayout {
  @inlinable public static var version: Field<UInt8> { Field(first: "version", .version, "3.1", "protocol version, 1") }
  @inlinable public static var type: Field<UInt8> { Field("type", after: version, .type, "3.1", "7 UB") }
  @inlinable public static var timestamp: Field<UInt64> {
    Field("timestamp", after: type, .time, "3.1", "when it was sent, milliseconds since 1970")
  }
  @inlinable public static var userID: Field<Identifier> { Field("user_id", after: timestamp, .userID, "3.1", "who announces itself") }

  /// Offset of the name; it takes all bytes but the last.
  @inlinable public static var nameOffset: Int { userID.end }
  /// Bytes of the name when the packet was cut to 43: eight characters.
  @inlinable public static var shortNameBytes: Int { 16 }
  /// Bytes of the name at least otherwise: sixteen characters, padded with spaces.
  @inlinable public static var paddedNameBytes: Int { 32 }
  @inlinable public static var shortLength: Int { nameOffset + shortNameBytes + 1 }
  @inlinable public static var paddedLength: Int { nameOffset + paddedNameBytes + 1 }

  /// Lengths that a datagram of this type can have.
  @inlinable public static func allows(length: Int) -> Bool {
    length == shortLength || (length >= paddedLength && (length - paddedLength) % 2 == 0)
  }

  public static var id: LayoutID { .legacyUserBroadcast }
  public static var rows: [FieldRow] {
    [
      FieldRow(version), FieldRow(type), FieldRow(timestamp), FieldRow(userID),
      FieldRow(
        name: "name", offset: nameOffset, shiftedBy: nil, fromEnd: nil, extent: .rest(trailing: 1), kind: .text16, relation: .userName,
        codes: nil, section: "3.1", note: "UTF-16BE, space-padded to 16 characters, never shortened"),
      FieldRow(
        name: "reply", offset: nameOffset, shiftedBy: nil, fromEnd: 1, extent: .fixed(1), kind: .unsigned, relation: .code,
        codes: Codes.legacyReply, section: "3.1", note: "reply flag"),
    ]
  }
}
