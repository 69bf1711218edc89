import CLibpcap

@testable import S2WMPCapture

/// Frames as libpcap itself reads them: what other programs will see.
func framesByLibpcap(_ path: String) throws -> [KeptFrame] {
  var message = ErrorText()
  guard let handle = message.fill({ pcap_open_offline_with_tstamp_precision(path, UInt32(PCAP_TSTAMP_PRECISION_NANO), $0) }) else {
    throw ReadFailure(message: message.text)
  }
  defer { pcap_close(handle) }
  var frames: [KeptFrame] = []
  var header: UnsafeMutablePointer<pcap_pkthdr>?
  var bytes: UnsafePointer<UInt8>?
  while case let result = pcap_next_ex(handle, &header, &bytes), result != PCAP_ERROR_BREAK {
    guard result == 1, let header = header?.pointee, let bytes else { throw ReadFailure(message: String(cString: pcap_geterr(handle))) }
    frames.append(
      KeptFrame(
        Array(UnsafeBufferPointer(start: bytes, count: Int(header.caplen))),
        time: Int64(header.ts.tv_sec) * 1_000_000_000 + Int64(header.ts.tv_usec), linkType: pcap_datalink(handle),
        wireLength: Int(header.len)))
  }
  return frames
}

struct ReadFailure: Error { var message: String }
