/// Endpoints and addresses from text.
extension Endpoint {
  /// `10.0.0.7:5000` or `[fe80::1]:5000`; nil for anything else (names, zone indices, missing ports).
  public init?(text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")), let port = AddressParser.port(bytes[(colon + 1)...]) else { return nil }
    let host = bytes[..<colon]
    if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]"), host.count > 2 {
      guard let address = AddressParser.ipv6(host.dropFirst().dropLast()) else { return nil }
      self.init(high: address.high, low: address.low, port: port, isIPv4: false)
    } else {
      guard let address = AddressParser.ipv4(host) else { return nil }
      self = .ipv4(address, port: port)
    }
  }

  /// A bare IPv4 (`10.0.0.7`) or IPv6 (`fe80::1`) address, with the port beside it.
  public init?(address: some StringProtocol, port: UInt16) {
    let bytes = Array(address.utf8)
    if let ipv4 = AddressParser.ipv4(bytes[...]) {
      self = .ipv4(ipv4, port: port)
    } else if let ipv6 = AddressParser.ipv6(bytes[...]) {
      self.init(high: ipv6.high, low: ipv6.low, port: port, isIPv4: false)
    } else {
      return nil
    }
  }
}

/// Addresses in their textual forms, strict: no leading zeros or signs in dotted IPv4, no zone index.
enum AddressParser {
  static func port(_ text: ArraySlice<UInt8>) -> UInt16? {
    guard let value = decimal(text, digits: 5) else { return nil }
    return UInt16(exactly: value)
  }

  static func ipv4(_ text: ArraySlice<UInt8>) -> UInt32? {
    let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var address: UInt32 = 0
    for part in parts {
      guard let value = decimal(part, digits: 3), value < 256, part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
      address = address << 8 | value
    }
    return address
  }

  static func ipv6(_ text: ArraySlice<UInt8>) -> (high: UInt64, low: UInt64)? {
    let colon = UInt8(ascii: ":")
    var index = text.startIndex
    while index + 1 < text.endIndex, !(text[index] == colon && text[index + 1] == colon) { index += 1 }
    guard index + 1 < text.endIndex else {
      guard let groups = groups(text), groups.count == 8 else { return nil }
      return halves(groups)
    }
    guard let front = groups(text[..<index]), let back = groups(text[(index + 2)...]), front.count + back.count < 8 else { return nil }
    // A dotted IPv4 address may only stand last.
    guard !text[..<index].contains(UInt8(ascii: ".")) else { return nil }
    return halves(front + [UInt16](repeating: 0, count: 8 - front.count - back.count) + back)
  }

  private static func groups(_ text: ArraySlice<UInt8>) -> [UInt16]? {
    if text.isEmpty { return [] }
    let parts = text.split(separator: UInt8(ascii: ":"), maxSplits: 8, omittingEmptySubsequences: false)
    var groups: [UInt16] = []
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
        guard let address = ipv4(part) else { return nil }
        groups += [UInt16(truncatingIfNeeded: address >> 16), UInt16(truncatingIfNeeded: address)]
      } else {
        guard let group = hexadecimal(part) else { return nil }
        groups.append(group)
      }
    }
    return groups
  }

  private static func halves(_ groups: [UInt16]) -> (high: UInt64, low: UInt64) {
    let high = groups[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
    let low = groups[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
    return (high, low)
  }

  private static func decimal(_ text: ArraySlice<UInt8>, digits: Int) -> UInt32? {
    guard !text.isEmpty, text.count <= digits else { return nil }
    var value: UInt32 = 0
    for byte in text {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + UInt32(byte - UInt8(ascii: "0"))
    }
    return value
  }

  private static func hexadecimal(_ text: ArraySlice<UInt8>) -> UInt16? {
    guard !text.isEmpty, text.count <= 4 else { return nil }
    var value: UInt16 = 0
    for byte in text {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt16(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt16(byte - UInt8(ascii: "a") + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt16(byte - UInt8(ascii: "A") + 10)
      default: return nil
      }
    }
    return value
  }
}
