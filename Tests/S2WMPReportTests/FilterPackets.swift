import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPReport

/// A packet to filter, with the facts around it.
struct FilterPacket {
  var bytes: [UInt8]
  var dialect = Dialect.v1
  var frames: [UInt64] = [7]
  var time = CaptureTime(nanoseconds: 1_795_527_721_123_000_000)
  var transport = Transport.tcp
  var stream: UInt32 = 2
  var source = Endpoint.ipv4(0x0a00_0007, port: 41022)
  var destination = Endpoint.ipv4(0x0a00_0109, port: 5000)
  var findings: [ExpertCode] = []
  var details: [FindingDetail] = []
  var replyTo: UInt64 = 0
  var latency: Int64?
  var isMalformed = false

  init(_ bytes: [UInt8], _ dialect: Dialect = .v1) {
    self.bytes = bytes
    self.dialect = dialect
  }

  /// A packet from its fields.
  init(_ type: PacketType, _ dialect: Dialect = .v1, fields: [(String, FieldValue)]) throws {
    var builder = try #require(PacketBuilder(type, dialect))
    for (name, value) in fields { try builder.set(name, value) }
    self.init(builder.build(), dialect)
  }

  func dissect<Result>(_ body: (Dissection) throws -> Result) rethrows -> Result {
    try bytes.withUnsafeBytes { bytes in
      try frames.withUnsafeBufferPointer { frames in
        var set = Findings()
        for code in findings { set.insert(code) }
        let type = bytes.count > 1 ? PacketType(rawValue: bytes[1]) : PacketType(rawValue: 0)
        return try body(
          Dissection(
            frame: frames.last ?? 0, time: time, frames: frames, transport: transport, stream: stream, source: source,
            destination: destination, dialect: dialect, layout: isMalformed ? nil : LayoutID(type, dialect), bytes: bytes,
            length: UInt64(bytes.count), findings: set, details: details, replyTo: replyTo, latency: latency))
      }
    }
  }

  func matches(_ filter: String) throws -> Bool {
    let filter = try DisplayFilter(filter)
    return dissect { filter.matches($0) }
  }

  func column(_ name: String) throws -> String {
    let column = try FieldColumn(name)
    return dissect { column.text($0) }
  }
}

/// Packets that the filter suites share.
enum FilterSample {
  static let alice = Hex.bytes("7f3a22be000102030405060708c1d001") ?? []
  static let bob = Hex.bytes("22be0914ffeeddccbbaa998877665544") ?? []

  static func message() throws -> FilterPacket {
    try FilterPacket(
      .message,
      fields: fields(("status", 1), ("datetime", 1_795_527_721_123)) + [
        ("sender_id", .bytes(alice)), ("receiver_id", .bytes(bob)), ("body", .bytes([0x9f, 0x33, 0x01, 0x02])),
      ])
  }

  static func legacyMessage() throws -> FilterPacket {
    try FilterPacket(.message, .legacy, fields: fields(("status", 3)) + [("sender_id", .bytes(alice)), ("body", .bytes([1]))])
  }

  static func acknowledgement(_ error: UInt64) throws -> FilterPacket {
    var packet = try FilterPacket(.acknowledgement, fields: fields(("ack", error == 0 ? 1 : 0), ("error", error)) + [("user_id", .bytes(alice))])
    packet.replyTo = 5
    packet.latency = 816_000
    return packet
  }

  static func chatRequest(_ name: [UInt8]) throws -> FilterPacket {
    try FilterPacket(
      .chatRequest,
      fields: [
        ("requestor_id", .bytes(alice)), ("user_id", .bytes(bob)), ("public_key", .bytes([0x30, 0x82, 0x01])), ("name", .text(name)),
      ])
  }

  static func userBroadcast(_ name: String) throws -> FilterPacket {
    var packet = try FilterPacket(.userBroadcast, .legacy, fields: fields(("reply", 1)) + [("user_id", .bytes(bob)), ("name", .text(Array(name.utf8)))])
    packet.transport = .udp
    return packet
  }

  static func lookupResponse(_ address: [UInt8]) throws -> FilterPacket {
    try FilterPacket(
      .lookupResponse,
      fields: fields(("port", 5009)) + [("request_id", .bytes([1, 2, 3, 4, 5, 6, 7, 8])), ("lookup_id", .bytes(bob)), ("address", .address(address))])
  }

  static func malformed() -> FilterPacket {
    var packet = FilterPacket([9, 8, 7, 6])
    packet.isMalformed = true
    packet.findings = [.malformedVersion]
    return packet
  }

  private static func fields(_ numbers: (String, UInt64)...) -> [(String, FieldValue)] {
    numbers.map { ($0.0, .unsigned($0.1)) }
  }
}
