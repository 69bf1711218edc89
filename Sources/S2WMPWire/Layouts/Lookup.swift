/// LP, BSM and BPM: 52 bytes (S2WMP §3.2.5, figure 5).
public enum Lookup: PacketLayout {
  @inlinable public static var version: Field<UInt8> { Field(first: "version", .version, "3.2.5", "protocol version, 1") }
  @inlinable public static var type: Field<UInt8> { Field("type", after: version, .type, "3.2.5", "4 LP, 12 BSM, 14 BPM") }
  @inlinable public static var timestamp: Field<UInt64> {
    Field("timestamp", after: type, .time, "3.2.5", "when it was asked, milliseconds since 1970")
  }
  @inlinable public static var requestID: Field<Opaque64> {
    Field("request_id", after: timestamp, .requestID, "3.2.5", "chosen by the asker, echoed in the response")
  }
  @inlinable public static var status: Field<UInt8> { Field("status", after: requestID, .code, "3.2.5", "0 in a request") }
  @inlinable public static var broadcast: Field<UInt8> {
    Field("broadcast", after: status, .code, "3.2.5", "the document's B: 1 in BSM and BPM, else 0")
  }
  @inlinable public static var userID: Field<Identifier> { Field("user_id", after: broadcast, .userID, "3.2.5", "who asks") }
  @inlinable public static var lookupID: Field<Identifier> {
    Field("lookup_id", after: userID, .userID, "3.2.5", "who is looked up; zero in BSM; in BPM zero means any peer")
  }

  @inlinable public static var length: Int { lookupID.end }

  public static var id: LayoutID { .lookup }
  public static var rows: [FieldRow] {
    [
      FieldRow(version), FieldRow(type), FieldRow(timestamp), FieldRow(requestID), FieldRow(status, Codes.request),
      FieldRow(broadcast, Codes.broadcast), FieldRow(userID), FieldRow(lookupID),
    ]
  }
}

/// LPR, BSR and BPR: 70 bytes, the lookup layout and an address (S2WMP §3.2.5).
public enum LookupResponse: PacketLayout {
  @inlinable public static var version: Field<UInt8> { Field(first: "version", .version, "3.2.5", "protocol version, 1") }
  @inlinable public static var type: Field<UInt8> { Field("type", after: version, .type, "3.2.5", "5 LPR, 13 BSR, 15 BPR") }
  @inlinable public static var timestamp: Field<UInt64> {
    Field("timestamp", after: type, .time, "3.2.5", "the responder's time, milliseconds since 1970")
  }
  @inlinable public static var requestID: Field<Opaque64> {
    Field("request_id", after: timestamp, .requestID, "3.2.5", "of the request answered")
  }
  @inlinable public static var status: Field<UInt8> { Field("status", after: requestID, .code, "3.2.5", "what was found") }
  @inlinable public static var broadcast: Field<UInt8> { Field("broadcast", after: status, .code, "3.2.5", "0 in a response") }
  @inlinable public static var userID: Field<Identifier> { Field("user_id", after: broadcast, .userID, "3.2.5", "who asked") }
  @inlinable public static var lookupID: Field<Identifier> {
    Field("lookup_id", after: userID, .userID, "3.2.5", "who was looked up; in BSR and BPR the responder's own ID")
  }
  @inlinable public static var address: Field<Address128> {
    Field("address", after: lookupID, .place, "3.2.5", "where TCP connections are taken: IPv6, or IPv4 as ::ffff:a.b.c.d")
  }
  @inlinable public static var port: Field<UInt16> { Field("port", after: address, .place, "3.2.5", "the TCP port there") }

  @inlinable public static var length: Int { port.end }

  public static var id: LayoutID { .lookupResponse }
  public static var rows: [FieldRow] {
    [
      FieldRow(version), FieldRow(type), FieldRow(timestamp), FieldRow(requestID), FieldRow(status, Codes.lookup),
      FieldRow(broadcast, Codes.broadcast), FieldRow(userID), FieldRow(lookupID), FieldRow(address), FieldRow(port),
    ]
  }
}
