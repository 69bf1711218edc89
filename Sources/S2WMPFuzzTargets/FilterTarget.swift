import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// The bytes as the text of a display filter and as the name of a column.
enum FilterTarget {
  static func check(_ input: UnsafeRawBufferPointer) throws(FuzzViolation) {
    let text = String(decoding: input, as: UTF8.self)
    do throws(FilterError) {
      let filter = try DisplayFilter(text)
      for packet in packets { packet.dissect { _ = filter.matches($0) } }
    } catch {
      try FuzzViolation.require(error.rendered.contains("^"), "a refusal without a caret: \(error.rendered)")
    }
    do throws(FilterError) {
      let column = try FieldColumn(text)
      for packet in packets { packet.dissect { _ = column.text($0) } }
    } catch {
      try FuzzViolation.require(!error.rendered.isEmpty, "a column is refused without a word")
    }
  }

  /// The smallest packet of every layout, and a malformed one.
  private static let packets: [SamplePacket] = {
    var packets = LayoutID.allCases.compactMap(SamplePacket.init(smallest:))
    packets.append(SamplePacket(bytes: [9, 8, 7, 6], dialect: .legacy, layout: nil))
    return packets
  }()
}

/// A packet with made-up facts around it.
struct SamplePacket: Sendable {
  var bytes: [UInt8]
  var dialect: Dialect
  var layout: LayoutID?

  func dissect(_ body: (Dissection) -> Void) {
    let frames: [UInt64] = [3, 7]
    bytes.withUnsafeBytes { bytes in
      frames.withUnsafeBufferPointer { frames in
        body(
          Dissection(
            frame: 7, time: CaptureTime(nanoseconds: 1_795_527_721_123_000_000), frames: frames, transport: .tcp, stream: 2,
            source: .ipv4(0x0a00_0007, port: 41022), destination: Endpoint(high: 0xfe80 << 48, low: 1, port: 5000, isIPv4: false), dialect: dialect,
            layout: layout, bytes: bytes, length: UInt64(bytes.count), findings: Findings(layout == nil ? .malformedVersion : .tcpRetransmission),
            details: nil, replyTo: 2, latency: 816_000))
      }
    }
  }
}

extension SamplePacket {
  init?(smallest id: LayoutID) {
    for dialect in [Dialect.v1, .legacy] {
      for type in UInt8(1)...15 where LayoutID(PacketType(rawValue: type), dialect) == id {
        guard let builder = PacketBuilder(PacketType(rawValue: type), dialect) else { continue }
        self.init(bytes: builder.build(), dialect: dialect, layout: id)
        return
      }
    }
    return nil
  }
}
