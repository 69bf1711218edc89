import S2WMPWire
import Testing

@Suite("§3.2 Framing: version, type and lengths")
struct FramingTests {
  @Test("Nothing at all needs two bytes")
  func empty() {
    for dialect in Dialect.allCases {
      #expect(frame([], dialect) == .incomplete(2) && frame([1], dialect) == .incomplete(2))
      #expect(datagram([], dialect) == .truncated(2))
      #expect(Framer.frame(UnsafeRawBufferPointer(start: nil, count: 0), dialect) == .incomplete(2))
    }
  }

  @Test("A version other than 1 shows in the first byte")
  func version() {
    for value in UInt8.min...UInt8.max where value != 1 {
      for dialect in Dialect.allCases { #expect(frame([value], dialect) == .fault(.version)) }
    }
  }

  @Test("A type that the dialect does not define shows in the second byte")
  func type() {
    for value in UInt8.min...UInt8.max {
      let type = PacketType(rawValue: value)
      for dialect in Dialect.allCases {
        #expect((frame([1, value], dialect) == .fault(.type)) == !type.isDefined(dialect), "\(dialect.name) T \(value)")
      }
    }
  }

  @Test("key_length is 1 to 8192", arguments: [UInt64(0), 1, 8192, 8193, 0x7fff_ffff, 0xffff_ffff])
  func keyLength(_ length: UInt64) {
    let allowed = (1...8192).contains(length)
    for (bytes, dialect, end) in [
      (Samples.chatRequest(key: length), Dialect.v1, 38), (Samples.chatResponse(key: length), .v1, 39), (Samples.idChange(key: length), .v1, 70),
      (Samples.legacyChatRequest(key: length), .legacy, 47),
    ] {
      #expect(frame(bytes, dialect) == (allowed ? .framed(bytes.count) : .fault(.keyLength)))
      if !allowed { #expect(frame(bytes.prefix(end), dialect) == .fault(.keyLength), "as soon as the last byte of the length is there") }
      if case .incomplete = frame(bytes.prefix(end - 1), dialect) {} else { Issue.record("not before the last byte of the length") }
    }
  }

  @Test("name_length is 1 to 255; in the legacy dialect 0 to 255", arguments: [UInt64(0), 1, 255, 256, 0x7fff_ffff, 0xffff_ffff])
  func nameLength(_ length: UInt64) {
    for (bytes, dialect, end) in [
      (Samples.chatRequest(name: length), Dialect.v1, 45), (Samples.chatResponse(name: length), .v1, 46),
      (Samples.legacyChatRequest(name: length), .legacy, 54),
    ] {
      let allowed = length <= 255 && (length > 0 || dialect == .legacy)
      #expect(frame(bytes, dialect) == (allowed ? .framed(bytes.count) : .fault(.nameLength)))
      if !allowed { #expect(frame(bytes.prefix(end), dialect) == .fault(.nameLength)) }
    }
  }

  @Test("A CRR that is not accepted has no key and no name", arguments: [UInt8(1), 2, 3, 4, 5, 255])
  func deniedResponse(_ status: UInt8) {
    #expect(frame(Samples.chatResponse(status: status, key: 0, name: 0), .v1) == .framed(43))
    #expect(frame(Samples.chatResponse(status: status, key: 1, name: 0), .v1) == .fault(.keyLength))
    #expect(frame(Samples.chatResponse(status: status, key: 0, name: 1), .v1) == .fault(.nameLength))
    #expect(frame(Samples.chatResponse(status: status), .v1) == .fault(.keyLength))
  }

  @Test("An accepted CRR has both")
  func acceptedResponse() {
    #expect(frame(Samples.chatResponse(key: 0, name: 0), .v1) == .fault(.keyLength))
    #expect(frame(Samples.chatResponse(key: 1, name: 0), .v1) == .fault(.nameLength))
    #expect(frame(Samples.chatResponse(key: 8192, name: 255), .v1) == .framed(43 + 8192 + 255))
  }

  @Test("length of M and SC may be anything in v1", arguments: [0, 1, 255, 256, 32767, 32768, 65535])
  func messageLength(_ length: Int) {
    for type in [UInt8(1), 3] {
      let bytes = Samples.messaging(type: type, length: length)
      #expect(frame(bytes, .v1) == .framed(80 + length))
      #expect(frame(bytes.dropLast(), .v1) == .incomplete(80 + length))
    }
  }

  @Test("length of the legacy M is at most 32767", arguments: [0, 1, 32767, 32768, 65535])
  func legacyMessageLength(_ length: Int) {
    let bytes = Samples.legacyMessaging(length: length)
    #expect(frame(bytes, .legacy) == (length <= 32767 ? .framed(77 + length) : .fault(.messageLength)))
    if length > 32767 { #expect(frame(bytes.prefix(5), .legacy) == .fault(.messageLength)) }
  }

  @Test("A User Broadcast is 43 bytes, or 59 and any even number more")
  func userBroadcast() {
    let expected: [(Int, DatagramStatus)] = [
      (42, .truncated(59)), (43, .packet), (44, .truncated(59)), (58, .truncated(59)), (59, .packet), (60, .trailing(59)), (61, .packet),
      (62, .trailing(59)), (63, .packet), (1001, .packet),
    ]
    for (count, status) in expected { #expect(datagram(Samples.userBroadcast(bytes: count), .legacy) == status, "\(count) bytes") }
    #expect(frame(Samples.userBroadcast(bytes: 43), .legacy) == .incomplete(59), "in a stream nobody knows that it was cut")
    #expect(frame(Samples.userBroadcast(bytes: 61), .legacy) == .framed(59))
  }

  static let fixed: [(bytes: [UInt8], dialect: Dialect, length: Int)] = [
    (Samples.registration(), .v1, 26), (Samples.registrationResponse(), .v1, 11), (Samples.acknowledgement(), .v1, 28),
    (Samples.acknowledgement(), .legacy, 28), (Samples.lookup(), .v1, 52), (Samples.lookup(type: 12, broadcast: 1), .v1, 52),
    (Samples.lookup(type: 14, broadcast: 1), .v1, 52), (Samples.lookupResponse(), .v1, 70), (Samples.lookupResponse(type: 13), .v1, 70),
    (Samples.lookupResponse(type: 15), .v1, 70), (Samples.legacyRegistration(), .legacy, 34), (Samples.legacyStatus(), .legacy, 19),
    (Samples.legacyLookup(), .legacy, 58), (Samples.legacyLookupResponse(), .legacy, 63), (Samples.legacyRegistrationResponse(), .legacy, 19),
  ]

  @Test("Packets of fixed length: whole, one byte short, one byte more")
  func fixedLengths() {
    for (bytes, dialect, length) in Self.fixed {
      #expect(bytes.count == length && datagram(bytes, dialect) == .packet)
      #expect(datagram(bytes.dropLast(), dialect) == .truncated(length))
      #expect(datagram(bytes + [0], dialect) == .trailing(length))
      #expect(frame(bytes + bytes, dialect) == .framed(length))
      expectPrefixesIncomplete(bytes, dialect)
    }
  }

  @Test("A view is made of exactly one packet and nothing else")
  func views() {
    for (bytes, dialect, _) in Self.fixed {
      bytes.withUnsafeBytes { #expect(PacketView($0, dialect) != nil) }
      bytes.dropLast().withUnsafeBytes { #expect(PacketView($0, dialect) == nil) }
      (bytes + [0]).withUnsafeBytes { #expect(PacketView($0, dialect) == nil) }
    }
  }

  @Test("Faults name the field that is wrong")
  func faultNames() {
    #expect(FrameFault.version.fieldName == "version" && FrameFault.type.fieldName == "type" && FrameFault.messageLength.fieldName == "length")
    #expect(FrameFault.keyLength.fieldName == "key_length" && FrameFault.nameLength.fieldName == "name_length")
  }
}
