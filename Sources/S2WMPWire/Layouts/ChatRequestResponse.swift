/// CRR: 43 + K + N bytes; key and name only when accepted (S2WMP §3.2.2).
public enum ChatRequestResponse: PacketLayout {
  @inlinable public static var version: Field<UInt8> { Field(first: "version", .version, "3.2.2", "protocol version, 1") }
  @inlinable public static var type: Field<UInt8> { Field("type", after: version, .type, "3.2.2", "10 CRR") }
  @inlinable public static var status: Field<UInt8> { Field("status", after: type, .code, "3.2.2", "what became of the request") }
  @inlinable public static var requestorID: Field<Identifier> {
    Field("requestor_id", after: status, .userID, "3.2.2", "who asked")
  }
  @inlinable public static var userID: Field<Identifier> {
    Field("user_id", after: requestorID, .idOfKey, "3.2.2", "who was asked: the ID of the public key when accepted")
  }
  @inlinable public static var keyLength: Field<UInt32> {
    Field("key_length", after: userID, .length(of: "public_key"), "3.2.2", "bytes of public_key, 1 to 8192 when accepted, else 0")
  }
  @inlinable public static var publicKey: CountedField {
    CountedField("public_key", after: keyLength, countedBy: keyLength, .opaque, .key, "3.2.2", "the sender's key, DER")
  }
  @inlinable public static var nameLength: Field<UInt32> {
    Field("name_length", after: publicKey, .length(of: "name"), "3.2.2", "bytes of name, 1 to 255 when accepted, else 0")
  }
  @inlinable public static var name: CountedField {
    CountedField("name", after: nameLength, countedBy: nameLength, .text, .userName, "3.2.2", "the sender's user name, printable US-ASCII")
  }

  /// Bytes when key and name are empty.
  @inlinable public static var fixedLength: Int { nameLength.end }

  public static var id: LayoutID { .chatRequestResponse }
  public static var rows: [FieldRow] {
    [
      FieldRow(version), FieldRow(type), FieldRow(status, Codes.chatResponse), FieldRow(requestorID), FieldRow(userID),
      FieldRow(keyLength), FieldRow(publicKey), FieldRow(nameLength), FieldRow(name),
    ]
  }
}
