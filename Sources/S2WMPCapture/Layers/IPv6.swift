/// IPv6 (RFC 8200) with its extension headers; fragments are reassembled.
extension DecoderCore {
  /// No sender needs more extension headers.
  static var mostExtensions: Int { 16 }

  mutating func ipv6(_ bytes: LayerBytes, _ receiver: any ConversationReceiver) {
    guard bytes.captured >= 40 else { return short(bytes, 40) }
    let declared = Int(bytes.half(4))
    // 0 is a jumbogram, or a packet that the network card was to split later.
    let length = declared == 0 ? bytes.wire &- 40 : declared
    guard bytes.byte(0) >> 4 == 6, length <= bytes.wire &- 40 else {
      counters.malformed &+= 1
      return
    }
    let addresses = AddressPair(
      sourceHigh: bytes.long(8), sourceLow: bytes.long(16), destinationHigh: bytes.long(24), destinationLow: bytes.long(32), isIPv4: false)
    let payload = LayerBytes(start: bytes.start + 40, captured: min(bytes.captured &- 40, length), wire: length)
    extensions(bytes.byte(6), payload, addresses, receiver)
  }

  /// Passes extension headers until the transport's.
  mutating func extensions(_ first: UInt8, _ bytes: LayerBytes, _ addresses: AddressPair, _ receiver: any ConversationReceiver) {
    var next = first
    var rest = bytes
    for _ in 0..<Self.mostExtensions {
      switch next {
      case 6, 17: return transport(next, rest, addresses, receiver)
      case 44: return fragmentHeader(rest, addresses, receiver)
      case 0, 43, 60, 51:
        guard rest.captured >= 8 else { return short(rest, 8) }
        // The authentication header counts in units of 4 bytes, less 2; the others in units of 8, less 1.
        let size = next == 51 ? (Int(rest.byte(1)) + 2) * 4 : (Int(rest.byte(1)) + 1) * 8
        guard rest.wire >= size, rest.captured >= size else { return short(rest, size) }
        next = rest.byte(0)
        rest = rest.dropping(size)
      default:
        counters.other &+= 1
        return
      }
    }
    counters.malformed &+= 1
  }

  private mutating func fragmentHeader(_ bytes: LayerBytes, _ addresses: AddressPair, _ receiver: any ConversationReceiver) {
    guard bytes.captured >= 8 else { return short(bytes, 8) }
    let place = bytes.half(2)
    let offset = Int(place & 0xfff8)
    let more = place & 1 != 0
    let payload = bytes.dropping(8)
    if offset == 0 && !more {
      // RFC 6946: a fragment that is the whole packet. Another fragment header in it would be nonsense.
      return bytes.byte(0) == 44 ? (counters.malformed &+= 1) : extensions(bytes.byte(0), payload, addresses, receiver)
    }
    let number = FragmentKey(addresses: addresses, identification: bytes.word(4), transport: 0)
    fragment(number, offset, more: more, bytes.byte(0), payload, receiver)
  }
}
