/// The legacy REG: 34 bytes.
public enum LegacyRegistration: PacketLayout {
  @inlinable public static var version: Field<UInt8> { Field(first: "version", .version, "3.2.3", "protocol version, 1") }
  @inlinable public static var type: Field<UInt8> { Field("type", after: version, .type, "3.2.3", "2 REG") }
  @inlinable public static var userID: Field<Identifier> { Field("user_id", after: type, .userID, "3.2.3", "who registers") }
  @inlinable public static var requestID: Field<Identifier> {
    Field("request_id", after: userID, .requestID, "3.2.3", "chosen by the asker")
  }

  @inlinable public static var length: Int { requestID.end }

  public static var id: LayoutID { .legacyRegistration }
  public static var rows: [FieldRow] { [FieldRow(version), FieldRow(type), FieldRow(userID), FieldRow(requestID)] }
}

/// The legacy RREG: 19 bytes.
public enum LegacyRegistrationResponse: PacketLayout {
  @inlinable public static var version: Field<UInt8> { Field(first: "version", .version, "3.2.4", "protocol version, 1") }
  @inlinable public static var type: Field<UInt8> { Field("type", after: version, .type, "3.2.4", "9 RREG") }
  @inlinable public static var status: Field<UInt8> { Field("status", after: type, .code, "3.2.4", "what became of the request") }
  @inlinable public static var userID: Field<Identifier> { Field("user_id", after: status, .userID, "3.2.4", "who asked") }

  @inlinable public static var length: Int { userID.end }

  public static var id: LayoutID { .legacyRegistrationResponse }
  public static var rows: [FieldRow] {
    [FieldRow(version), FieldRow(type), FieldRow(status, Codes.legacyRegistration), FieldRow(userID)]
  }
}
