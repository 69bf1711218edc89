import Foundation
import FoundationXML
import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

@testable import S2WMPInsight

/// A packet for pages, owned.
struct PageSample {
  var bytes: [UInt8]
  var dialect = Dialect.v1
  var frame: UInt64 = 1
  var nanoseconds: Int64? = 0
  var stream: UInt32 = 0
  var source = Endpoint.ipv4(0x0a00_0007, port: 41_022)
  var destination = Endpoint.ipv4(0x0a00_0009, port: 5000)
  var findings: Findings = []
  var details: [FindingDetail] = []
  var replyTo: UInt64 = 0
  var latency: Int64?
  var isMalformed = false
  var opened: OpenedPacket?

  static let start: Int64 = 1_795_527_721_000_000_000

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// A packet whose fields are zero but for those given.
  init(_ type: PacketType, _ dialect: Dialect = .v1, _ values: [String: FieldValue] = [:]) throws {
    guard var builder = PacketBuilder(type, dialect) else { throw EncodeError.wrongKind("type", .unsigned) }
    for (name, value) in values { try builder.set(name, value) }
    self.init(builder.build())
    self.dialect = dialect
  }

  func with(_ change: (inout PageSample) -> Void) -> PageSample {
    var copy = self
    change(&copy)
    return copy
  }

  func dissect(_ body: (borrowing Dissection) -> Void) {
    bytes.withUnsafeBytes { raw in
      [frame].withUnsafeBufferPointer { frames in
        let layout = bytes.count < 2 || isMalformed ? nil : LayoutID(PacketType(rawValue: bytes[1]), dialect)
        body(
          Dissection(
            frame: frame, time: nanoseconds.map { CaptureTime(nanoseconds: Self.start + $0) } ?? .none, frames: frames, transport: .tcp, stream: stream,
            source: source, destination: destination, dialect: dialect, layout: layout, bytes: raw, length: UInt64(bytes.count), findings: findings,
            details: details, replyTo: replyTo, latency: latency, opened: opened))
      }
    }
  }

  static func id(_ number: UInt64) -> FieldValue { .bytes(Identifier(high: number, low: number &* 77).bytes) }

  /// A message from one numbered user to another.
  static func message(_ from: UInt64, _ to: UInt64, _ body: [UInt8] = [1, 2, 3]) throws -> PageSample {
    try PageSample(.message, .v1, ["sender_id": id(from), "receiver_id": id(to), "body": .bytes(body)])
  }

  /// A chat request with that name.
  static func request(_ from: UInt64, _ to: UInt64, name: [UInt8]) throws -> PageSample {
    try PageSample(.chatRequest, .v1, ["requestor_id": id(from), "user_id": id(to), "public_key": .bytes([1]), "name": .text(name)])
  }
}

/// A page of these packets, as the command makes it.
enum SamplePage {
  static func make(_ samples: [PageSample], file: String = "sample.pcap", limit: Int = 100) -> ReportPage {
    var material = PageMaterial(limit: limit)
    let survey = Survey()
    let watch = SecurityWatch()
    for sample in samples {
      sample.dissect { packet in
        material.add(packet)
        survey.receive(packet)
        watch.receive(packet)
      }
    }
    return ReportPage(file: file, material: material, facts: survey.facts(), security: watch.findings())
  }
}

/// The elements of a page; nil when it is not well formed.
final class PageElements: NSObject, XMLParserDelegate {
  private(set) var counts: [String: Int] = [:]
  private(set) var attributes: [(element: String, name: String, value: String)] = []
  private(set) var ids: [String] = []
  private(set) var text = ""

  static func parse(_ page: String) -> PageElements? {
    let elements = PageElements()
    let parser = XMLParser(data: Data(page.utf8))
    parser.delegate = elements
    return parser.parse() ? elements : nil
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?, attributes found: [String: String] = [:]
  ) {
    counts[name, default: 0] += 1
    for (key, value) in found { attributes.append((name, key, value)) }
    if let id = found["id"] { ids.append(id) }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

  /// Everything that could act or fetch: there must be none of it.
  var dangers: [String] {
    let elements = counts.keys.filter { ["img", "iframe", "object", "embed", "link", "form", "base", "image", "audio", "video", "b-evil"].contains($0) }
    let acting = attributes.filter { attribute in
      attribute.name.lowercased().hasPrefix("on") || ["src", "style", "srcset", "action", "formaction", "xlink:href"].contains(attribute.name)
        || attribute.name == "href" && !attribute.value.hasPrefix("#")
    }
    return elements + acting.map { "\($0.element) \($0.name)=\($0.value)" }
  }
}
