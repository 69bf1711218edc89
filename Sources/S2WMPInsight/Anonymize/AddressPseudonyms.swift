import S2WMPFlow

/// Stand-ins for IP addresses that keep what an analysis needs: two addresses that share their first bits share as many afterwards, so that
/// networks stay networks (as Crypto-PAn does it). Loopback, multicast, broadcast and unspecified addresses stay as they are, private and link-local
/// ones stay in their range, and a last byte of 255 stays, as it mostly is a broadcast address.
struct AddressPseudonyms {
  private let pseudonyms: Pseudonyms
  private var known: [[UInt8]: [UInt8]] = [:]
  /// Which first byte of an ordinary IPv4 address becomes which.
  private let firstBytes: [UInt8]

  /// Addresses remembered at once; then they are worked out anew.
  private static let capacity = 65_536
  private static let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]
  private static let specialFirstBytes: Set<UInt8> = [10, 127, 169, 172, 192]

  init(_ pseudonyms: Pseudonyms) {
    self.pseudonyms = pseudonyms
    firstBytes = Self.permutation(pseudonyms)
  }

  private static func permutation(_ pseudonyms: Pseudonyms) -> [UInt8] {
    let ordinary = (1...223 as ClosedRange<UInt8>).filter { !specialFirstBytes.contains($0) }
    let shuffled = ordinary.sorted { pseudonyms.identifier(.address, [$0]) < pseudonyms.identifier(.address, [$1]) }
    var table = Array(0...255 as ClosedRange<UInt8>)
    for (from, to) in zip(ordinary, shuffled) { table[Int(from)] = to }
    return table
  }

  /// - bytes: 4 or 16 in network order; any other number comes back as it is.
  mutating func address(_ bytes: [UInt8]) -> [UInt8] {
    if let found = known[bytes] { return found }
    let made = bytes.count == 4 ? version4(bytes) : bytes.count == 16 ? version6(bytes) : bytes
    if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
    known[bytes] = made
    return made
  }

  mutating func endpoint(_ endpoint: Endpoint) -> Endpoint {
    var changed = endpoint
    if endpoint.isIPv4 {
      let made = address(Self.bytes(UInt64(UInt32(truncatingIfNeeded: endpoint.low)), 4))
      changed.low = endpoint.low & ~0xffff_ffff | Self.number(made)
    } else {
      let made = address(Self.bytes(endpoint.high, 8) + Self.bytes(endpoint.low, 8))
      changed.high = Self.number(made[..<8])
      changed.low = Self.number(made[8...])
    }
    return changed
  }

  private func version4(_ bytes: [UInt8]) -> [UInt8] {
    switch (bytes[0], bytes[1]) {
    case (0, _), (127, _), (224..., _): return bytes
    case (10, _): return fixingBroadcast(bytes, from: 8)
    case (172, 16...31): return fixingBroadcast(bytes, from: 12)
    case (192, 168), (169, 254): return fixingBroadcast(bytes, from: 16)
    default:
      var changed = fixingBroadcast(bytes, from: 8)
      changed[0] = firstBytes[Int(bytes[0])]
      return changed
    }
  }

  /// The address that would get the last byte 255 takes the place that the one with 255 left free.
  private func fixingBroadcast(_ bytes: [UInt8], from bit: Int) -> [UInt8] {
    var changed = keepingPrefixes(bytes, from: bit)
    if bytes[3] == 255 {
      changed[3] = 255
    } else if changed[3] == 255 {
      changed[3] = keepingPrefixes(Array(bytes[..<3]) + [255], from: bit)[3]
    }
    return changed
  }

  private func version6(_ bytes: [UInt8]) -> [UInt8] {
    let isShort = bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] <= 1
    if isShort || bytes[0] == 0xff { return bytes }
    // An IPv4 address as a bootstrap packet holds it: ::ffff:10.0.0.7.
    if bytes[..<12].elementsEqual(Self.mapped) { return Self.mapped + version4(Array(bytes[12...])) }
    if bytes[0] == 0xfe, bytes[1] & 0xc0 == 0x80 { return keepingPrefixes(bytes, from: 64) }
    return keepingPrefixes(bytes, from: bytes[0] & 0xfe == 0xfc ? 8 : 3)
  }

  /// Each bit from `bit` on is turned over or not, depending on all bits before it.
  private func keepingPrefixes(_ bytes: [UInt8], from bit: Int) -> [UInt8] {
    var changed = bytes
    for index in bit..<bytes.count * 8 {
      var prefix = Array(bytes[...(index / 8)])
      prefix[index / 8] &= UInt8(truncatingIfNeeded: 0xff00 >> (index % 8))
      changed[index / 8] ^= pseudonyms.bit(.address, prefix + [UInt8(index)]) << (7 - index % 8)
    }
    return changed
  }

  private static func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
    stride(from: (count - 1) * 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt64($0)) }
  }

  private static func number(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}
