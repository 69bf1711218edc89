import CLibpcap
import Glibc

/// Capture filters in libpcap's language.
public enum CaptureFilter {
  /// The ports of wire.md's section 1: peers, discovery, the legacy bootstrap reply, bootstrap servers.
  public static var defaultPorts: [UInt16] { [5000, 5001, 5002, 5005] }

  /// What passes S2WMP traffic by default on a device of this link type.
  ///
  /// A filter cannot see the ports of later fragments, nor those behind IPv6 extension headers: such packets all pass, save
  /// hop-by-hop options before ICMPv6, with which every IPv6 host manages its groups. On Ethernet the same
  /// passes behind one or two VLAN tags; `vlan` moves the offsets of everything after it, so those parts stand last. Linux cooked
  /// devices hide tags from filters, others have none.
  public static func ours(extraPorts: [UInt16] = [], linkType: Int32) -> String {
    let untagged = portsAndFragments(defaultPorts + extraPorts.filter { !defaultPorts.contains($0) })
    return linkType == DLT_EN10MB ? "\(untagged) or (vlan and (\(untagged) or (vlan and (\(untagged)))))" : untagged
  }

  /// `ours` in words, for a summary line: the filter itself is several lines long.
  public static func summary(extraPorts: [UInt16] = [], linkType: Int32) -> String {
    let ports = (defaultPorts + extraPorts.filter { !defaultPorts.contains($0) }).map(String.init).joined(separator: ", ")
    return "TCP and UDP ports \(ports) and IP fragments" + (linkType == DLT_EN10MB ? ", also behind VLAN tags" : "")
  }

  private static func portsAndFragments(_ ports: [UInt16]) -> String {
    let list = ports.map { "port \($0)" }.joined(separator: " or ")
    let hidden = "ip6[6] = 44 or ip6[6] = 43 or ip6[6] = 60 or (ip6[6] = 0 and ip6[40] != 58)"
    return "((tcp or udp) and (\(list))) or (ip and ip[6:2] & 0x1fff != 0) or (ip6 and (\(hidden)))"
  }

  /// Throws what libpcap says about a wrong filter, without opening a device.
  public static func check(_ text: String, linkType: Int32, device: String = "") throws(LiveCaptureError) {
    _ = try CompiledFilter(text, linkType: linkType)
  }
}

/// A compiled filter that is asked about one frame at a time.
public final class CompiledFilter {
  public let text: String
  private var program = bpf_program()

  public init(_ text: String, linkType: Int32) throws(LiveCaptureError) {
    self.text = text
    guard let handle = pcap_open_dead(linkType, 262_144) else { throw .badFilter(text: text, message: "libpcap has no memory left") }
    defer { pcap_close(handle) }
    try Self.compile(text, on: handle, into: &program)
  }

  deinit { pcap_freecode(&program) }

  public func matches(_ frame: Frame) -> Bool {
    var header = pcap_pkthdr()
    header.caplen = UInt32(clamping: frame.bytes.count)
    header.len = UInt32(clamping: frame.wireLength)
    guard let base = frame.bytes.baseAddress else { return false }
    return pcap_offline_filter(&program, &header, base.assumingMemoryBound(to: UInt8.self)) != 0
  }

  static func compile(_ text: String, on handle: OpaquePointer, into program: inout bpf_program) throws(LiveCaptureError) {
    guard pcap_compile(handle, &program, text, 1, UInt32.max) == 0 else {
      throw .badFilter(text: text, message: String(cString: pcap_geterr(handle)))
    }
  }
}
