/// IPv4 (RFC 791): options are skipped, the total length bounds the payload, fragments are reassembled.
extension DecoderCore {
  @inline(__always)
  mutating func ipv4(_ bytes: LayerBytes, _ receiver: any ConversationReceiver) {
    guard bytes.captured >= 20 else { return short(bytes, 20) }
    let first = bytes.byte(0)
    let header = Int(first & 0x0f) &* 4
    let total = Int(bytes.half(2))
    // A total length of 0 means that the network card was to split and finish the packet later.
    let length = total == 0 ? bytes.wire : total
    guard first >> 4 == 4, header >= 20, length >= header, length <= bytes.wire else {
      counters.malformed &+= 1
      return
    }
    guard bytes.captured >= header else { return short(bytes, header) }
    let payload = LayerBytes(start: bytes.start + header, captured: min(bytes.captured, length) &- header, wire: length &- header)
    let fragment = bytes.half(6)
    let addresses = AddressPair(
      sourceHigh: 0, sourceLow: 0x0000_ffff_0000_0000 | UInt64(bytes.word(12)), destinationHigh: 0,
      destinationLow: 0x0000_ffff_0000_0000 | UInt64(bytes.word(16)), isIPv4: true)
    if fragment & 0x3fff != 0 {
      let number = FragmentKey(addresses: addresses, identification: UInt32(bytes.half(4)), transport: bytes.byte(9))
      self.fragment(number, Int(fragment & 0x1fff) &* 8, more: fragment & 0x2000 != 0, bytes.byte(9), payload, receiver)
    } else {
      transport(bytes.byte(9), payload, addresses, receiver)
    }
  }

  @inline(__always)
  mutating func transport(_ number: UInt8, _ payload: LayerBytes, _ addresses: AddressPair, _ receiver: any ConversationReceiver) {
    switch number {
    case 6: tcp(payload, addresses, receiver)
    case 17: udp(payload, addresses, receiver)
    default: counters.other &+= 1
    }
  }
}
