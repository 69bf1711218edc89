import S2WMPWire

/// What is to be said about a packet to a bootstrap server: the checks that it fails, the one that decides first in the lowest bit, and how it came to
/// be asked (S2WMP wire format, sections 4 and 6.2).
public struct ServerChecks: OptionSet, Hashable, Sendable {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  private init(bit: Int) { rawValue = 1 << UInt32(bit) }

  // What is no packet.
  public static let version = ServerChecks(bit: 0)
  public static let type = ServerChecks(bit: 1)
  public static let keyLength = ServerChecks(bit: 2)
  /// A datagram that ends inside its packet.
  public static let short = ServerChecks(bit: 3)
  /// A datagram with bytes behind its packet.
  public static let trailing = ServerChecks(bit: 4)
  // What is not for a server.
  /// A value that is not defined, in a datagram.
  public static let values = ServerChecks(bit: 5)
  /// Another packet, in a datagram.
  public static let dropped = ServerChecks(bit: 6)
  /// Another packet, in a stream.
  public static let ignored = ServerChecks(bit: 7)
  /// An LP with a value that is not defined, in a stream.
  public static let ignoredLookup = ServerChecks(bit: 8)
  // The rules of section 6.2.
  public static let zeroUser = ServerChecks(bit: 9)
  public static let zeroLookup = ServerChecks(bit: 10)
  /// `new_id` is not the key's.
  public static let newID = ServerChecks(bit: 11)
  public static let unregistered = ServerChecks(bit: 12)
  public static let otherSource = ServerChecks(bit: 13)
  public static let unknown = ServerChecks(bit: 14)
  /// REG: the ID is live from another source.
  public static let collision = ServerChecks(bit: 15)
  /// IC: the new ID is live from another source.
  public static let taken = ServerChecks(bit: 16)

  // How it came to be asked.
  /// The ID was registered from here already.
  public static let refresh = ServerChecks(bit: 24)
  /// A refresh changed the port of what is found.
  public static let newPort = ServerChecks(bit: 25)
  /// Somebody else tried to register the ID.
  public static let contested = ServerChecks(bit: 26)
  /// The ID came by an IC.
  public static let moved = ServerChecks(bit: 27)
  /// It came over TCP.
  public static let stream = ServerChecks(bit: 28)
  /// An ID that is not registered any more, since an IC took it away.
  public static let gone = ServerChecks(bit: 29)

  static let circumstances: ServerChecks = [.refresh, .newPort, .contested, .moved, .stream, .gone]

  /// The check that decides; empty: none fails.
  var first: ServerChecks {
    let failing = subtracting(.circumstances)
    return ServerChecks(rawValue: failing.rawValue & (~failing.rawValue &+ 1))
  }

  /// Those behind the one that decides.
  var later: ServerChecks { subtracting(.circumstances).subtracting(first) }

  /// The status that a request gets which fails just this check.
  var status: UInt8 {
    switch self {
    case .zeroUser, .zeroLookup, .newID: 3
    case .unregistered, .otherSource: 2
    case .unknown, .collision, .taken: 1
    default: 0
    }
  }

  /// Each on its own.
  var each: [ServerChecks] {
    (0..<24).map { ServerChecks(bit: $0) }.filter { contains($0) }
  }
}

// Requirements by what decides.
extension ServerChecks {
  /// The requirement that a server breaks which does not make the check that decides.
  func requirement(_ type: PacketType) -> String {
    switch first {
    case .version, .type, .keyLength, .short: contains(.stream) ? "4/server.unframed" : "4/server.udp.no-answer"
    case .trailing: "4/server.udp.one-packet"
    case .values: "4/server.udp.values"
    case .dropped: "6.2/udp.dropped"
    case .ignored: "4/server.ignored"
    case .ignoredLookup: "4/server.ignored.lp"
    case .zeroUser: type == .lookup ? "6.2/lp.zero-user" : "6.2/reg.zero"
    case .zeroLookup: "6.2/lp.zero-lookup"
    case .newID: "6.2/ic.id"
    case .unregistered: type == .lookup ? "6.2/lp.unregistered" : "6.2/ic.unregistered"
    case .otherSource: type == .lookup ? "6.2/lp.other-source" : "6.2/ic.other-source"
    case .unknown: "6.2/lp.unknown"
    case .collision: "6.2/reg.collision"
    case .taken: "6.2/ic.collision"
    default: valid(type)
    }
  }

  /// The same when what was asked was done: an ID that went away by an IC is to be gone.
  func accepted(_ type: PacketType) -> String {
    guard contains(.gone), first == .unregistered || first == .unknown else { return requirement(type) }
    return "6.2/ic.moved"
  }

  /// The requirement that a server breaks which refuses a valid request.
  func valid(_ type: PacketType) -> String {
    switch type {
    case .registration where contains(.gone): "6.2/ic.moved"
    case .registration: contains(.refresh) ? "6.2/reg.refresh" : contains(.stream) ? "6.2/reg.tcp" : "6.2/reg.stored"
    case .lookup: contains(.moved) ? "6.2/ic.moved" : contains(.contested) ? "6.2/reg.collision-kept" : "6.2/lp.found"
    case .idChange: contains(.stream) ? "6.2/ic.tcp" : "6.2/ic.moved"
    case .broadcastServer: "6.2/bsm.answer"
    default: "4/server.unframed"
    }
  }

  static func order(_ type: PacketType) -> String { type == .lookup ? "6.2/lp.order" : type == .idChange ? "6.2/ic.order" : "6.2/reg.zero" }
}
