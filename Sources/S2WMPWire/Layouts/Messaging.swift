/// M and SC: 80 + Length bytes (S2WMP §3.2.1, figure 1).
public enum Messaging: PacketLayout {
  @inlinable public static var version: Field<UInt8> { Field(first: "version", .version, "3.2.1", "protocol version, 1") }
  @inlinable public static var type: Field<UInt8> { Field("type", after: version, .type, "3.2.1", "1 M, 3 SC") }
  @inlinable public static var status: Field<UInt8> { Field("status", after: type, .code, "3.2.1", "the sender's status") }
  @inlinable public static var length: Field<UInt16> {
    Field("length", after: status, .length(of: "body"), "3.2.1", "bytes of body: M 1 to 65535, SC 0")
  }
  @inlinable public static var datetime: Field<UInt64> {
    Field("datetime", after: length, .time, "3.2.1", "when the message was sent, milliseconds since 1970")
  }
  @inlinable public static var undefined: Field<UInt24> {
    Field("undefined", after: datetime, .reserved, "3.2.1", "sent as zero, ignored on receipt")
  }
  @inlinable public static var senderID: Field<Identifier> { Field("sender_id", after: undefined, .userID, "3.2.1", "who sends") }
  @inlinable public static var receiverID: Field<Identifier> {
    Field("receiver_id", after: senderID, .userID, "3.2.1", "who is meant")
  }
  @inlinable public static var clientID: Field<Identifier> {
    Field("client_id", after: receiverID, .clientID, "3.2.1", "the sender's client ID, encrypted")
  }
  @inlinable public static var hash: Field<Identifier> {
    Field("hash", after: clientID, .hash, "3.2.1", "keyed hash of header and plaintext")
  }
  @inlinable public static var body: CountedField {
    CountedField("body", after: hash, countedBy: length, .opaque, .encrypted, "3.2.1", "the encrypted message")
  }

  /// Bytes before the body.
  @inlinable public static var headerLength: Int { hash.end }

  public static var id: LayoutID { .messaging }
  public static var rows: [FieldRow] {
    [
      FieldRow(version), FieldRow(type), FieldRow(status, Codes.userStatus), FieldRow(length), FieldRow(datetime), FieldRow(undefined),
      FieldRow(senderID), FieldRow(receiverID), FieldRow(clientID), FieldRow(hash), FieldRow(body),
    ]
  }
}
