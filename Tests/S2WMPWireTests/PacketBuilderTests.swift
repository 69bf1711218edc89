import S2WMPWire
import Testing

@Suite("Building packets from field values")
struct PacketBuilderTests {
  @Test("Without any value: version, type, zeros and lengths of zero", arguments: LayoutID.allCases)
  func empty(_ layout: LayoutID) throws {
    for type in layout.types {
      let bytes = try #require(PacketBuilder(type, layout.dialect)).build()
      #expect(bytes.count == (layout == .legacyUserBroadcast ? 59 : layout.minimumLength))
      #expect(bytes.prefix(2) == [1, type.rawValue])
    }
  }

  @Test("Typed fields and names give the same bytes")
  func typed() throws {
    var builder = try #require(PacketBuilder(.message, .v1))
    builder.set(Messaging.status, 2)
    builder.set(Messaging.datetime, 1_480_000_000_000)
    builder.set(Messaging.senderID, try #require(Identifier(hex: String(repeating: "a1", count: 16))))
    builder.set(Messaging.receiverID, try #require(Identifier(hex: String(repeating: "b2", count: 16))))
    try builder.set("client_id", .bytes(Samples.id(0xc3)))
    try builder.set("hash", .bytes(Samples.id(0xd4)))
    builder.set(Messaging.body, [0x5a, 0x5a, 0x5a])
    #expect(builder.build() == Samples.messaging(status: 2, length: 3))
    #expect(builder.setFields == ["status", "datetime", "sender_id", "receiver_id", "client_id", "hash", "body"])
  }

  @Test("A length that is set stays, right or wrong")
  func wrongLengths() throws {
    var builder = try #require(PacketBuilder(.chatRequest, .v1))
    try builder.set("public_key", .bytes([1, 2, 3]))
    try builder.set("key_length", .unsigned(8193))
    try builder.set("name", .text([0x61]))
    let bytes = builder.build()
    #expect(bytes.count == 42 + 3 + 1 && Array(bytes[34..<38]) == [0, 0, 0x20, 1])
    #expect(frame(bytes, .v1) == .fault(.keyLength))
  }

  @Test("A version and type that are set stay")
  func wrongHeader() throws {
    var builder = try #require(PacketBuilder(.acknowledgement, .v1))
    try builder.set("version", .unsigned(2))
    try builder.set("type", .unsigned(99))
    #expect(builder.build().prefix(2) == [2, 99])
  }

  @Test("Values that do not fit are refused in one sentence")
  func refuses() throws {
    let cases: [(PacketType, Dialect, String, FieldValue, String)] = [
      (.message, .v1, "status", .unsigned(256), "field \"status\" is 256, which does not fit its one byte"),
      (.message, .v1, "length", .unsigned(65536), "field \"length\" is 65536, which does not fit its 2 bytes"),
      (.message, .v1, "undefined", .unsigned(1 << 24), "field \"undefined\" is 16777216, which does not fit its 3 bytes"),
      (.message, .v1, "sender_id", .bytes([1]), "field \"sender_id\" has 1 bytes, but it takes exactly 16"),
      (.message, .v1, "body", .unsigned(1), "field \"body\" must be a string of hex digits, two a byte"),
      (.chatRequest, .v1, "name", .bytes([1]), "field \"name\" must be a string"),
      (.lookupResponse, .v1, "address", .address([1, 2, 3, 4]), "field \"address\" has 4 bytes, but it takes exactly 16"),
      (.lookupResponse, .legacy, "address", .text([]), "field \"address\" must be an address such as 10.0.0.7 or fe80::1"),
      (.userBroadcast, .legacy, "name", .text([0xff]), "field \"name\" must be a string"),
      (.registration, .v1, "body", .bytes([]), "the Registration packet has no field \"body\"; it has version, type, request_id, user_id"),
    ]
    for (type, dialect, name, value, sentence) in cases {
      var builder = try #require(PacketBuilder(type, dialect))
      let error = #expect(throws: EncodeError.self) { try builder.set(name, value) }
      #expect(error?.description == sentence)
    }
  }

  @Test("The largest numbers fit")
  func largest() throws {
    var builder = try #require(PacketBuilder(.message, .v1))
    try builder.set("datetime", .unsigned(.max))
    try builder.set("undefined", .unsigned(0xff_ffff))
    try builder.set("length", .unsigned(65535))
    let bytes = builder.build()
    #expect(Array(bytes[3..<16]) == [UInt8](repeating: 255, count: 13))
  }
}
