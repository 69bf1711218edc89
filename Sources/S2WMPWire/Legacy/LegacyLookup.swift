/// The legacy LP: 58 bytes.
public enum LegacyLookup: PacketLayout {
  @inlinable public static var version: Field<UInt8> { Field(first: "version", .version, "3.2.5", "protocol version, 1") }
  @inlinable public static var type: Field<UInt8> { Field("type", after: version, .type, "3.2.5", "4 LP") }
  @inlinable public static var timestamp: Field<UInt64> {
    Field("timestamp", after: type, .time, "3.2.5", "when it was asked, milliseconds since 1970")
  }
  @inlinable public static var requestID: Field<Identifier> {
    Field("request_id", after: timestamp, .requestID, "3.2.5", "chosen by the asker, echoed in the response")
  }
  @inlinable public static var userID: Field<Identifier> { Field("user_id", after: requestID, .userID, "3.2.5", "who asks") }
  @inlinable public static var lookupID: Field<Identifier> { Field("lookup_id", after: userID, .userID, "3.2.5", "who is looked up") }

  @inlinable public static var length: Int { lookupID.end }

  public static var id: LayoutID { .legacyLookup }
  public static var rows: [FieldRow] {
    [FieldRow(version), FieldRow(type), FieldRow(timestamp), FieldRow(requestID), FieldRow(userID), FieldRow(lookupID)]
  }
}

/// The legacy LPR: 63 bytes. The authors' server swaps the two IDs and sends a random address when nothing was found.
public enum LegacyLookupResponse: PacketLayout {
  @inlinable public static var version: Field<UInt8> { Field(first: "version", .version, "3.2.5", "protocol version, 1") }
  @inlinable public static var type: Field<UInt8> { Field("type", after: version, .type, "3.2.5", "5 LPR") }
  @inlinable public static var timestamp: Field<UInt64> {
    Field("timestamp", after: type, .time, "3.2.5", "the responder's time, milliseconds since 1970")
  }
  @inlinable public static var status: Field<UInt8> { Field("status", after: timestamp, .code, "3.2.5", "what was found") }
  @inlinable public static var requestID: Field<Identifier> {
    Field("request_id", after: status, .requestID, "3.2.5", "of the request answered")
  }
  @inlinable public static var userID: Field<Identifier> {
    Field("user_id", after: requestID, .userID, "3.2.5", "the authors' server writes the looked-up ID here")
  }
  @inlinable public static var lookupID: Field<Identifier> {
    Field("lookup_id", after: userID, .userID, "3.2.5", "the authors' server writes the requester's ID here")
  }
  @inlinable public static var address: Field<Address32> { Field("address", after: lookupID, .place, "3.2.5", "IPv4; random when not found") }

  @inlinable public static var length: Int { address.end }

  public static var id: LayoutID { .legacyLookupResponse }
  public static var rows: [FieldRow] {
    [
      FieldRow(version), FieldRow(type), FieldRow(timestamp), FieldRow(status, Codes.legacyLookup), FieldRow(requestID), FieldRow(userID),
      FieldRow(lookupID), FieldRow(address),
    ]
  }
}
