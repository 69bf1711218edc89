import Foundation
import S2WMPAnalysis
import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// A worked packet of `Fixtures/vectors.jsonl`.
struct Worked: Decodable, Sendable, CustomStringConvertible {
  var kind: String?
  var suite: String?
  var group: String?
  var name: String
  var hex: String
  var sender_keys: [String]?
  var receiver_keys: [String]?
  var sender_public_key: String?
  var receiver_public_key: String?
  var sender_id: String?
  var receiver_id: String?
  var datetime: UInt64?
  var Z: String?
  var cek: String?
  var client: String?
  var plaintext: String?

  var description: String { "\(suite ?? "") \(group ?? "") \(name) \(plaintext?.prefix(8) ?? "")" }

  static let all: [Worked] = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let text = (try? String(contentsOf: root.appending(path: "Fixtures/vectors.jsonl"), encoding: .utf8)) ?? ""
    let decoder = JSONDecoder()
    return text.split(separator: "\n").compactMap { try? decoder.decode(Worked.self, from: Data($0.utf8)) }.filter { $0.kind == "crypto" }
  }()

  static let v1 = all.filter { $0.suite != "legacy" }
  static let messages = v1.filter { $0.name == "M" }
  static let legacy = all.filter { $0.suite == "legacy" }

  var bytes: [UInt8] { Hex.bytes(hex) ?? [] }
  var sender: Identifier { ids.0 }
  var receiver: Identifier { ids.1 }

  private var ids: (Identifier, Identifier) {
    let at = suite == "legacy" ? 13 : 16
    let (first, second) = (Hex.string(bytes[at..<at + 16]), Hex.string(bytes[at + 16..<at + 32]))
    return (Identifier(hex: sender_id ?? first) ?? .zero, Identifier(hex: receiver_id ?? second) ?? .zero)
  }

  func identity(_ keys: [String]?) throws -> Identity { try Identity(pkcs8: (keys ?? []).map { Hex.bytes($0) ?? [] }) }

  /// The log's lines for this packet.
  func log(z: String? = nil, withContentKey: Bool = true) throws -> KeyLog {
    var text = "Z \(min(sender, receiver)) \(max(sender, receiver)) \(z ?? Z ?? "")\n"
    if withContentKey, let cek { text += "CEK \(sender) \(receiver) \(datetime ?? 0) \(cek)\n" }
    return try Array(text.utf8).withUnsafeBytes { try KeyLog(parsing: $0) }
  }

  /// The exchange that tells both public keys.
  var friendship: [[UInt8]] {
    func part(_ key: String?) -> [UInt8] {
      let key = Hex.bytes(key ?? "") ?? []
      return Packets.big(UInt64(key.count), 4) + key + Packets.big(1, 4) + [0x61]
    }
    return [[1, 8] + sender.bytes + receiver.bytes + part(sender_public_key), [1, 10, 0] + sender.bytes + receiver.bytes + part(receiver_public_key)]
  }
}

/// Packets on one connection, and what keys told of each.
final class KeyTalk: DissectionSink {
  struct Result {
    var name: String
    var opened: OpenedPacket?
    var codes: Set<ExpertCode>

    var text: String? { opened?.plaintext.map { String(decoding: $0, as: UTF8.self) } }
    /// What only keys say.
    var keyCodes: Set<ExpertCode> { codes.intersection([.hashMismatch, .decryptFailed]) }
  }

  let ring: KeyRing
  private(set) var results: [Result] = []

  init(_ ring: KeyRing) { self.ring = ring }

  func receive(_ packet: borrowing Dissection) {
    results.append(Result(name: packet.name, opened: packet.opened, codes: Set(packet.findings.codes)))
  }

  /// - sorted: with a window, so that records are kept before they go out.
  static func run(_ ring: KeyRing, _ packets: [[UInt8]], dialect: Dialect? = nil, sorted: Bool = true) -> [Result] {
    let sink = KeyTalk(ring)
    var options = AnalysisOptions()
    options.order = sorted ? .standard : .immediate
    options.dialect = dialect
    let analyzer = Analyzer(options: options, seed: 7, sink: sink, keys: ring)
    let talk = analyzer.openConversation(
      ConversationStart(transport: .tcp, first: Talk.host(7, 40_000), second: Talk.host(9, 5000), frame: 1))
    for (index, packet) in packets.enumerated() {
      let direction: FlowDirection = packet.starts(with: [1, 10]) ? .backward : .forward
      _ = packet.withUnsafeBytes {
        analyzer.receiveSegment(
          talk, direction, $0, frame: UInt64(index + 1), time: CaptureTime(nanoseconds: Int64(index)), startsSegment: true, unsynchronised: false)
      }
    }
    analyzer.closeConversation(talk)
    analyzer.finish()
    return sink.results
  }

  static func ring(_ fill: (inout KeyMaterial) throws -> Void) rethrows -> KeyRing {
    var material = KeyMaterial()
    try fill(&material)
    return KeyRing(material)
  }
}
