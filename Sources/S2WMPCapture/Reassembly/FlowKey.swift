/// The unordered 5-tuple of a flow, and which of its two sides a packet comes from.
struct FlowKey {
  var firstHigh: UInt64
  var firstLow: UInt64
  var secondHigh: UInt64
  var secondLow: UInt64
  /// Both ports, the transport, and whether it is IPv4.
  var rest: UInt64
  /// 0: the packet comes from `first`; 1: from `second`.
  var side: Int

  @inline(__always)
  init(_ addresses: AddressPair, _ sourcePort: UInt16, _ destinationPort: UInt16, _ transport: Transport) {
    let swap =
      addresses.sourceLow != addresses.destinationLow
      ? addresses.sourceLow > addresses.destinationLow
      : addresses.sourceHigh != addresses.destinationHigh
        ? addresses.sourceHigh > addresses.destinationHigh : sourcePort > destinationPort
    let kind = UInt64(transport.rawValue) << 32 | (addresses.isIPv4 ? 1 << 40 : 0)
    if swap {
      (firstHigh, firstLow) = (addresses.destinationHigh, addresses.destinationLow)
      (secondHigh, secondLow) = (addresses.sourceHigh, addresses.sourceLow)
      rest = kind | UInt64(destinationPort) | UInt64(sourcePort) << 16
      side = 1
    } else {
      (firstHigh, firstLow) = (addresses.sourceHigh, addresses.sourceLow)
      (secondHigh, secondLow) = (addresses.destinationHigh, addresses.destinationLow)
      rest = kind | UInt64(sourcePort) | UInt64(destinationPort) << 16
      side = 0
    }
  }

  var isIPv4: Bool { rest >> 40 & 1 == 1 }
  var transport: Transport { UInt8(truncatingIfNeeded: rest >> 32) == Transport.udp.rawValue ? .udp : .tcp }

  func endpoint(_ side: Int) -> Endpoint {
    side == 0
      ? Endpoint(high: firstHigh, low: firstLow, port: UInt16(truncatingIfNeeded: rest), isIPv4: isIPv4)
      : Endpoint(high: secondHigh, low: secondLow, port: UInt16(truncatingIfNeeded: rest >> 16), isIPv4: isIPv4)
  }

  @inline(__always)
  func matches(_ other: FlowKey) -> Bool {
    firstLow == other.firstLow && secondLow == other.secondLow && rest == other.rest && firstHigh == other.firstHigh
      && secondHigh == other.secondHigh
  }

  /// A hash that strangers cannot aim at one bucket, as they do not know the seed.
  @inline(__always)
  func hash(_ seed: FlowSeed) -> UInt32 {
    var value = Self.fold(firstLow ^ seed.first, secondLow ^ seed.second)
    if !isIPv4 { value ^= Self.fold(firstHigh ^ seed.third, secondHigh ^ seed.first) }
    value = Self.fold(value ^ seed.third, rest ^ seed.fourth)
    return UInt32(truncatingIfNeeded: value ^ (value >> 32))
  }

  @inline(__always)
  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}

struct FlowSeed {
  var first = UInt64.random(in: 0 ... .max)
  var second = UInt64.random(in: 0 ... .max)
  var third = UInt64.random(in: 0 ... .max)
  var fourth = UInt64.random(in: 0 ... .max)
}
