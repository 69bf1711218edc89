import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// A packet that the page shows in full: its own copy of what a `Dissection` lends.
struct KeptPacket {
  /// Why a packet is kept: of two, the one with the higher rank stays; of equals, the earlier one.
  enum Rank: UInt8, Comparable {
    case ordinary
    /// The first or the last of a conversation.
    case end
    /// Among the first of a window, so that there is something to see in each.
    case opening
    /// Has an error or a warning.
    case faulty
    /// Among the first packets with one of its findings.
    case evidence

    static func < (a: Rank, b: Rank) -> Bool { a.rawValue < b.rawValue }
  }

  /// Place among all packets, from 0.
  var ordinal: UInt64
  var rank: Rank
  var frame: UInt64
  var time: CaptureTime
  var transport: Transport
  var stream: UInt32
  var source: Endpoint
  var destination: Endpoint
  var dialect: Dialect
  /// Nil for a malformed run.
  var type: PacketType?
  /// At most `longest`.
  var bytes: [UInt8]
  /// Bytes of the whole packet.
  var length: UInt64
  var findings: Findings
  var experts: [Expert]
  var replyTo: UInt64
  var latency: Int64?
  var opened: OpenedPacket?
  /// Lanes it goes from and to.
  var lanes: (from: LaneNumber, to: LaneNumber)
  /// What is said of a packet whose bytes are not kept whole.
  private var cutSentence: String?

  /// No packet but a message of many pages is longer.
  static let longest = 10_240
  static let longestText = 2048

  init(_ packet: borrowing Dissection, ordinal: UInt64, rank: Rank, lanes: (from: LaneNumber, to: LaneNumber), room: Int = longest) {
    let packet = copy packet
    (self.ordinal, self.rank, self.lanes) = (ordinal, rank, lanes)
    (frame, time, transport, stream) = (packet.frame, packet.time, packet.transport, packet.stream)
    (source, destination, dialect, type) = (packet.source, packet.destination, packet.dialect, packet.type)
    bytes = Array(packet.bytes.prefix(min(room, Self.longest)))
    length = packet.length
    findings = packet.findings
    experts = packet.experts()
    (replyTo, latency) = (packet.replyTo, packet.latency)
    opened = Self.cut(packet.opened)
    if bytes.count < packet.bytes.count { cutSentence = PacketNotes.sentence(of: packet, NameBook(capacity: 0)) }
  }

  private static func cut(_ opened: OpenedPacket?) -> OpenedPacket? {
    guard let opened, let text = opened.plaintext, text.count > longestText else { return opened }
    return OpenedPacket(plaintext: Array(text.prefix(longestText)), isHashRight: opened.isHashRight, client: opened.client, cipher: opened.cipher)
  }

  /// The short name of the document, `malformed` for a malformed run.
  var name: String { type?.shortName ?? "malformed" }

  /// What it says, in a line.
  func sentence(_ names: NameBook) -> String {
    if let cutSentence { return cutSentence }
    return bytes.withUnsafeBytes { bytes in
      let layout = type.flatMap { LayoutID($0, dialect) }
      return PacketNotes.sentence(
        of: Dissection(
          frame: frame, time: time, frames: UnsafeBufferPointer(start: nil, count: 0), transport: transport, stream: stream, source: source,
          destination: destination, dialect: dialect, layout: layout, bytes: bytes, length: length, findings: findings, details: nil, replyTo: replyTo,
          opened: opened), names)
    }
  }
}
