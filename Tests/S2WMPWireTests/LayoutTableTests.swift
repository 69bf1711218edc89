import S2WMPWire
import Testing

/// One line of the wire format's tables: offset while variable fields are empty, and size; nil is "as many bytes as its length says".
private typealias Line = (name: String, offset: Int, size: Int?)

/// The tables of the wire format, typed in from its text and not from the rows.
@Suite("§3.2 Offsets and sizes of every layout")
struct LayoutTableTests {
  private static let lookup: [Line] = [
    ("version", 0, 1), ("type", 1, 1), ("timestamp", 2, 8), ("request_id", 10, 8), ("status", 18, 1), ("broadcast", 19, 1), ("user_id", 20, 16),
    ("lookup_id", 36, 16),
  ]

  private static let tables: [LayoutID: [Line]] = [
    .messaging: [
      ("version", 0, 1), ("type", 1, 1), ("status", 2, 1), ("length", 3, 2), ("datetime", 5, 8), ("undefined", 13, 3), ("sender_id", 16, 16),
      ("receiver_id", 32, 16), ("client_id", 48, 16), ("hash", 64, 16), ("body", 80, nil),
    ],
    .chatRequest: [
      ("version", 0, 1), ("type", 1, 1), ("requestor_id", 2, 16), ("user_id", 18, 16), ("key_length", 34, 4), ("public_key", 38, nil),
      ("name_length", 38, 4), ("name", 42, nil),
    ],
    .chatRequestResponse: [
      ("version", 0, 1), ("type", 1, 1), ("status", 2, 1), ("requestor_id", 3, 16), ("user_id", 19, 16), ("key_length", 35, 4),
      ("public_key", 39, nil), ("name_length", 39, 4), ("name", 43, nil),
    ],
    .registration: [("version", 0, 1), ("type", 1, 1), ("request_id", 2, 8), ("user_id", 10, 16)],
    .registrationResponse: [("version", 0, 1), ("type", 1, 1), ("status", 2, 1), ("request_id", 3, 8)],
    .lookup: lookup,
    .lookupResponse: lookup + [("address", 52, 16), ("port", 68, 2)],
    .acknowledgement: [("version", 0, 1), ("type", 1, 1), ("ack", 2, 1), ("error", 3, 1), ("datetime", 4, 8), ("user_id", 12, 16)],
    .idChange: [
      ("version", 0, 1), ("type", 1, 1), ("timestamp", 2, 8), ("request_id", 10, 8), ("user_id", 18, 16), ("new_id", 34, 16),
      ("client_id", 50, 16), ("key_length", 66, 4), ("public_key", 70, nil),
    ],
    .legacyMessaging: [
      ("version", 0, 1), ("type", 1, 1), ("status", 2, 1), ("length", 3, 2), ("datetime", 5, 8), ("sender_id", 13, 16), ("receiver_id", 29, 16),
      ("client_id", 45, 16), ("hash", 61, 16), ("body", 77, nil),
    ],
    .legacyRegistration: [("version", 0, 1), ("type", 1, 1), ("user_id", 2, 16), ("request_id", 18, 16)],
    .legacyStatus: [("version", 0, 1), ("type", 1, 1), ("status", 2, 1), ("request_id", 3, 16)],
    .legacyLookup: [
      ("version", 0, 1), ("type", 1, 1), ("timestamp", 2, 8), ("request_id", 10, 16), ("user_id", 26, 16), ("lookup_id", 42, 16),
    ],
    .legacyLookupResponse: [
      ("version", 0, 1), ("type", 1, 1), ("timestamp", 2, 8), ("status", 10, 1), ("request_id", 11, 16), ("user_id", 27, 16),
      ("lookup_id", 43, 16), ("address", 59, 4),
    ],
    .legacyUserBroadcast: [("version", 0, 1), ("type", 1, 1), ("timestamp", 2, 8), ("user_id", 10, 16), ("name", 26, nil), ("reply", 26, 1)],
    .legacyChatRequest: [
      ("version", 0, 1), ("type", 1, 1), ("status", 2, 1), ("datetime", 3, 8), ("requestor_id", 11, 16), ("user_id", 27, 16), ("key_length", 43, 4),
      ("public_key", 47, nil), ("name_length", 47, 4), ("name", 51, nil),
    ],
    .legacyRegistrationResponse: [("version", 0, 1), ("type", 1, 1), ("status", 2, 1), ("user_id", 3, 16)],
  ]

  /// Total bytes while every variable field is empty; the User Broadcast's name is sixteen bytes at least.
  private static let lengths: [LayoutID: Int] = [
    .messaging: 80, .chatRequest: 42, .chatRequestResponse: 43, .registration: 26, .registrationResponse: 11, .lookup: 52, .lookupResponse: 70,
    .acknowledgement: 28, .idChange: 70, .legacyMessaging: 77, .legacyRegistration: 34, .legacyStatus: 19, .legacyLookup: 58,
    .legacyLookupResponse: 63, .legacyUserBroadcast: 43, .legacyChatRequest: 51, .legacyRegistrationResponse: 19,
  ]

  @Test("Rows are the wire format's tables", arguments: LayoutID.allCases)
  func rowsMatch(_ layout: LayoutID) throws {
    let table = try #require(Self.tables[layout])
    #expect(layout.rows.map(\.name) == table.map(\.name))
    for (row, line) in zip(layout.rows, table) {
      #expect(row.offset == line.offset, "\(row.name)")
      switch row.extent {
      case .fixed(let size): #expect(size == line.size, "\(row.name)")
      case .counted, .rest: #expect(line.size == nil, "\(row.name)")
      }
    }
    #expect(layout.minimumLength == Self.lengths[layout])
  }

  @Test("Fields behind a key move by its length, and only they", arguments: LayoutID.allCases)
  func shifts(_ layout: LayoutID) throws {
    let keyAt = layout.rows.firstIndex { $0.name == "public_key" } ?? layout.rows.endIndex
    for (index, row) in layout.rows.enumerated() {
      #expect(row.shiftedBy == (index > keyAt ? layout.row(named: "key_length")?.offset : nil), "\(row.name)")
    }
  }

  @Test("Every row says what people need to know", arguments: LayoutID.allCases)
  func describes(_ layout: LayoutID) {
    for row in layout.rows {
      #expect(row.section == layout.section && !row.note.isEmpty, "\(row.name)")
      #expect((row.codes != nil) == (row.relation == .code), "\(row.name)")
    }
  }

  private static let types: [(UInt8, String, v1: LayoutID?, legacy: LayoutID?)] = [
    (0x01, "M", .messaging, .legacyMessaging), (0x02, "REG", .registration, .legacyRegistration), (0x03, "SC", .messaging, .legacyStatus),
    (0x04, "LP", .lookup, .legacyLookup), (0x05, "LPR", .lookupResponse, .legacyLookupResponse), (0x06, "ACK", .acknowledgement, .acknowledgement),
    (0x07, "UB", nil, .legacyUserBroadcast), (0x08, "CR", .chatRequest, .legacyChatRequest),
    (0x09, "RREG", .registrationResponse, .legacyRegistrationResponse), (0x0a, "CRR", .chatRequestResponse, nil), (0x0b, "IC", .idChange, nil),
    (0x0c, "BSM", .lookup, nil), (0x0d, "BSR", .lookupResponse, nil), (0x0e, "BPM", .lookup, nil), (0x0f, "BPR", .lookupResponse, nil),
  ]

  @Test("Every T has the name and layout of its dialect")
  func typesMatch() {
    for value in UInt8.min...UInt8.max {
      let type = PacketType(rawValue: value)
      let entry = Self.types.first { $0.0 == value }
      #expect(type.shortName == entry?.1)
      for (dialect, layout) in [(Dialect.v1, entry?.v1), (.legacy, entry?.legacy)] {
        #expect(LayoutID(type, dialect) == layout && type.isDefined(dialect) == (layout != nil), "\(dialect.name) T \(value)")
        #expect((PacketBuilder(type, dialect) != nil) == (layout != nil))
      }
      if let name = entry?.1 { #expect(PacketType(shortName: name) == type && PacketType(shortName: name.lowercased()) == type) }
    }
    #expect(PacketType(shortName: "") == nil && PacketType(shortName: "X") == nil)
  }
}
