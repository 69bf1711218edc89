import S2WMPWire
import Testing

@Suite("§4.3 Values that a layout does not define")
struct UndefinedValuesTests {
  private func undefined(_ bytes: [UInt8], _ dialect: Dialect = .v1) throws -> UndefinedValues {
    try withView(bytes, dialect) { $0.undefinedValues }
  }

  /// Every status byte of one packet: undefined exactly outside `defined`.
  private func expectStatus(_ defined: ClosedRange<UInt8>, _ dialect: Dialect = .v1, _ packet: (UInt8) -> [UInt8]) throws {
    for status in UInt8.min...UInt8.max {
      let found = try undefined(packet(status), dialect)
      #expect(found == (defined.contains(status) ? [] : .status), "status \(status) of \(packet(0).prefix(2))")
    }
  }

  @Test("status: 0 to 3 in M, SC, RREG and the lookup responses; 0 in lookups")
  func status() throws {
    try expectStatus(0...3) { Samples.messaging(status: $0, length: 1) }
    try expectStatus(0...3) { Samples.messaging(type: 3, status: $0, length: 0) }
    try expectStatus(0...3) { Samples.registrationResponse(status: $0) }
    for type in [UInt8(5), 13, 15] { try expectStatus(0...3) { Samples.lookupResponse(type: type, status: $0) } }
    for type in [UInt8(4), 12, 14] { try expectStatus(0...0) { Samples.lookup(type: type, status: $0, broadcast: type == 4 ? 0 : 1) } }
  }

  @Test("status: 0 to 4 in CRR")
  func chatResponseStatus() throws {
    try expectStatus(0...4) { $0 == 0 ? Samples.chatResponse() : Samples.chatResponse(status: $0, key: 0, name: 0) }
  }

  @Test("status in the legacy dialect")
  func legacyStatus() throws {
    try expectStatus(1...4, .legacy) { Samples.legacyMessaging(status: $0, length: 16) }
    try expectStatus(1...4, .legacy) { Samples.legacyStatus(status: $0) }
    try expectStatus(1...4, .legacy) { Samples.legacyChatRequest(status: $0) }
    try expectStatus(0...3, .legacy) { Samples.legacyLookupResponse(status: $0) }
    try expectStatus(0...2, .legacy) { Samples.legacyRegistrationResponse(status: $0) }
  }

  @Test("length: 0 in M, above 0 in SC")
  func length() throws {
    #expect(try undefined(Samples.messaging(length: 0)) == .length)
    #expect(try undefined(Samples.messaging(length: 65535)) == [])
    #expect(try undefined(Samples.messaging(type: 3, length: 1)) == .length)
    #expect(try undefined(Samples.legacyMessaging(length: 0), .legacy) == .length)
    #expect(try undefined(Samples.legacyMessaging(length: 32767), .legacy) == [])
  }

  @Test("undefined: anything but zero is worth a warning", arguments: [UInt64(1), 0x100, 0x1_0000, 0xff_ffff])
  func reserved(_ value: UInt64) throws {
    #expect(try undefined(Samples.messaging(length: 1, undefined: value)) == .reserved)
    #expect(try undefined(Samples.messaging(type: 3, length: 0, undefined: value)) == .reserved)
  }

  @Test("broadcast: 1 in BSM and BPM, 0 elsewhere")
  func broadcast() throws {
    for value in UInt8.min...UInt8.max {
      for type in [UInt8(12), 14] { #expect(try undefined(Samples.lookup(type: type, broadcast: value)) == (value == 1 ? [] : .broadcast)) }
      #expect(try undefined(Samples.lookup(broadcast: value)) == (value == 0 ? [] : .broadcast))
      for type in [UInt8(5), 13, 15] { #expect(try undefined(Samples.lookupResponse(type: type, broadcast: value)) == (value == 0 ? [] : .broadcast)) }
    }
  }

  @Test("ack is 0 or 1, error 0 to 4, and ack is 1 exactly when error is 0", arguments: Dialect.allCases)
  func acknowledgement(_ dialect: Dialect) throws {
    for ack in UInt8.min...UInt8.max {
      for error in [UInt8(0), 1, 2, 3, 4, 5, 255] {
        let found = try undefined(Samples.acknowledgement(ack: ack, error: error), dialect)
        #expect(found.contains(.ack) == (ack > 1) && found.contains(.error) == (error > 4), "ack \(ack), error \(error)")
        if ack <= 1 { #expect(found.contains(.contradiction) == ((ack == 1) != (error == 0)), "ack \(ack), error \(error)") }
        #expect(found.subtracting([.ack, .error, .contradiction]).isEmpty)
      }
    }
  }

  @Test("name: printable US-ASCII in v1")
  func name() throws {
    for byte in UInt8.min...UInt8.max {
      let expected: UndefinedValues = (0x20...0x7e).contains(byte) ? [] : .name
      #expect(try undefined(Samples.chatRequest(name: 2, text: [0x61, byte])) == expected)
      #expect(try undefined(Samples.chatResponse(name: 2, text: [byte, 0x61])) == expected)
    }
    #expect(try undefined(Samples.chatResponse(status: 1, key: 0, name: 0)) == [])
  }

  @Test("name: UTF-8 in the legacy CR, UTF-16 in the User Broadcast")
  func legacyName() throws {
    #expect(try undefined(Samples.legacyChatRequest(name: 0), .legacy) == [])
    #expect(try undefined(Samples.legacyChatRequest(name: 2, text: [0xc3, 0xa9]), .legacy) == [])
    for text: [UInt8] in [[0xc3, 0x28], [0xc0, 0x80], [0xed, 0xa0], [0xff, 0x41]] {
      #expect(try undefined(Samples.legacyChatRequest(name: 2, text: text), .legacy) == .name)
    }
    #expect(try undefined(Samples.userBroadcast(units: [0xd83d, 0xde00]), .legacy) == [])
    for units: [UInt16] in [[0xd83d], [0xde00], [0xde00, 0xd83d], [0x61, 0xdbff, 0x61]] {
      #expect(try undefined(Samples.userBroadcast(units: units), .legacy) == .name)
    }
  }

  @Test("Packets whose every value is defined")
  func otherPackets() throws {
    for bytes in [Samples.registration(), Samples.idChange(), Samples.idChange(key: 8192)] { #expect(try undefined(bytes) == []) }
    for bytes in [Samples.legacyRegistration(), Samples.legacyLookup()] { #expect(try undefined(bytes, .legacy) == []) }
  }
}
