/// The legacy CR: 51 + K + N bytes. An accepting peer answers with another one.
public enum LegacyChatRequest: PacketLayout {
  @inlinable public static var version: Field<UInt8> { Field(first: "version", .version, "3.2.2", "protocol version, 1") }
  @inlinable public static var type: Field<UInt8> { Field("type", after: version, .type, "3.2.2", "8 CR") }
  @inlinable public static var status: Field<UInt8> { Field("status", after: type, .code, "3.2.2", "1 in a request; else what was wrong") }
  @inlinable public static var datetime: Field<UInt64> {
    Field("datetime", after: status, .time, "3.2.2", "when it was sent, milliseconds since 1970")
  }
  @inlinable public static var requestorID: Field<Identifier> {
    Field("requestor_id", after: datetime, .userID, "3.2.2", "who asks")
  }
  @inlinable public static var userID: Field<Identifier> { Field("user_id", after: requestorID, .userID, "3.2.2", "who is asked") }
  @inlinable public static var keyLength: Field<UInt32> {
    Field("key_length", after: userID, .length(of: "public_key"), "3.2.2", "bytes of public_key, 1 to 8192")
  }
  @inlinable public static var publicKey: CountedField {
    CountedField("public_key", after: keyLength, countedBy: keyLength, .opaque, .key, "3.2.2", "D-H key of 512 bits, DER")
  }
  @inlinable public static var nameLength: Field<UInt32> {
    Field("name_length", after: publicKey, .length(of: "name"), "3.2.2", "bytes of name, 0 to 255")
  }
  @inlinable public static var name: CountedField {
    CountedField("name", after: nameLength, countedBy: nameLength, .text, .userName, "3.2.2", "the sender's user name, UTF-8")
  }

  /// Bytes when key and name are empty.
  @inlinable public static var fixedLength: Int { nameLength.end }

  public static var id: LayoutID { .legacyChatRequest }
  public static var rows: [FieldRow] {
    [
      FieldRow(version), FieldRow(type), FieldRow(status, Codes.legacyChat), FieldRow(datetime), FieldRow(requestorID), FieldRow(userID),
      FieldRow(keyLength), FieldRow(publicKey), FieldRow(nameLength), FieldRow(name),
    ]
  }
}
