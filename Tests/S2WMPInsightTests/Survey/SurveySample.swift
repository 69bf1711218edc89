import S2WMPAnalysis
import S2WMPFlow
import S2WMPInsight
import S2WMPWire

/// A packet as the analysis would hand it out, for surveys.
struct SurveySample {
  var bytes: [UInt8]
  var dialect = Dialect.v1
  var frame: UInt64 = 1
  /// Nanoseconds; nil when the capture has none.
  var time: Int64? = 1_795_527_721_000_000_000
  var transport = Transport.tcp
  var stream: UInt32 = 0
  var source = Self.alice
  var destination = Self.bob
  var codes: [ExpertCode] = []
  var replyTo: UInt64 = 0
  var latency: Int64?
  var isMalformed = false
  var length: UInt64?

  static let alice = Endpoint.ipv4(0x0a00_0007, port: 41022)
  static let bob = Endpoint.ipv4(0x0a00_0009, port: 5000)
  static let server = Endpoint.ipv4(0x0a00_0002, port: 5005)

  /// A packet from its fields; the type and dialect are known to fit.
  init(_ type: PacketType, _ dialect: Dialect = .v1, frame: UInt64 = 1, _ values: [String: FieldValue] = [:]) throws {
    guard var builder = PacketBuilder(type, dialect) else { throw EncodeError.wrongKind("type", .unsigned) }
    for (name, value) in values { try builder.set(name, value) }
    bytes = builder.build()
    self.dialect = dialect
    self.frame = frame
  }

  /// A v1 packet in frame 1.
  init(_ type: PacketType, _ values: [String: FieldValue]) throws { try self.init(type, .v1, values) }

  /// From one user to another.
  static func message(_ sender: UInt64, _ receiver: UInt64, frame: UInt64 = 1, status: UInt64 = 0) throws -> SurveySample {
    try SurveySample(.message, frame: frame, ["sender_id": id(sender), "receiver_id": id(receiver), "status": .unsigned(status), "body": .bytes([7])])
  }

  static func identifier(_ number: UInt64) -> Identifier { Identifier(high: number, low: 1) }
  static func id(_ number: UInt64) -> FieldValue { .bytes(identifier(number).bytes) }

  func changed(_ change: (inout SurveySample) -> Void) -> SurveySample {
    var copy = self
    change(&copy)
    return copy
  }

  func give(to sink: some DissectionSink) {
    bytes.withUnsafeBytes { raw in
      [frame].withUnsafeBufferPointer { frames in
        var findings = Findings()
        for code in codes { findings.insert(code) }
        sink.receive(
          Dissection(
            frame: frame, time: time.map { CaptureTime(nanoseconds: $0) } ?? .none, frames: frames, transport: transport, stream: stream,
            source: source, destination: destination, dialect: dialect,
            layout: isMalformed ? nil : LayoutID(PacketType(rawValue: bytes[1]), dialect), bytes: raw, length: length ?? UInt64(bytes.count),
            findings: findings, details: nil, replyTo: replyTo, latency: latency))
      }
    }
  }
}

extension Survey {
  func take(_ samples: SurveySample...) { for sample in samples { sample.give(to: self) } }
}
