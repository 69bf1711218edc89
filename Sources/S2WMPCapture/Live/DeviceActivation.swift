import CLibpcap
import Glibc

extension LiveCapture {
  /// Creates, sets up and activates a handle, ready for polling.
  static func activate(_ device: String, _ options: LiveCaptureOptions) throws(LiveCaptureError) -> OpaquePointer {
    var message = ErrorText()
    guard let handle = message.fill({ pcap_create(device, $0) }) else { throw .cannotOpen(device: device, message: message.text) }
    pcap_set_snaplen(handle, max(1, options.snapLength))
    pcap_set_promisc(handle, options.isPromiscuous ? 1 : 0)
    pcap_set_timeout(handle, 100)
    pcap_set_immediate_mode(handle, options.isImmediate ? 1 : 0)
    if let size = options.bufferSize { pcap_set_buffer_size(handle, size) }
    // Refused where the device only has microseconds, which then stay.
    pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO)
    let result = pcap_activate(handle)
    let failure = result < 0 ? activationError(result, handle, device) : nil
    if failure == nil, message.fill({ pcap_setnonblock(handle, 1, $0) }) == 0 { return handle }
    pcap_close(handle)
    throw failure ?? .cannotOpen(device: device, message: message.text)
  }

  /// Compiles and sets the filter of the options, or the default one; returns its text.
  static func setFilter(_ options: LiveCaptureOptions, on handle: OpaquePointer, linkType: Int32) throws(LiveCaptureError) -> String {
    let text = options.filter ?? CaptureFilter.ours(extraPorts: options.extraPorts, linkType: linkType)
    if text.isEmpty { return text }
    var program = bpf_program()
    try CompiledFilter.compile(text, on: handle, into: &program)
    defer { pcap_freecode(&program) }
    if pcap_setfilter(handle, &program) != 0 { throw .badFilter(text: text, message: String(cString: pcap_geterr(handle))) }
    return text
  }

  private static func activationError(_ result: Int32, _ handle: OpaquePointer, _ device: String) -> LiveCaptureError {
    switch result {
    case PCAP_ERROR_NO_SUCH_DEVICE: return .unknownDevice(device)
    case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED:
      return isKnown(device) ? .privilege(device: device, program: runningProgramPath()) : .unknownDevice(device)
    case PCAP_ERROR_IFACE_NOT_UP: return .deviceDown(device)
    default:
      let detail = String(cString: pcap_geterr(handle))
      return .cannotOpen(device: device, message: detail.isEmpty ? String(cString: pcap_statustostr(result)) : detail)
    }
  }
}

extension LiveCapture {
  /// libpcap asks for the privilege before it looks for the device; a misspelt name shall not be answered with setcap.
  private static func isKnown(_ device: String) -> Bool {
    if if_nametoindex(device) != 0 { return true }
    guard let devices = try? CaptureDevice.all() else { return true }
    return devices.contains { $0.name == device }
  }
}

/// Whether an interface is still there and up, asked through a socket of its network namespace.
enum InterfaceState {
  case up
  case gone
  /// Not an interface of Linux, or not answered.
  case unknown

  init(_ name: String, descriptor: Int32) {
    var request = [UInt8](repeating: 0, count: 64)
    let bytes = Array(name.utf8)
    guard descriptor >= 0, bytes.count < Int(IFNAMSIZ) else {
      self = .unknown
      return
    }
    request.replaceSubrange(0..<bytes.count, with: bytes)
    let result = request.withUnsafeMutableBytes { buffer in
      buffer.baseAddress.map { ioctl(descriptor, UInt(SIOCGIFFLAGS), $0) } ?? -1
    }
    let isUp = request[16] & UInt8(IFF_UP) != 0
    if result == 0 { self = isUp ? .up : .gone } else { self = errno == ENODEV ? .gone : .unknown }
  }
}
