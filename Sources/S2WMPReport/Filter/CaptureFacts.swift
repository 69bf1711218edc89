import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// What filters and columns know of a packet beside its fields.
enum CaptureFacts {
  static let all: [FilterField] = frames + conversation + endpoints + ports + packet + findings + exchange + keys

  private static let frames: [FilterField] = [
    number("frame", "number, from 1, of the frame that completed the packet") { $0.frame },
    number("frame.number", "the same as frame") { $0.frame },
    FilterField(
      name: "frames", note: "numbers of all frames that carry bytes of it", kind: .number(.max),
      values: .numbers { packet, visit in packet.frames.contains(where: visit) }),
    time("time", "capture time of frame"),
    time("frame.time", "the same as time"),
  ]

  private static let conversation: [FilterField] = [
    FilterField(
      name: "transport", note: "tcp or udp", kind: .choice,
      values: .choice(FilterChoice(names: ["tcp", "udp"], bits: { $0.transport == .tcp ? 1 : 2 }))),
    flag("tcp", "over TCP") { $0.transport == .tcp },
    flag("udp", "over UDP") { $0.transport == .udp },
    flag("ip", "over IPv4") { $0.source.isIPv4 },
    flag("ipv6", "over IPv6") { !$0.source.isIPv4 },
    FilterField(
      name: "stream", note: "conversation number, from 0", kind: .number(UInt64(UInt32.max)),
      values: .numbers { packet, visit in visit(UInt64(packet.stream)) }),
  ]

  private static let endpoints: [FilterField] =
    [
      FilterField(name: "src", note: "where it came from", kind: .endpoint, values: .endpoints { $1($0.source) }),
      FilterField(name: "dst", note: "where it went", kind: .endpoint, values: .endpoints { $1($0.destination) }),
    ] + hosts("", nil, "address") + hosts("ip.", true, "IPv4 address") + hosts("ipv6.", false, "IPv6 address")

  /// `addr`, `src` and `dst` with a prefix; without one only `addr`, `src` and `dst` being endpoints then.
  private static func hosts(_ prefix: String, _ ipv4: Bool?, _ title: String) -> [FilterField] {
    @Sendable func fits(_ endpoint: Endpoint) -> Bool { ipv4 == nil || endpoint.isIPv4 == ipv4 }
    let both = FilterField(
      name: prefix + "addr", note: "\(title) of either side", kind: .host(ipv4: ipv4),
      values: .endpoints { packet, visit in
        fits(packet.source) && visit(packet.source) || fits(packet.destination) && visit(packet.destination)
      })
    if prefix.isEmpty { return [both] }
    return [
      both,
      FilterField(
        name: prefix + "src", note: "\(title) it came from", kind: .host(ipv4: ipv4),
        values: .endpoints { packet, visit in fits(packet.source) && visit(packet.source) }),
      FilterField(
        name: prefix + "dst", note: "\(title) it went to", kind: .host(ipv4: ipv4),
        values: .endpoints { packet, visit in fits(packet.destination) && visit(packet.destination) }),
    ]
  }

  private static let ports: [FilterField] = [
    port("port", "TCP or UDP port of either side", nil, true, true), port("src.port", "port it came from", nil, true, false),
    port("dst.port", "port it went to", nil, false, true), port("tcp.port", "TCP port of either side", .tcp, true, true),
    port("tcp.srcport", "TCP port it came from", .tcp, true, false), port("tcp.dstport", "TCP port it went to", .tcp, false, true),
    port("udp.port", "UDP port of either side", .udp, true, true), port("udp.srcport", "UDP port it came from", .udp, true, false),
    port("udp.dstport", "UDP port it went to", .udp, false, true),
  ]

  private static let packet: [FilterField] = [
    FilterField(
      name: "dialect", note: "v1 or legacy", kind: .choice,
      values: .choice(FilterChoice(names: Dialect.allCases.map(\.name), bits: { 1 << UInt64($0.dialect.rawValue) }))),
    FilterField(name: "packet.name", note: "short name of the packet (M, ACK, malformed); name alone is a user's name", kind: .choice, values: .choice(names)),
    FilterField(
      name: "packet.length", note: "bytes of the whole packet; length alone is the field of a message", kind: .number(.max),
      values: .numbers { packet, visit in visit(packet.length) }),
    flag("malformed", "bytes that frame no packet") { $0.layout == nil || $0.findings.isMalformed },
    FilterField(
      name: "data", note: "the first 256 bytes of a malformed run", kind: .bytes(fixed: nil),
      values: .bytes { packet, visit in packet.layout == nil && visit(UnsafeRawBufferPointer(rebasing: packet.bytes.prefix(256))) }),
  ]

  /// Bit 0 is a malformed run, the others the types.
  private static let names = FilterChoice(
    names: ["malformed"] + (1...15).map { PacketType(rawValue: $0).shortName ?? "" },
    bits: { 1 << UInt64(($0.type?.rawValue ?? 0) & 15) })

  private static let findings: [FilterField] = [
    FilterField(name: "expert", note: "any finding", kind: .choice, values: .choice(codes)),
    FilterField(name: "expert.code", note: "code of a finding; \"malformed.*\" matches several", kind: .choice, values: .choice(codes)),
    FilterField(
      name: "expert.severity", note: "severity of a finding: note, warning or error, in that order", kind: .choice,
      values: .choice(
        FilterChoice(
          names: ExpertCode.allCases.map(\.severity.name), ranks: ExpertCode.allCases.map { Int($0.severity.rawValue) },
          bits: { $0.findings.rawValue }))),
    FilterField(
      name: "expert.message", note: "what a finding says", kind: .text,
      values: .bytes { packet, visit in
        packet.experts().contains { expert in
          var message = expert.message
          return message.withUTF8 { visit(UnsafeRawBufferPointer($0)) }
        }
      }),
  ]

  private static let codes = FilterChoice(names: ExpertCode.allCases.map(\.name), bits: { $0.findings.rawValue })

  private static let exchange: [FilterField] = [
    FilterField(
      name: "reply_to", note: "frame of the packet that this one answers", kind: .number(.max),
      values: .numbers { packet, visit in packet.replyTo != 0 && visit(packet.replyTo) }),
    flag("answered", "answers a packet that was seen") { $0.replyTo != 0 },
    FilterField(
      name: "latency", note: "seconds from that packet to this one", kind: .duration,
      values: .numbers { packet, visit in packet.latency.map { visit(FilterNumber.bias($0)) } ?? false }),
  ]

  /// Known with keys only.
  static let keys: [FilterField] = [
    FilterField(
      name: "plaintext", note: "with keys: the message", kind: .text,
      values: .bytes { packet, visit in
        guard var text = packet.opened?.text else { return false }
        return text.withUTF8 { visit(UnsafeRawBufferPointer($0)) }
      }),
    FilterField(
      name: "hash_ok", note: "with keys: whether the hash matches, true or false", kind: .choice,
      values: .choice(
        FilterChoice(names: ["false", "true"], bits: { packet in packet.opened?.isHashRight.map { $0 ? 2 : 1 } ?? 0 }))),
    FilterField(
      name: "client", note: "with keys: the client program's ID", kind: .bytes(fixed: 16),
      values: .bytes { packet, visit in packet.opened?.client.map { client in client.bytes.withUnsafeBytes { visit($0) } } ?? false }),
  ]

  private static func number(_ name: String, _ note: String, _ value: @escaping @Sendable (Dissection) -> UInt64) -> FilterField {
    FilterField(name: name, note: note, kind: .number(.max), values: .numbers { packet, visit in visit(value(packet)) })
  }

  private static func time(_ name: String, _ note: String) -> FilterField {
    FilterField(
      name: name, note: note, kind: .time,
      values: .numbers { packet, visit in !packet.time.isNone && visit(FilterNumber.bias(packet.time.nanoseconds)) })
  }

  private static func flag(_ name: String, _ note: String, _ test: @escaping FilterTest) -> FilterField {
    FilterField(name: name, note: note, kind: .flag, values: .flag(test))
  }

  private static func port(_ name: String, _ note: String, _ transport: Transport?, _ source: Bool, _ destination: Bool) -> FilterField {
    FilterField(
      name: name, note: note, kind: .number(65_535),
      values: .numbers { packet, visit in
        if let transport, packet.transport != transport { return false }
        return source && visit(UInt64(packet.source.port)) || destination && visit(UInt64(packet.destination.port))
      })
  }
}
