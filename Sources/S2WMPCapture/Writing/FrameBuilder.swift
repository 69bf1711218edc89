/// Described packets as frames.
extension PacketDescription {
  /// The frame, however long it is.
  public func frame() throws(FrameBuildError) -> [UInt8] {
    try linkFrame(ipPacket(fragmentableBytes(), fragment: nil))
  }

  /// The frame, or the frames of its fragments when the IP packet is longer than `mtu`.
  public func frames(mtu: Int) throws(FrameBuildError) -> [[UInt8]] {
    let content = try fragmentableBytes()
    let whole = try ipPacket(content, fragment: nil)
    if whole.count <= mtu { return [try linkFrame(whole)] }
    let overhead = try ipPacket([], fragment: FragmentPlace(offset: 0, isLast: false)).count
    let room = (mtu - overhead) & ~7
    guard room >= 8 else { throw .mtuTooSmall(mtu) }
    var frames: [[UInt8]] = []
    for start in stride(from: 0, to: content.count, by: room) {
      frames.append(try fragment(content, at: start..<min(start + room, content.count), isLast: start + room >= content.count))
    }
    return frames
  }

  /// One fragment, whether or not the others exist; its place in the packet is `range`, which begins at a multiple of 8.
  ///
  /// - content: the packet's `fragmentableBytes()`, or other bytes instead of them.
  public func fragment(_ content: [UInt8], at range: Range<Int>, isLast: Bool) throws(FrameBuildError) -> [UInt8] {
    let slice = Array(content[range.clamped(to: 0..<content.count)])
    return try linkFrame(ipPacket(slice, fragment: FragmentPlace(offset: range.lowerBound, isLast: isLast)))
  }

  /// What fragments are cut from: the transport header and payload; in IPv6 also the extension headers that follow a fragment header.
  public func fragmentableBytes() throws(FrameBuildError) -> [UInt8] {
    let transport = try transportBytes()
    return source.isIPv4 ? transport : extensionBytes(laterHeaders, then: self.transport.protocolNumber) + transport
  }

  private func linkFrame(_ packet: [UInt8]) throws(FrameBuildError) -> [UInt8] {
    if !vlanTags.isEmpty, !link.carriesTags { throw .tagsNeedEthernet }
    return link.frame(packet, from: source, to: destination, tags: vlanTags)
  }
}

/// Where a fragment's bytes stand in its packet.
struct FragmentPlace {
  /// In bytes; headers count it in eights.
  var offset: Int
  var isLast: Bool
}

/// IP headers.
extension PacketDescription {
  func ipPacket(_ content: [UInt8], fragment: FragmentPlace?) throws(FrameBuildError) -> [UInt8] {
    source.isIPv4 ? try ipv4Packet(content, fragment: fragment) : try ipv6Packet(content, fragment: fragment)
  }

  private func ipv4Packet(_ content: [UInt8], fragment: FragmentPlace?) throws(FrameBuildError) -> [UInt8] {
    let options = ip.options + [UInt8](repeating: 0, count: -ip.options.count & 3)
    if options.count > 40 { throw .tooLong(what: "A row of IPv4 options", length: ip.options.count, limit: 40) }
    let total = 20 + options.count + content.count
    let length = try Self.length(ip.length, total, of: "An IPv4 packet")
    var fragmentField: UInt16 = fragment == nil && ip.dontFragment ? 0x4000 : 0
    if let fragment { fragmentField = UInt16(truncatingIfNeeded: fragment.offset / 8) & 0x1fff | (fragment.isLast ? 0 : 0x2000) }
    var header: [UInt8] = [0x45 + UInt8(options.count / 4), 0]
    header.putBigEndian(length)
    header.putBigEndian(UInt16(truncatingIfNeeded: ip.identification))
    header.putBigEndian(fragmentField)
    header += [ip.hopLimit, transport.protocolNumber, 0, 0] + source.addressBytes + destination.addressBytes + options
    var checksum = InternetChecksum()
    checksum.add(header)
    header.setBigEndian(ip.checksum ?? checksum.value, at: 10)
    return header + content
  }

  private func ipv6Packet(_ content: [UInt8], fragment: FragmentPlace?) throws(FrameBuildError) -> [UInt8] {
    let earlier = ip.extensionHeaders.filter(\.precedesFragment)
    let inner = laterHeaders.first?.type ?? transport.protocolNumber
    var extensions = extensionBytes(earlier, then: fragment == nil ? inner : 44)
    if let fragment {
      extensions += [inner, 0]
      extensions.putBigEndian(UInt16(truncatingIfNeeded: fragment.offset) & 0xfff8 | (fragment.isLast ? 0 : 1))
      extensions.putBigEndian(ip.identification)
    }
    var packet: [UInt8] = [0x60, 0, 0, 0]
    packet.putBigEndian(try Self.length(ip.length, extensions.count + content.count, of: "The payload of an IPv6 packet"))
    packet += [earlier.first?.type ?? (fragment == nil ? inner : 44), ip.hopLimit]
    return packet + source.addressBytes + destination.addressBytes + extensions + content
  }

  private var laterHeaders: [ExtensionHeader] { ip.extensionHeaders.filter { !$0.precedesFragment } }

  /// The headers one after another, each naming its successor.
  private func extensionBytes(_ headers: [ExtensionHeader], then last: UInt8) -> [UInt8] {
    var bytes: [UInt8] = []
    for (index, header) in headers.enumerated() {
      let content = header.content + [UInt8](repeating: 0, count: -(header.content.count + 2) & 7)
      bytes += [index + 1 < headers.count ? headers[index + 1].type : last, UInt8(truncatingIfNeeded: (content.count + 2) / 8 - 1)] + content
    }
    return bytes
  }

  private static func length(_ stated: UInt16?, _ length: Int, of what: String) throws(FrameBuildError) -> UInt16 {
    if let stated { return stated }
    guard let short = UInt16(exactly: length) else { throw .tooLong(what: what, length: length, limit: Int(UInt16.max)) }
    return short
  }
}

extension ExtensionHeader {
  /// RFC 8200 §4.5: hop-by-hop and routing headers are read on the way, so they stand in every fragment.
  fileprivate var precedesFragment: Bool { type == 0 || type == 43 }
}

/// Transport headers.
extension PacketDescription {
  private func transportBytes() throws(FrameBuildError) -> [UInt8] {
    if source.isIPv4 != destination.isIPv4 { throw .mixedFamilies(source, destination) }
    switch transport {
    case .tcp(let tcp): return try segment(tcp)
    case .udp(let udp): return try datagram(udp)
    case .other: return payload
    }
  }

  private func segment(_ tcp: TCPDescription) throws(FrameBuildError) -> [UInt8] {
    let options = tcp.options + [UInt8](repeating: 0, count: -tcp.options.count & 3)
    if options.count > 40 { throw .tooLong(what: "A row of TCP options", length: tcp.options.count, limit: 40) }
    var bytes = ports
    bytes.putBigEndian(tcp.sequence)
    bytes.putBigEndian(tcp.acknowledgement)
    bytes += [UInt8(20 + options.count) << 2, tcp.flags.rawValue]
    bytes.putBigEndian(tcp.window)
    bytes += [0, 0, 0, 0] + options + payload
    bytes.setBigEndian(tcp.checksum ?? transportChecksum(bytes), at: 16)
    return bytes
  }

  private func datagram(_ udp: UDPDescription) throws(FrameBuildError) -> [UInt8] {
    var bytes = ports
    bytes.putBigEndian(try Self.length(udp.length, 8 + payload.count, of: "A UDP datagram"))
    bytes += [0, 0] + payload
    let computed = transportChecksum(bytes)
    // RFC 768: a computed sum of zero is sent as all ones, as zero says "none".
    bytes.setBigEndian(udp.checksum ?? (computed == 0 ? 0xffff : computed), at: 6)
    return bytes
  }

  private var ports: [UInt8] {
    var bytes: [UInt8] = []
    bytes.putBigEndian(source.port)
    bytes.putBigEndian(destination.port)
    return bytes
  }

  private func transportChecksum(_ bytes: [UInt8]) -> UInt16 {
    var checksum = InternetChecksum()
    checksum.add(source.addressBytes + destination.addressBytes)
    checksum.add(bytes.count)
    checksum.add(Int(transport.protocolNumber))
    checksum.add(bytes)
    return checksum.value
  }
}
