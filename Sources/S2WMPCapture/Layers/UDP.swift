/// UDP (RFC 768): its length field bounds the payload.
extension DecoderCore {
  mutating func udp(_ bytes: LayerBytes, _ addresses: AddressPair, _ receiver: any ConversationReceiver) {
    guard bytes.captured >= 8 else { return short(bytes, 8) }
    let length = Int(bytes.half(4))
    // Below 8 there is no datagram (0: a jumbogram, which nothing of ours sends); beyond the packet there is only what the snap length left.
    guard length >= 8, length <= bytes.wire || bytes.captured < bytes.wire else {
      counters.malformed &+= 1
      return
    }
    counters.udp &+= 1
    let captured = min(bytes.captured, length) &- 8
    if captured < length &- 8 { counters.cutBySnapLength &+= 1 }
    let payload = UnsafeRawBufferPointer(start: bytes.start + 8, count: captured)
    let key = FlowKey(addresses, bytes.half(0), bytes.half(2), .udp)
    datagram(key, payload, wireLength: length &- 8, receiver)
  }
}
