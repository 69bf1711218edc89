import S2WMPFlow
import S2WMPWire

/// Addresses, as RFC 5952 writes them.
extension Notation {
  /// An `address` field: 4 bytes, or 16, in which `::ffff:a.b.c.d` is IPv4 and is written `a.b.c.d`.
  public static func appendAddress(_ bytes: UnsafeRawBufferPointer, to out: inout [UInt8]) {
    switch bytes.count {
    case 4: appendIPv4(UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)), to: &out)
    case 16:
      let high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
      let low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      if high == 0 && low >> 32 == 0xffff {
        appendIPv4(UInt32(truncatingIfNeeded: low), to: &out)
      } else {
        appendIPv6(high, low, to: &out)
      }
    default: appendHex(bytes, to: &out)
    }
  }

  /// `address:port`, IPv6 in brackets.
  public static func appendEndpoint(_ endpoint: Endpoint, to out: inout [UInt8]) {
    if !endpoint.isIPv4 { out.append(0x5b) }
    appendHost(endpoint, to: &out)
    if !endpoint.isIPv4 { out.append(0x5d) }
    out.append(0x3a)
    appendDecimal(UInt64(endpoint.port), to: &out)
  }

  /// The address of an endpoint without its port.
  public static func appendHost(_ endpoint: Endpoint, to out: inout [UInt8]) {
    if endpoint.isIPv4 {
      appendIPv4(UInt32(truncatingIfNeeded: endpoint.low), to: &out)
    } else {
      appendIPv6(endpoint.high, endpoint.low, to: &out)
    }
  }

  static func appendIPv4(_ address: UInt32, to out: inout [UInt8]) {
    appendDecimal(UInt64(address >> 24), to: &out)
    for shift in [16, 8, 0] as [UInt32] {
      out.append(0x2e)
      appendDecimal(UInt64(address >> shift & 255), to: &out)
    }
  }

  /// Lower case, no leading zeros, the longest run of two or more zero groups as `::`; a mapped IPv4 address in its mixed form.
  static func appendIPv6(_ high: UInt64, _ low: UInt64, to out: inout [UInt8]) {
    if high == 0 && low >> 32 == 0xffff {
      append("::ffff:", to: &out)
      return appendIPv4(UInt32(truncatingIfNeeded: low), to: &out)
    }
    let gap = longestZeroRun(high, low)
    var index = 0
    while index < 8 {
      if index == gap.lowerBound && !gap.isEmpty {
        append("::", to: &out)
        index = gap.upperBound
        continue
      }
      if index > 0 && index != gap.upperBound { out.append(0x3a) }
      appendGroup(group(high, low, index), to: &out)
      index += 1
    }
  }

  private static func group(_ high: UInt64, _ low: UInt64, _ index: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index & 3)))
  }

  /// The first longest run of zero groups; nine to nine when none has two.
  private static func longestZeroRun(_ high: UInt64, _ low: UInt64) -> Range<Int> {
    var best = 9..<9
    var start = 0
    for index in 0...8 where index == 8 || group(high, low, index) != 0 {
      if index - start >= 2 && index - start > best.count { best = start..<index }
      start = index + 1
    }
    return best
  }

  private static func appendGroup(_ group: UInt16, to out: inout [UInt8]) {
    var started = false
    for shift in [12, 8, 4, 0] as [UInt16] {
      let nibble = UInt8(truncatingIfNeeded: group >> shift) & 15
      started = started || nibble != 0 || shift == 0
      if started { out.append(Hex.digit(nibble)) }
    }
  }
}
