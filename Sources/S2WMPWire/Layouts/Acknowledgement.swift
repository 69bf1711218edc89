/// ACK: 28 bytes, the same in both dialects (S2WMP §3.2.6, figure 6).
public enum Acknowledgement: PacketLayout {
  @inlinable public static var version: Field<UInt8> { Field(first: "version", .version, "3.2.6", "protocol version, 1") }
  @inlinable public static var type: Field<UInt8> { Field("type", after: version, .type, "3.2.6", "6 ACK") }
  @inlinable public static var ack: Field<UInt8> { Field("ack", after: type, .code, "3.2.6", "1 accepted, 0 rejected") }
  @inlinable public static var error: Field<UInt8> { Field("error", after: ack, .code, "3.2.6", "why it was rejected") }
  @inlinable public static var datetime: Field<UInt64> {
    Field("datetime", after: error, .time, "3.2.6", "of the packet answered, or 0")
  }
  @inlinable public static var userID: Field<Identifier> {
    Field("user_id", after: datetime, .userID, "3.2.6", "the sender of the packet answered, or 0")
  }

  @inlinable public static var length: Int { userID.end }

  public static var id: LayoutID { .acknowledgement }
  public static var rows: [FieldRow] {
    [
      FieldRow(version), FieldRow(type), FieldRow(ack, Codes.acknowledgement), FieldRow(error, Codes.error), FieldRow(datetime),
      FieldRow(userID),
    ]
  }
}
