/// The legacy M: 77 + Length bytes, without the undefined space (S2WMP §3.2.1 as the authors' program sends it).
public enum LegacyMessaging: PacketLayout {
  @inlinable public static var version: Field<UInt8> { Field(first: "version", .version, "3.2.1", "protocol version, 1") }
  @inlinable public static var type: Field<UInt8> { Field("type", after: version, .type, "3.2.1", "1 M") }
  @inlinable public static var status: Field<UInt8> { Field("status", after: type, .code, "3.2.1", "the sender's status") }
  @inlinable public static var length: Field<UInt16> {
    Field("length", after: status, .length(of: "body"), "3.2.1", "bytes of body, signed: at most 32767")
  }
  @inlinable public static var datetime: Field<UInt64> {
    Field("datetime", after: length, .time, "3.2.1", "when the message was sent, milliseconds since 1970")
  }
  @inlinable public static var senderID: Field<Identifier> { Field("sender_id", after: datetime, .userID, "3.2.1", "who sends") }
  @inlinable public static var receiverID: Field<Identifier> {
    Field("receiver_id", after: senderID, .userID, "3.2.1", "who is meant")
  }
  @inlinable public static var clientID: Field<Identifier> {
    Field("client_id", after: receiverID, .clientID, "3.2.1", "SHA-1 of the client's name, in the clear")
  }
  @inlinable public static var hash: Field<Identifier> {
    Field("hash", after: clientID, .hash, "3.2.1", "SHA-1 of the ciphertext, truncated")
  }
  @inlinable public static var body: CountedField {
    CountedField("body", after: hash, countedBy: length, .opaque, .encrypted, "3.2.1", "the encrypted message")
  }

  /// Bytes before the body.
  @inlinable public static var headerLength: Int { hash.end }
  /// The authors' program reads `length` as a signed short.
  @inlinable public static var maximumBody: UInt16 { 32767 }

  public static var id: LayoutID { .legacyMessaging }
  public static var rows: [FieldRow] {
    [
      FieldRow(version), FieldRow(type), FieldRow(status, Codes.legacyUserStatus), FieldRow(length), FieldRow(datetime),
      FieldRow(senderID), FieldRow(receiverID), FieldRow(clientID), FieldRow(hash), FieldRow(body),
    ]
  }
}

/// The legacy SC: 19 bytes.
public enum LegacyStatus: PacketLayout {
  @inlinable public static var version: Field<UInt8> { Field(first: "version", .version, "3.1", "protocol version, 1") }
  @inlinable public static var type: Field<UInt8> { Field("type", after: version, .type, "3.1", "3 SC") }
  @inlinable public static var status: Field<UInt8> { Field("status", after: type, .code, "3.1", "the sender's new status") }
  @inlinable public static var requestID: Field<Identifier> { Field("request_id", after: status, .requestID, "3.1", "chosen by the sender") }

  @inlinable public static var length: Int { requestID.end }

  public static var id: LayoutID { .legacyStatus }
  public static var rows: [FieldRow] {
    [FieldRow(version), FieldRow(type), FieldRow(status, Codes.legacyUserStatus), FieldRow(requestID)]
  }
}
