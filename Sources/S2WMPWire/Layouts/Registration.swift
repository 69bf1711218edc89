/// REG: 26 bytes (S2WMP §3.2.3, figure 3).
public enum Registration: PacketLayout {
  @inlinable public static var version: Field<UInt8> { Field(first: "version", .version, "3.2.3", "protocol version, 1") }
  @inlinable public static var type: Field<UInt8> { Field("type", after: version, .type, "3.2.3", "2 REG") }
  @inlinable public static var requestID: Field<Opaque64> {
    Field("request_id", after: type, .requestID, "3.2.3", "chosen by the asker, echoed in the response")
  }
  @inlinable public static var userID: Field<Identifier> { Field("user_id", after: requestID, .userID, "3.2.3", "who registers") }

  @inlinable public static var length: Int { userID.end }

  public static var id: LayoutID { .registration }
  public static var rows: [FieldRow] { [FieldRow(version), FieldRow(type), FieldRow(requestID), FieldRow(userID)] }
}

/// RREG: 11 bytes (S2WMP §3.2.4, figure 4).
public enum RegistrationResponse: PacketLayout {
  @inlinable public static var version: Field<UInt8> { Field(first: "version", .version, "3.2.4", "protocol version, 1") }
  @inlinable public static var type: Field<UInt8> { Field("type", after: version, .type, "3.2.4", "9 RREG") }
  @inlinable public static var status: Field<UInt8> { Field("status", after: type, .code, "3.2.4", "what became of the request") }
  @inlinable public static var requestID: Field<Opaque64> {
    Field("request_id", after: status, .requestID, "3.2.4", "of the REG or IC answered")
  }

  @inlinable public static var length: Int { requestID.end }

  public static var id: LayoutID { .registrationResponse }
  public static var rows: [FieldRow] {
    [FieldRow(version), FieldRow(type), FieldRow(status, Codes.registration), FieldRow(requestID)]
  }
}
