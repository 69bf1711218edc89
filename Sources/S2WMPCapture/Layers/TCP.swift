/// What reassembly needs of a TCP header (RFC 9293).
struct TCPHeader {
  var sequence: UInt32
  var acknowledgement: UInt32
  var flags: UInt8

  static var fin: UInt8 { 0x01 }
  static var syn: UInt8 { 0x02 }
  static var rst: UInt8 { 0x04 }
  static var ack: UInt8 { 0x10 }

  @inline(__always)
  func has(_ flag: UInt8) -> Bool { flags & flag != 0 }
}

extension DecoderCore {
  @inline(__always)
  mutating func tcp(_ bytes: LayerBytes, _ addresses: AddressPair, _ receiver: any ConversationReceiver) {
    // 14 bytes hold everything that places a segment in its stream; the snap length may have cut the rest of the header.
    guard bytes.captured >= 14, bytes.wire >= 20 else { return short(bytes, 20) }
    let size = Int(bytes.byte(12) >> 4) &* 4
    guard size >= 20, size <= bytes.wire else {
      counters.malformed &+= 1
      return
    }
    counters.tcp &+= 1
    let header = TCPHeader(sequence: bytes.word(4), acknowledgement: bytes.word(8), flags: bytes.byte(13))
    let payload = bytes.dropping(size)
    if payload.captured < payload.wire { counters.cutBySnapLength &+= 1 }
    packet(FlowKey(addresses, bytes.half(0), bytes.half(2), .tcp), header, payload, receiver)
  }
}
