/// Why a described packet has no bytes.
public enum FrameBuildError: Error, Hashable, Sendable, CustomStringConvertible {
  case mixedFamilies(Endpoint, Endpoint)
  /// More than an IP packet, or the part of a fragment, can say in its length field.
  case tooLong(what: String, length: Int, limit: Int)
  case tagsNeedEthernet
  /// The MTU leaves no room for a fragment's 8 bytes, or a segment's one.
  case mtuTooSmall(Int)

  public var description: String {
    switch self {
    case .mixedFamilies(let source, let destination):
      "A packet from \(source) to \(destination) cannot be built: one address is IPv4 and the other IPv6."
    case .tooLong(let what, let length, let limit):
      "\(what) of \(length) bytes cannot be built: at most \(limit) bytes fit."
    case .tagsNeedEthernet:
      "VLAN tags cannot stand in frames without an Ethernet type: use Ethernet or Linux cooked framing."
    case .mtuTooSmall(let mtu):
      "An MTU of \(mtu) bytes leaves no room for data after the headers: use a larger one."
    }
  }
}
