import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

@testable import S2WMPReport

/// A packet as the analysis would hand it out, owned, for tests.
struct PacketSample {
  var bytes: [UInt8]
  var dialect = Dialect.v1
  var frame: UInt64 = 1
  /// Milliseconds after 2026-11-24T13:42:01Z.
  var milliseconds: Int64? = 0
  var transport = Transport.tcp
  var stream: UInt32 = 0
  var source = Endpoint.ipv4(0x0a00_0007, port: 41022)
  var destination = Endpoint.ipv4(0x0a00_0009, port: 5000)
  var codes: [ExpertCode] = []
  var details: [FindingDetail] = []
  var replyTo: UInt64 = 0
  var latency: Int64?
  var isMalformed = false
  /// Of a malformed run longer than its bytes.
  var length: UInt64?
  /// What keys told.
  var opened: OpenedPacket?

  static let start: Int64 = 1_795_527_721_000_000_000

  init(_ bytes: [UInt8], _ dialect: Dialect = .v1, frame: UInt64 = 1) {
    self.bytes = bytes
    self.dialect = dialect
    self.frame = frame
  }

  /// A packet from its fields; the type and dialect are known to fit.
  init(_ type: PacketType, _ dialect: Dialect = .v1, frame: UInt64 = 1, _ values: [String: FieldValue] = [:]) throws {
    guard var builder = PacketBuilder(type, dialect) else { throw EncodeError.wrongKind("type", .unsigned) }
    for (name, value) in values { try builder.set(name, value) }
    self.init(builder.build(), dialect, frame: frame)
  }

  /// A v1 packet.
  init(_ type: PacketType, _ values: [String: FieldValue]) throws { try self.init(type, .v1, values) }

  func changed(_ change: (inout PacketSample) -> Void) -> PacketSample {
    var copy = self
    change(&copy)
    return copy
  }

  /// Hands out the dissection.
  func dissect<Result>(_ body: (Dissection) throws -> Result) rethrows -> Result {
    try bytes.withUnsafeBytes { raw in
      try [frame].withUnsafeBufferPointer { frames in
        var findings = Findings()
        for code in codes { findings.insert(code) }
        let layout = bytes.count < 2 || isMalformed ? nil : LayoutID(PacketType(rawValue: bytes[1]), dialect)
        return try body(
          Dissection(
            frame: frame, time: milliseconds.map { CaptureTime(nanoseconds: Self.start + $0 * 1_000_000) } ?? .none, frames: frames,
            transport: transport, stream: stream, source: source, destination: destination, dialect: dialect, layout: layout, bytes: raw,
            length: length ?? UInt64(bytes.count), findings: findings, details: details, replyTo: replyTo, latency: latency, opened: opened))
      }
    }
  }
}

enum SampleIDs {
  /// The ID of `keyOfAlice`.
  static let alice = Identifier(hex: "7f3a00000000000000000000000fc1d0") ?? .zero
  static let bob = Identifier(hex: "22be0000000000000000000000000914") ?? .zero
  static let mallory = Identifier(hex: "66660000000000000000000000006666") ?? .zero
}

extension Identifier {
  var value: FieldValue { .bytes(bytes) }
}

func text(_ string: String) -> FieldValue { .text(Array(string.utf8)) }

/// An X25519 key, DER.
let sampleKey: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x03, 0x21, 0] + [UInt8](repeating: 9, count: 32)

/// 2026-11-24T13:42:01.123Z.
let sampleTime = FieldValue.unsigned(1_795_527_721_123)

/// A Chat Request that introduces a user.
func introduction(_ name: String, _ id: Identifier, to other: Identifier = SampleIDs.bob, frame: UInt64 = 1) throws -> PacketSample {
  try PacketSample(
    .chatRequest, frame: frame, ["requestor_id": id.value, "user_id": other.value, "public_key": .bytes(sampleKey), "name": text(name)])
}

func message(_ from: Identifier, _ to: Identifier, frame: UInt64 = 1, status: UInt64 = 0, body: Int = 412) throws -> PacketSample {
  try PacketSample(
    .message, frame: frame,
    [
      "status": .unsigned(status), "datetime": sampleTime, "sender_id": from.value, "receiver_id": to.value,
      "body": .bytes([UInt8](repeating: 0xb0, count: body)),
    ])
}

/// The lines of some packets, without the heading.
func lines(_ samples: [PacketSample], _ options: TextOptions = TextOptions()) -> [String] {
  var format = TextLine(options)
  var out: [UInt8] = []
  for sample in samples { sample.dissect { format.append($0, to: &out) } }
  return String(decoding: out, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
}

/// The `what` column and everything after it.
func what(_ samples: [PacketSample], _ options: TextOptions = TextOptions()) -> String {
  guard let line = lines(samples, options).last else { return "" }
  return String(line.dropFirst(68))
}
