import CLibpcap

/// What the C callback of one `run` needs, and what it leaves behind.
final class FrameDelivery {
  let handle: OpaquePointer
  let linkType: Int32
  let nanosecondsPerUnit: Int64
  var number: UInt64
  var sawFrames = false
  var isFinished = false
  var error: (any Error)?
  private let onFrame: (Frame) throws -> LiveStep

  init(handle: OpaquePointer, linkType: Int32, nanosecondsPerUnit: Int64, number: UInt64, _ onFrame: @escaping (Frame) throws -> LiveStep) {
    self.handle = handle
    self.linkType = linkType
    self.nanosecondsPerUnit = nanosecondsPerUnit
    self.number = number
    self.onFrame = onFrame
  }

  func deliver(_ header: pcap_pkthdr, _ bytes: UnsafePointer<UInt8>) {
    // libpcap may hand out the rest of its buffer after pcap_breakloop.
    if isFinished { return }
    sawFrames = true
    number &+= 1
    let time = Int64(header.ts.tv_sec) &* 1_000_000_000 &+ Int64(header.ts.tv_usec) &* nanosecondsPerUnit
    let frame = Frame(
      number: number, time: CaptureTime(nanoseconds: time), linkType: linkType,
      bytes: UnsafeRawBufferPointer(start: bytes, count: Int(header.caplen)), wireLength: Int(header.len))
    do {
      if try onFrame(frame) == .proceed { return }
    } catch {
      self.error = error
    }
    isFinished = true
    pcap_breakloop(handle)
  }
}

/// libpcap's callback; `context` is a `FrameDelivery` that outlives the call.
func deliverFrame(context: UnsafeMutablePointer<UInt8>?, header: UnsafePointer<pcap_pkthdr>?, bytes: UnsafePointer<UInt8>?) {
  guard let context, let header, let bytes else { return }
  Unmanaged<FrameDelivery>.fromOpaque(context).takeUnretainedValue().deliver(header.pointee, bytes)
}
