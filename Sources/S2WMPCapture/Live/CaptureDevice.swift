import CLibpcap
import Glibc

/// A device that libpcap can capture on.
public struct CaptureDevice: Sendable, Equatable {
  public var name: String
  /// Empty where the system has none.
  public var explanation: String
  /// Addresses as text; those of the link layer are left out.
  public var addresses: [String]
  public var isUp: Bool
  public var isRunning: Bool
  public var isLoopback: Bool
  public var isWireless: Bool
  /// nil: not known, or the device has no cable.
  public var isConnected: Bool?

  public init(
    name: String, explanation: String = "", addresses: [String] = [], isUp: Bool = true, isRunning: Bool = true, isLoopback: Bool = false,
    isWireless: Bool = false, isConnected: Bool? = nil
  ) {
    self.name = name
    self.explanation = explanation
    self.addresses = addresses
    self.isUp = isUp
    self.isRunning = isRunning
    self.isLoopback = isLoopback
    self.isWireless = isWireless
    self.isConnected = isConnected
  }

  /// All devices, in libpcap's order (best first).
  public static func all() throws(LiveCaptureError) -> [CaptureDevice] {
    var first: UnsafeMutablePointer<pcap_if_t>?
    var message = ErrorText()
    guard message.fill({ pcap_findalldevs(&first, $0) }) == 0 else { throw .noList(message: message.text) }
    defer { pcap_freealldevs(first) }
    return sequence(first: first, next: { $0?.pointee.next }).prefix { $0 != nil }.compactMap { $0.map { CaptureDevice($0.pointee) } }
  }

  /// What to capture on when no device was named: the first network interface that is up and running and is not the loopback, else `any`.
  public static func preferred(of devices: [CaptureDevice]) throws(LiveCaptureError) -> CaptureDevice {
    if let device = devices.first(where: { $0.isUsableByDefault }) { return device }
    guard let any = devices.first(where: { $0.name == "any" }) else { throw .noDevice }
    return any
  }

  private var isUsableByDefault: Bool {
    // Bluetooth, USB and netfilter devices are listed beside the interfaces and say "up" too, but only an interface has an index.
    isUp && isRunning && !isLoopback && name != "any" && isConnected != false && if_nametoindex(name) != 0
  }
}

extension CaptureDevice {
  init(_ device: pcap_if_t) {
    let flags = device.flags
    let connection = flags & UInt32(PCAP_IF_CONNECTION_STATUS)
    self.init(
      name: device.name.map { String(cString: $0) } ?? "",
      explanation: device.description.map { String(cString: $0) } ?? "",
      addresses: sequence(first: device.addresses, next: { $0?.pointee.next }).prefix { $0 != nil }
        .compactMap { $0?.pointee.addr.flatMap(Self.text) },
      isUp: flags & UInt32(PCAP_IF_UP) != 0,
      isRunning: flags & UInt32(PCAP_IF_RUNNING) != 0,
      isLoopback: flags & UInt32(PCAP_IF_LOOPBACK) != 0,
      isWireless: flags & UInt32(PCAP_IF_WIRELESS) != 0,
      isConnected: connection == UInt32(PCAP_IF_CONNECTION_STATUS_CONNECTED)
        ? true : connection == UInt32(PCAP_IF_CONNECTION_STATUS_DISCONNECTED) ? false : nil)
  }

  private static func text(_ address: UnsafeMutablePointer<sockaddr>) -> String? {
    let raw = UnsafeRawPointer(address)
    switch Int32(address.pointee.sa_family) {
    case AF_INET:
      let value = raw.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr
      return Endpoint.ipv4(UInt32(bigEndian: value), port: 0).addressText
    case AF_INET6:
      let offset = MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 8
      let high = UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      let low = UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
      return Endpoint(high: high, low: low, port: 0, isIPv4: false).addressText
    default: return nil
    }
  }
}

/// The buffer that libpcap writes its messages to.
struct ErrorText {
  private var bytes = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))

  mutating func fill<Result>(_ call: (UnsafeMutablePointer<CChar>?) -> Result) -> Result {
    bytes.withUnsafeMutableBufferPointer { call($0.baseAddress) }
  }

  var text: String {
    let end = bytes.firstIndex(of: 0) ?? bytes.endIndex
    return String(decoding: bytes[..<end].lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
