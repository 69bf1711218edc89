/// IC: 70 + K bytes (named in S2WMP §3.1, drawn nowhere).
public enum IDChange: PacketLayout {
  @inlinable public static var version: Field<UInt8> { Field(first: "version", .version, "3.1", "protocol version, 1") }
  @inlinable public static var type: Field<UInt8> { Field("type", after: version, .type, "3.1", "11 IC") }
  @inlinable public static var timestamp: Field<UInt64> {
    Field("timestamp", after: type, .time, "3.1", "when the ID changed, milliseconds since 1970")
  }
  @inlinable public static var requestID: Field<Opaque64> {
    Field("request_id", after: timestamp, .requestID, "3.1", "echoed by a bootstrap server")
  }
  @inlinable public static var userID: Field<Identifier> { Field("user_id", after: requestID, .userID, "3.1", "the old ID") }
  @inlinable public static var newID: Field<Identifier> {
    Field("new_id", after: userID, .idOfKey, "3.1", "the new ID: the ID of the public key")
  }
  @inlinable public static var clientID: Field<Identifier> {
    Field("client_id", after: newID, .clientID, "3.1", "the sender's client ID, encrypted; zero to a bootstrap server")
  }
  @inlinable public static var keyLength: Field<UInt32> {
    Field("key_length", after: clientID, .length(of: "public_key"), "3.1", "bytes of public_key, 1 to 8192")
  }
  @inlinable public static var publicKey: CountedField {
    CountedField("public_key", after: keyLength, countedBy: keyLength, .opaque, .key, "3.1", "the new key, DER")
  }

  /// Bytes when the key is empty.
  @inlinable public static var fixedLength: Int { keyLength.end }

  public static var id: LayoutID { .idChange }
  public static var rows: [FieldRow] {
    [
      FieldRow(version), FieldRow(type), FieldRow(timestamp), FieldRow(requestID), FieldRow(userID), FieldRow(newID), FieldRow(clientID),
      FieldRow(keyLength), FieldRow(publicKey),
    ]
  }
}
