import S2WMPFlow
import S2WMPWire

/// One object of the input on its way to a packet.
struct EncodeObject {
  private let object: JSONObject
  private let number: Int
  private let line: Int

  init(_ object: JSONObject, number: Int, line: Int) {
    self.object = object
    self.number = number
    self.line = line
  }

  typealias Problem = EncodeInputError.Problem

  func packet() throws(Problem) -> EncodedPacket {
    let dialect = try dialect()
    let fields = try fields()
    var packet: EncodedPacket
    if try name()?.lowercased() == "malformed" {
      packet = EncodedPacket(bytes: try malformed(fields), dialect: dialect, type: nil, object: number, line: line)
    } else if let fields {
      let type = try type(fields, dialect)
      packet = EncodedPacket(bytes: try build(type, dialect, fields), dialect: dialect, type: type, object: number, line: line)
    } else {
      packet = EncodedPacket(bytes: try raw(), dialect: dialect, type: nil, object: number, line: line)
      packet.type = rawType(packet)
    }
    packet.declaredLength = try unsigned("length")
    try place(&packet)
    return packet
  }

  // MARK: Which packet

  private func name() throws(Problem) -> String? { try text("name", "a packet's short name such as \"M\"") }

  private func dialect() throws(Problem) -> Dialect {
    guard let value = object.present("dialect") else { return .v1 }
    guard let dialect = value.string.flatMap(Dialect.init(name:)) else {
      throw .wrongValue(key: "dialect", wanted: "\"v1\" or \"legacy\"", found: value.summary)
    }
    return dialect
  }

  private func fields() throws(Problem) -> JSONObject? {
    guard let value = object.present("fields") else { return nil }
    guard case .object(let fields) = value else { throw .wrongValue(key: "fields", wanted: "an object", found: value.summary) }
    return fields
  }

  /// The packet that `name`, `type`, or else the field of that name means. The field alone may differ: that is how a wrong type is sent.
  private func type(_ fields: JSONObject, _ dialect: Dialect) throws(Problem) -> PacketType {
    let number = try unsigned("type")
    if let name = try name() {
      guard let type = PacketType(shortName: name) else { throw .unknownName(object["name"]?.summary ?? name) }
      guard type.isDefined(dialect) else { throw .undefinedInDialect(name, dialect) }
      if let number, number != UInt64(type.rawValue) { throw .contradiction(name: name, type: number) }
      return type
    }
    guard let value = number ?? fields["type"]?.unsigned else { throw .missingType }
    let type = PacketType(rawValue: UInt8(clamping: value))
    guard value <= 255, type.isDefined(dialect) else { throw .undefinedInDialect("type \(value)", dialect) }
    return type
  }

  // MARK: Bytes

  private func malformed(_ fields: JSONObject?) throws(Problem) -> [UInt8] {
    guard let fields else { throw .missingFields }
    let bytes = try FieldNotation.hex(fields["data"] ?? .null, key: "fields.data")
    if let length = try unsigned("length"), length != UInt64(bytes.count) { throw .malformedCut(length, bytes.count) }
    return bytes
  }

  /// An object without fields may hold the whole packet, as the lines of the project's vectors do.
  private func raw() throws(Problem) -> [UInt8] {
    guard let hex = object.present("hex") else { throw .missingFields }
    return try FieldNotation.hex(hex, key: "hex")
  }

  private func rawType(_ packet: EncodedPacket) -> PacketType? {
    packet.bytes.withUnsafeBytes { PacketView($0, packet.dialect)?.type }
  }

  private func build(_ type: PacketType, _ dialect: Dialect, _ fields: JSONObject) throws(Problem) -> [UInt8] {
    guard var builder = PacketBuilder(type, dialect) else { throw .undefinedInDialect("type \(type.rawValue)", dialect) }
    let isBroadcast = builder.layout == .legacyUserBroadcast
    if isBroadcast { builder.totalLength = try broadcastLength() }
    for member in fields.members { try set(member.key, member.value, in: &builder) }
    try derive(&builder, fields)
    let bytes = builder.build()
    if isBroadcast, !UserBroadcast.allows(length: bytes.count) { throw .broadcastNameTooLong }
    return bytes
  }

  private func broadcastLength() throws(Problem) -> Int? {
    guard let length = try unsigned("length") else { return nil }
    guard length < 0x10000, UserBroadcast.allows(length: Int(length)) else { throw .broadcastLength(length) }
    return Int(length)
  }

  private func set(_ name: String, _ value: JSONValue, in builder: inout PacketBuilder) throws(Problem) {
    guard let row = builder.layout.row(named: name) else { throw .field(.unknownField(name, builder.layout)) }
    let value = try FieldNotation.value(value, for: row)
    do {
      try builder.set(name, value)
    } catch {
      throw .field(error)
    }
  }

  /// Flags that follow from the rest: B of the broadcasts (S2WMP §3.2.5), and `ack`, which is 1 exactly when `error` is 0 (S2WMP §3.2.6).
  private func derive(_ builder: inout PacketBuilder, _ fields: JSONObject) throws(Problem) {
    switch builder.type {
    case .broadcastServer where fields["broadcast"] == nil, .broadcastPeer where fields["broadcast"] == nil: builder.set(Lookup.broadcast, 1)
    case .acknowledgement where fields["ack"] == nil: builder.set(Acknowledgement.ack, (fields["error"]?.unsigned ?? 0) == 0 ? 1 : 0)
    default: break
    }
  }

  // MARK: Place in a capture

  private func place(_ packet: inout EncodedPacket) throws(Problem) {
    packet.stream = try unsigned("stream")
    packet.source = try endpoint("src")
    packet.destination = try endpoint("dst")
    packet.transport = try transport()
    guard let time = object["time"] else { return }
    guard !time.isNull else { return packet.time = CaptureTime.none }
    guard let nanoseconds = time.string.flatMap(TimeNotation.nanoseconds) else {
      throw .wrongValue(key: "time", wanted: "a time such as \"2026-11-24T13:42:01.123456789Z\"", found: time.summary)
    }
    packet.time = CaptureTime(nanoseconds: nanoseconds)
  }

  private func transport() throws(Problem) -> Transport? {
    guard let value = object.present("transport") else { return nil }
    switch value.string {
    case "tcp": return .tcp
    case "udp": return .udp
    default: throw .wrongValue(key: "transport", wanted: "\"tcp\" or \"udp\"", found: value.summary)
    }
  }

  private func endpoint(_ key: String) throws(Problem) -> Endpoint? {
    guard let value = object.present(key) else { return nil }
    guard let endpoint = value.string.flatMap({ Endpoint(text: $0) }) else {
      throw .wrongValue(key: key, wanted: "an address and port such as \"10.0.0.7:5000\" or \"[fe80::1]:5000\"", found: value.summary)
    }
    return endpoint
  }

  private func unsigned(_ key: String) throws(Problem) -> UInt64? {
    guard let value = object.present(key) else { return nil }
    guard let number = value.unsigned else { throw .wrongValue(key: key, wanted: FieldNotation.wholeNumber, found: value.summary) }
    return number
  }

  private func text(_ key: String, _ wanted: String) throws(Problem) -> String? {
    guard let value = object.present(key) else { return nil }
    guard let text = value.string else { throw .wrongValue(key: key, wanted: wanted, found: value.summary) }
    return text
  }
}
