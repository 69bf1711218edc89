import CLibpcap
import Glibc

/// A link type as libpcap calls it: `EN10MB`, `Ethernet`.
public struct LinkTypeName: Hashable, Sendable {
  public var number: Int32
  public var name: String
  public var explanation: String

  public init(_ number: Int32) {
    self.number = number
    name = pcap_datalink_val_to_name(number).map { String(cString: $0) } ?? "DLT\(number)"
    explanation = pcap_datalink_val_to_description(number).map { String(cString: $0) } ?? "link type \(number)"
  }
}

extension CaptureDevice {
  /// The link type of a device: asked by opening it, and where that is not allowed what devices of its name usually have.
  public static func linkType(of device: String) -> Int32 {
    var options = LiveCaptureOptions()
    options.isPromiscuous = false
    guard let handle = try? LiveCapture.activate(device, options) else { return device == "any" ? LinkType.linuxCooked : LinkType.ethernet }
    defer { pcap_close(handle) }
    return pcap_datalink(handle)
  }

  /// A network interface, or all of them (`any`): what can carry IP. Bluetooth, USB and netfilter devices have no index.
  public var isInterface: Bool { name == "any" || if_nametoindex(name) != 0 }
}
