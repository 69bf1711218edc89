/// From a frame's first byte to its IP packet.
extension DecoderCore {
  /// No real network nests more VLAN tags.
  static var deepestTags: Int { 8 }

  @inline(__always)
  mutating func link(_ type: Int32, _ bytes: LayerBytes, _ receiver: any ConversationReceiver) {
    if type == LinkType.ethernet {
      ethernet(bytes, receiver)
    } else {
      otherLink(type, bytes, receiver)
    }
  }

  @inline(__always)
  private mutating func ethernet(_ bytes: LayerBytes, _ receiver: any ConversationReceiver) {
    guard bytes.captured >= 14 else { return short(bytes, 14) }
    etherType(bytes.half(12), bytes.dropping(14), receiver)
  }

  private mutating func otherLink(_ type: Int32, _ bytes: LayerBytes, _ receiver: any ConversationReceiver) {
    switch type {
    case LinkType.linuxCooked:
      guard bytes.captured >= 16 else { return short(bytes, 16) }
      etherType(bytes.half(14), bytes.dropping(16), receiver)
    case LinkType.linuxCooked2:
      guard bytes.captured >= 20 else { return short(bytes, 20) }
      etherType(bytes.half(0), bytes.dropping(20), receiver)
    case LinkType.null, LinkType.loop: loopback(bytes, receiver)
    case LinkType.ipv4: ipv4(bytes, receiver)
    case LinkType.ipv6: ipv6(bytes, receiver)
    case LinkType.raw, LinkType.rawOpenBSD, LinkType.rawInFiles: rawIP(bytes, receiver)
    default: counters.other &+= 1
    }
  }

  @inline(__always)
  private mutating func etherType(_ type: UInt16, _ bytes: LayerBytes, _ receiver: any ConversationReceiver) {
    switch type {
    case 0x0800: ipv4(bytes, receiver)
    case 0x86dd: ipv6(bytes, receiver)
    case 0x8100, 0x88a8, 0x9100: tagged(bytes, receiver)
    default: counters.other &+= 1
    }
  }

  /// 802.1Q and 802.1ad tags, nested.
  private mutating func tagged(_ bytes: LayerBytes, _ receiver: any ConversationReceiver) {
    var rest = bytes
    for _ in 0..<Self.deepestTags {
      guard rest.captured >= 4 else { return short(rest, 4) }
      let type = rest.half(2)
      rest = rest.dropping(4)
      switch type {
      case 0x0800: return ipv4(rest, receiver)
      case 0x86dd: return ipv6(rest, receiver)
      case 0x8100, 0x88a8, 0x9100: continue
      default:
        counters.other &+= 1
        return
      }
    }
    counters.malformed &+= 1
  }

  /// BSD loopback: the address family in the byte order of the machine that captured, or (loop) of the network.
  private mutating func loopback(_ bytes: LayerBytes, _ receiver: any ConversationReceiver) {
    guard bytes.captured >= 4 else { return short(bytes, 4) }
    let family = bytes.word(0)
    switch family > 0xffff ? family.byteSwapped : family {
    case 2: ipv4(bytes.dropping(4), receiver)
    case 10, 24, 28, 30: ipv6(bytes.dropping(4), receiver)
    default: counters.other &+= 1
    }
  }

  private mutating func rawIP(_ bytes: LayerBytes, _ receiver: any ConversationReceiver) {
    guard bytes.captured >= 1 else { return short(bytes, 1) }
    switch bytes.byte(0) >> 4 {
    case 4: ipv4(bytes, receiver)
    case 6: ipv6(bytes, receiver)
    default: counters.malformed &+= 1
    }
  }

  /// A header of `need` bytes is not all there: cut by the snap length, or it never was.
  mutating func short(_ bytes: LayerBytes, _ need: Int) {
    if bytes.wire >= need { counters.cutHeaders &+= 1 } else { counters.malformed &+= 1 }
  }
}
