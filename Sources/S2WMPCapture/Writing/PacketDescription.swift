/// TCP's flag bits.
public struct TCPFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static var fin: TCPFlags { TCPFlags(rawValue: 1) }
  public static var syn: TCPFlags { TCPFlags(rawValue: 2) }
  public static var rst: TCPFlags { TCPFlags(rawValue: 4) }
  public static var psh: TCPFlags { TCPFlags(rawValue: 8) }
  public static var ack: TCPFlags { TCPFlags(rawValue: 16) }
  public static var urg: TCPFlags { TCPFlags(rawValue: 32) }
}

/// A TCP header; ports stand in the packet's endpoints.
public struct TCPDescription: Hashable, Sendable {
  public var sequence: UInt32
  public var acknowledgement: UInt32
  public var flags: TCPFlags
  public var window: UInt16
  /// Padded with zeros to a multiple of 4; at most 40 bytes.
  public var options: [UInt8]
  /// nil: the right one.
  public var checksum: UInt16?

  public init(
    sequence: UInt32, acknowledgement: UInt32 = 0, flags: TCPFlags, window: UInt16 = 65535, options: [UInt8] = [], checksum: UInt16? = nil
  ) {
    self.sequence = sequence
    self.acknowledgement = acknowledgement
    self.flags = flags
    self.window = window
    self.options = options
    self.checksum = checksum
  }
}

/// A UDP header; ports stand in the packet's endpoints.
public struct UDPDescription: Hashable, Sendable {
  /// nil: the right one.
  public var length: UInt16?
  /// nil: the right one; 0 is "none" in IPv4.
  public var checksum: UInt16?

  public init(length: UInt16? = nil, checksum: UInt16? = nil) {
    self.length = length
    self.checksum = checksum
  }
}

public enum TransportDescription: Hashable, Sendable {
  case tcp(TCPDescription)
  case udp(UDPDescription = UDPDescription())
  /// The payload alone, under this IP protocol number.
  case other(UInt8)

  var protocolNumber: UInt8 {
    switch self {
    case .tcp: 6
    case .udp: 17
    case .other(let number): number
    }
  }
}

/// An IPv6 extension header.
public struct ExtensionHeader: Hashable, Sendable {
  /// 0 hop-by-hop options, 43 routing, 60 destination options.
  public var type: UInt8
  /// What follows the next-header and length bytes; padded with zeros (Pad1 options) to a multiple of 8.
  public var content: [UInt8]

  /// Without content: one option that pads (PadN).
  public init(type: UInt8, content: [UInt8] = [1, 4, 0, 0, 0, 0]) {
    self.type = type
    self.content = content
  }
}

/// The parts of an IP header that are not addresses.
public struct IPDescription: Hashable, Sendable {
  public var hopLimit: UInt8
  public var identification: UInt32
  /// IPv4; left out when the packet is fragmented.
  public var dontFragment: Bool
  /// IPv4; padded with zeros to a multiple of 4; at most 40 bytes.
  public var options: [UInt8]
  /// IPv6. Hop-by-hop and routing headers stand before a fragment header, all others after it.
  public var extensionHeaders: [ExtensionHeader]
  /// IPv4's total length or IPv6's payload length; nil: the right one.
  public var length: UInt16?
  /// IPv4; nil: the right one.
  public var checksum: UInt16?

  public init(
    hopLimit: UInt8 = 64, identification: UInt32 = 0, dontFragment: Bool = true, options: [UInt8] = [],
    extensionHeaders: [ExtensionHeader] = [], length: UInt16? = nil, checksum: UInt16? = nil
  ) {
    self.hopLimit = hopLimit
    self.identification = identification
    self.dontFragment = dontFragment
    self.options = options
    self.extensionHeaders = extensionHeaders
    self.length = length
    self.checksum = checksum
  }
}

/// One packet as a value, from the link header to the payload; what is left at its default becomes a well-formed packet, anything else
/// is written as it is said.
///
///     var packet = PacketDescription(from: alice, to: bob, .udp(), payload: bytes)
///     packet.vlanTags = [VLANTag(7, type: 0x88a8), VLANTag(42)]
///     let frame = try packet.frame()
public struct PacketDescription: Hashable, Sendable {
  public var link: LinkDescription
  /// Outermost first.
  public var vlanTags: [VLANTag]
  public var source: Endpoint
  public var destination: Endpoint
  public var ip: IPDescription
  public var transport: TransportDescription
  public var payload: [UInt8]

  public init(
    from source: Endpoint, to destination: Endpoint, _ transport: TransportDescription, payload: [UInt8] = [],
    link: LinkDescription = .ethernet(), vlanTags: [VLANTag] = [], ip: IPDescription = IPDescription()
  ) {
    self.link = link
    self.vlanTags = vlanTags
    self.source = source
    self.destination = destination
    self.ip = ip
    self.transport = transport
    self.payload = payload
  }
}
