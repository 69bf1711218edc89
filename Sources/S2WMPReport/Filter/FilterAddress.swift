import S2WMPFlow

/// Addresses as filters write them.
enum FilterAddress {
  /// Some addresses of one IP version, perhaps of one port only.
  struct Pattern: Sendable {
    var isIPv4: Bool
    var low: UInt128
    var high: UInt128
    var port: UInt16?

    @inline(__always) func contains(_ endpoint: Endpoint) -> Bool {
      if endpoint.isIPv4 != isIPv4 { return false }
      if let port, endpoint.port != port { return false }
      let address = UInt128(endpoint.high) << 64 | UInt128(endpoint.low)
      return low <= address && address <= high
    }

    /// Where a mapped IPv4 address means the IPv4 address (in fields of packets), it is one.
    var unmapped: Pattern {
      var pattern = self
      if !isIPv4 && low >> 32 == 0xffff && high >> 32 == 0xffff { pattern.isIPv4 = true }
      return pattern
    }
  }

  /// The bytes of an address field.
  static func endpoint(_ bytes: UnsafeRawBufferPointer) -> Endpoint? {
    if bytes.count == 4 { return .ipv4(UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)), port: 0) }
    guard bytes.count == 16 else { return nil }
    let high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
    let low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    return Endpoint(high: high, low: low, port: 0, isIPv4: high == 0 && low >> 32 == 0xffff)
  }

  /// `10.0.0.7`, `10.0.0.0/24`, `10.0.0.7:5000`, `fe80::1`, `fe80::/10`, `[fe80::1]`, `[fe80::1]:5000`; nil for anything else.
  static func parse(_ text: [UInt8]) -> Pattern? {
    var rest = text[...]
    var host = rest
    if rest.first == UInt8(ascii: "["), let close = rest.firstIndex(of: UInt8(ascii: "]")) {
      host = rest[(rest.startIndex + 1)..<close]
      rest = rest[(close + 1)...]
      guard let address = ipv6(host) else { return nil }
      return finish(address, isIPv4: false, rest)
    }
    let end = rest.firstIndex { $0 == UInt8(ascii: "/") || ($0 == UInt8(ascii: ":") && rest.contains(UInt8(ascii: "."))) } ?? rest.endIndex
    if let address = ipv4(rest[..<end]) { return finish(0xffff_0000_0000 | UInt128(address), isIPv4: true, rest[end...]) }
    let slash = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
    guard let address = ipv6(rest[..<slash]) else { return nil }
    return finish(address, isIPv4: false, rest[slash...])
  }

  /// What follows the address: nothing, `/prefix` or `:port`.
  private static func finish(_ address: UInt128, isIPv4: Bool, _ rest: ArraySlice<UInt8>) -> Pattern? {
    guard let sign = rest.first else { return Pattern(isIPv4: isIPv4, low: address, high: address) }
    let number = decimal(rest.dropFirst())
    if sign == UInt8(ascii: ":"), let number, number <= 65_535 {
      return Pattern(isIPv4: isIPv4, low: address, high: address, port: UInt16(number))
    }
    let bits = isIPv4 ? 32 : 128
    guard sign == UInt8(ascii: "/"), let number, number <= bits else { return nil }
    let below = number == 0 && bits == 128 ? UInt128.max : (UInt128(1) << UInt128(bits - number)) - 1
    return Pattern(isIPv4: isIPv4, low: address & ~below, high: address | below)
  }

  /// Up to five digits.
  private static func decimal(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...5).contains(digits.count), digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  static func ipv4(_ text: ArraySlice<UInt8>) -> UInt32? {
    let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var address: UInt32 = 0
    for part in parts {
      guard part.count <= 3, let value = decimal(part), value <= 255 else { return nil }
      address = address << 8 | UInt32(value)
    }
    return address
  }

  static func ipv6(_ text: ArraySlice<UInt8>) -> UInt128? {
    guard text.count <= 45 else { return nil }
    guard let gap = doubleColon(text) else {
      guard let groups = groups(text), groups.count == 8 else { return nil }
      return join(groups)
    }
    guard let head = groups(text[..<gap]), let tail = groups(text[(gap + 2)...]), head.count + tail.count <= 7 else { return nil }
    return join(head + [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail)
  }

  /// The place of the first `::`; a second one fails as an empty group.
  private static func doubleColon(_ text: ArraySlice<UInt8>) -> Int? {
    text.indices.dropLast().first { text[$0] == UInt8(ascii: ":") && text[$0 + 1] == UInt8(ascii: ":") }
  }

  /// Groups of hex digits; the last may be an IPv4 address, which makes two.
  private static func groups(_ text: ArraySlice<UInt8>) -> [UInt16]? {
    if text.isEmpty { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, let address = ipv4(part) {
        groups += [UInt16(truncatingIfNeeded: address >> 16), UInt16(truncatingIfNeeded: address)]
      } else {
        guard (1...4).contains(part.count), let value = UInt16(String(decoding: part, as: UTF8.self), radix: 16), part.first != UInt8(ascii: "+") else {
          return nil
        }
        groups.append(value)
      }
    }
    return groups
  }

  private static func join(_ groups: [UInt16]) -> UInt128 { groups.reduce(0) { $0 << 16 | UInt128($1) } }
}

/// Comparisons of addresses.
extension FilterComparison {
  func addressTest(_ walk: @escaping FilterWalk<Endpoint>) throws(FilterError) -> FilterTest {
    if operation == .contains || operation == .matches { throw refuse("== != or in, also with a network such as 10.0.0.0/24") }
    var patterns: [FilterAddress.Pattern] = []
    for operand in operands { patterns.append(try pattern(operand)) }
    if let only = patterns.first, patterns.count == 1 {
      return Self.quantified(walk, operation.quantifier) { _, endpoint in only.contains(endpoint) }
    }
    return Self.quantified(walk, operation.quantifier) { [patterns] _, endpoint in patterns.contains { $0.contains(endpoint) } }
  }

  private func pattern(_ operand: FilterOperand) throws(FilterError) -> FilterAddress.Pattern {
    var pattern = try address(operand.low)
    if let high = operand.high {
      let end = try address(high)
      guard end.isIPv4 == pattern.isIPv4, end.port == nil, pattern.port == nil, pattern.low <= end.high else {
        throw source.error(operand.low.range.lowerBound..<high.range.upperBound, "a range goes from one address to a higher one of the same kind")
      }
      pattern.high = end.high
    }
    guard operation.isOrdering else { return pattern }
    if pattern.port != nil { throw source.error(operand.low, "\"\(operation.symbol)\" compares addresses; leave the port out") }
    let least: UInt128 = pattern.isIPv4 ? 0xffff_0000_0000 : 0
    let greatest: UInt128 = pattern.isIPv4 ? 0xffff_ffff_ffff : .max
    return ordered(pattern, least, greatest)
  }

  /// The addresses that an ordering lets through. An impossible one becomes a range that holds nothing.
  private func ordered(_ pattern: FilterAddress.Pattern, _ least: UInt128, _ greatest: UInt128) -> FilterAddress.Pattern {
    var pattern = pattern
    let (low, high) = (pattern.low, pattern.high)
    switch operation {
    case .less: (pattern.low, pattern.high) = low == least ? (1, 0) : (least, low - 1)
    case .lessOrEqual: (pattern.low, pattern.high) = (least, high)
    case .greater: (pattern.low, pattern.high) = high == greatest ? (1, 0) : (high + 1, greatest)
    default: (pattern.low, pattern.high) = (low, greatest)
    }
    return pattern
  }

  private func address(_ token: FilterToken) throws(FilterError) -> FilterAddress.Pattern {
    let token = try plain(token)
    guard let found = FilterAddress.parse(token.bytes) else {
      throw source.error(
        token, "this is no address; write 10.0.0.7, 10.0.0.0/24 or fe80::1\(field.kind == .endpoint ? ", with a port 10.0.0.7:5000 or [fe80::1]:5000" : "")")
    }
    if found.port != nil && field.kind != .endpoint {
      throw source.error(token, "\(fieldToken.text) has no port; compare the port with port, src.port or dst.port")
    }
    if case .host(let ipv4?) = field.kind, ipv4 != found.isIPv4 {
      throw source.error(token, "\(fieldToken.text) is always \(ipv4 ? "IPv4" : "IPv6"); use \(ipv4 ? "ipv6.addr" : "ip.addr"), or addr for both")
    }
    return field.kind == .address ? found.unmapped : found
  }
}
