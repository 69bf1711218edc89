/// Six bytes of an Ethernet address.
public struct MACAddress: Hashable, Sendable {
  public var bytes: [UInt8]

  /// The low 48 bits of `value`.
  public init(_ value: UInt64) {
    bytes = stride(from: UInt64(40), through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  public static var broadcast: MACAddress { MACAddress(0xffff_ffff_ffff) }

  /// The address a frame to or from `endpoint` gets: always the same one for the same IP address.
  ///
  /// Multicast groups map as RFC 1112 and RFC 2464 say. The netmask is not known, so every IPv4 address that ends in 255 counts as a
  /// broadcast address; all others become locally administered addresses.
  public init(for endpoint: Endpoint) {
    if endpoint.isIPv4 {
      let address = endpoint.low & 0xffff_ffff
      switch address {
      case _ where address >> 28 == 0xe: self.init(0x0100_5e00_0000 | address & 0x7f_ffff)
      case _ where address & 0xff == 0xff: self = .broadcast
      default: self.init(0x0200_0000_0000 | address)
      }
    } else if endpoint.high >> 56 == 0xff {
      self.init(0x3333_0000_0000 | endpoint.low & 0xffff_ffff)
    } else {
      let mixed = endpoint.high ^ (endpoint.low >> 24) ^ (endpoint.low << 8)
      self.init(0x0600_0000_0000 | (mixed ^ mixed >> 32) & 0xff_ffff_ffff)
    }
  }
}

/// One 802.1Q tag.
public struct VLANTag: Hashable, Sendable {
  /// 0x8100, or 0x88a8 for the outer tag of QinQ.
  public var type: UInt16
  /// Priority (3 bits), drop eligible (1), VLAN number (12).
  public var control: UInt16

  public init(_ control: UInt16, type: UInt16 = 0x8100) {
    self.type = type
    self.control = control
  }
}

/// What stands before the IP header.
public enum LinkDescription: Hashable, Sendable {
  /// nil: derived from the IP address. Padded to 60 bytes unless `isPadded` is false.
  case ethernet(source: MACAddress? = nil, destination: MACAddress? = nil, isPadded: Bool = true)
  case linuxCooked
  case linuxCooked2
  /// `ipv6Family`: 24, 28 or 30, depending on the BSD.
  case bsdNull(bigEndian: Bool = false, ipv6Family: UInt32 = 30)
  /// Like `bsdNull`, always big-endian.
  case bsdLoop(ipv6Family: UInt32 = 24)
  case rawIP

  /// The libpcap link type (`DLT_…`).
  public var linkType: Int32 {
    switch self {
    case .ethernet: 1
    case .linuxCooked: 113
    case .linuxCooked2: 276
    case .bsdNull: 0
    case .bsdLoop: 108
    case .rawIP: 12
    }
  }

  var carriesTags: Bool {
    switch self {
    case .ethernet, .linuxCooked, .linuxCooked2: true
    case .bsdNull, .bsdLoop, .rawIP: false
    }
  }
}

extension LinkDescription {
  /// Puts the link header, then `packet`, then Ethernet's padding.
  func frame(_ packet: [UInt8], from source: Endpoint, to destination: Endpoint, tags: [VLANTag]) -> [UInt8] {
    let network: UInt16 = source.isIPv4 ? 0x0800 : 0x86dd
    let type = tags.first?.type ?? network
    var bytes: [UInt8] = []
    switch self {
    case .ethernet(let from, let to, _):
      bytes += (to ?? MACAddress(for: destination)).bytes + (from ?? MACAddress(for: source)).bytes
      bytes.putBigEndian(type)
    case .linuxCooked:
      bytes += [0, 0, 0, 1, 0, 6] + MACAddress(for: source).bytes + [0, 0]
      bytes.putBigEndian(type)
    case .linuxCooked2:
      bytes.putBigEndian(type)
      bytes += [0, 0, 0, 0, 0, 1, 0, 1, 0, 6] + MACAddress(for: source).bytes + [0, 0]
    case .bsdNull(let bigEndian, let ipv6Family):
      let family: UInt32 = source.isIPv4 ? 2 : ipv6Family
      if bigEndian { bytes.putBigEndian(family) } else { bytes.putLittleEndian(family) }
    case .bsdLoop(let ipv6Family):
      bytes.putBigEndian(source.isIPv4 ? 2 as UInt32 : ipv6Family)
    case .rawIP: break
    }
    for (index, tag) in tags.enumerated() {
      bytes.putBigEndian(tag.control)
      bytes.putBigEndian(index + 1 < tags.count ? tags[index + 1].type : network)
    }
    bytes += packet
    if case .ethernet(_, _, true) = self, bytes.count < 60 { bytes += [UInt8](repeating: 0, count: 60 - bytes.count) }
    return bytes
  }
}
