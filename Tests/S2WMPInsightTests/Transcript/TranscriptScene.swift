import S2WMPAnalysis
import S2WMPFlow
import S2WMPInsight
import S2WMPWire

/// Packets made by hand, for what no capture holds.
struct TranscriptScene {
  let book: TranscriptBook
  private var frame: UInt64 = 0

  init(limits: TranscriptBook.Limits = .init()) { book = TranscriptBook(limits: limits) }

  static let alice = Identifier(high: 0xa11c_e000_0000_0000, low: 1)
  static let bob = Identifier(high: 0xb0b0_0000_0000_0000, low: 2)

  mutating func show(
    _ type: PacketType, from host: UInt32 = 7, to other: UInt32 = 9, stream: UInt32 = 0, replyTo: UInt64 = 0, opened: [UInt8]? = nil,
    findings: Findings = [], fill: (inout PacketBuilder) -> Void
  ) {
    guard var builder = PacketBuilder(type, .v1) else { return }
    fill(&builder)
    frame += 1
    let (bytes, frames) = (builder.build(), [frame])
    let time = CaptureTime(nanoseconds: 1_795_527_720_000_000_000 + Int64(frame) * 1_000_000)
    bytes.withUnsafeBytes { bytes in
      frames.withUnsafeBufferPointer { frames in
        book.receive(
          Dissection(
            frame: frame, time: time, frames: frames, transport: .tcp, stream: stream, source: .ipv4(0x0a00_0000 | host, port: 5000),
            destination: .ipv4(0x0a00_0000 | other, port: 5000), dialect: .v1, layout: LayoutID(type, .v1), bytes: bytes, length: UInt64(bytes.count),
            findings: findings, details: nil, replyTo: replyTo, opened: opened.map { OpenedPacket(plaintext: $0, isHashRight: true) }))
      }
    }
  }

  mutating func say(
    _ text: String?, at datetime: UInt64, from sender: Identifier = alice, to receiver: Identifier = bob, host: UInt32 = 7, findings: Findings = []
  ) {
    show(.message, from: host, to: host == 9 ? 7 : 9, opened: text.map { Array($0.utf8) }, findings: findings) {
      $0.set(Messaging.datetime, datetime)
      $0.set(Messaging.senderID, sender)
      $0.set(Messaging.receiverID, receiver)
      $0.set(Messaging.body, Array(repeating: UInt8(7), count: 40))
    }
  }

  mutating func befriend(_ name: String, _ id: Identifier = alice, to other: Identifier = bob, host: UInt32 = 7) {
    show(.chatRequest, from: host) {
      $0.set(ChatRequest.requestorID, id)
      $0.set(ChatRequest.userID, other)
      $0.set(ChatRequest.publicKey, [1, 2, 3])
      $0.set(ChatRequest.name, name.utf8)
    }
  }

  mutating func acknowledge(_ error: UInt8, at datetime: UInt64, replyTo frame: UInt64, sender: Identifier = alice) {
    show(.acknowledgement, from: 9, to: 7, replyTo: frame) {
      $0.set(Acknowledgement.ack, error == 0 ? 1 : 0)
      $0.set(Acknowledgement.error, error)
      $0.set(Acknowledgement.datetime, datetime)
      $0.set(Acknowledgement.userID, sender)
    }
  }
}

extension Transcript {
  func text(width: Int? = nil, colour: Bool = false) -> String {
    var text = TranscriptText(self, .init(hasColour: colour, width: width))
    var out: [UInt8] = []
    text.write { out += $0 }
    return String(decoding: out, as: UTF8.self)
  }

  func ndjson() -> String {
    var data = TranscriptData(self)
    var out: [UInt8] = []
    data.write { out += $0 }
    return String(decoding: out, as: UTF8.self)
  }

  func page() -> String {
    var out = ""
    TranscriptPage(self, file: "a<b>.pcap").write { out += $0 }
    return out
  }
}
