import S2WMPWire

/// What is to be said about a packet to a bootstrap server: the checks that it fails, the one that decides first in the lowest bit, and how it came to
/// be asked (S2WMP wire format, sections 4 and 6.2).
public struct ServerChecks: OptionSet, Hashable, Sendable {
  public var rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  private init(bit: Int) { rawValue = 1 << UInt64(bit) }

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
  /// The source is banned.
  public static let banned = ServerChecks(bit: 17)

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
  /// An ID that is not registered any more, since its time is over.
  public static let expired = ServerChecks(bit: 30)
  /// A registration on which time has passed, but not all that it has.
  public static let aged = ServerChecks(bit: 31)
  /// A registration that would be over if it had not been refreshed.
  public static let prolonged = ServerChecks(bit: 32)
  /// The source was banned, and is so no more.
  public static let pardoned = ServerChecks(bit: 33)
  /// The source asked on while it was banned.
  public static let disturbed = ServerChecks(bit: 34)

  static let circumstances: ServerChecks = [
    .refresh, .newPort, .contested, .moved, .stream, .gone, .expired, .aged, .prolonged, .pardoned, .disturbed,
  ]

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
    case .banned: "6.2/rate.silence"
    default: valid(type)
    }
  }

  /// The same when what was asked was done: an ID that went away by an IC, or with time, is to be gone; one that was refreshed is not.
  func accepted(_ type: PacketType) -> String {
    if first == .unregistered || first == .unknown {
      if contains(.expired) { return "6.2/reg.expiry" }
      if contains(.gone) { return "6.2/ic.moved" }
    }
    return first == .collision && contains(.prolonged) ? "6.2/reg.refresh" : requirement(type)
  }

  /// The same when nothing came.
  func unanswered(_ type: PacketType) -> String { ofBan ?? requirement(type) }

  private var ofBan: String? { contains(.disturbed) ? "6.2/rate.not-extended" : contains(.pardoned) ? "6.2/rate.ends" : nil }

  /// The requirement that a server breaks which refuses a valid request.
  func valid(_ type: PacketType) -> String { ofBan ?? ofRequest(type) }

  private func ofRequest(_ type: PacketType) -> String {
    switch type {
    case .registration where contains(.expired): "6.2/reg.expiry"
    case .registration where contains(.gone): "6.2/ic.moved"
    case .registration: contains(.refresh) ? "6.2/reg.refresh" : contains(.stream) ? "6.2/reg.tcp" : "6.2/reg.stored"
    case .lookup: ofFound
    case .idChange: contains(.stream) ? "6.2/ic.tcp" : "6.2/ic.moved"
    case .broadcastServer: "6.2/bsm.answer"
    default: "4/server.unframed"
    }
  }

  private var ofFound: String {
    if contains(.moved) { return "6.2/ic.moved" }
    if contains(.contested) { return "6.2/reg.collision-kept" }
    return contains(.prolonged) ? "6.2/reg.refresh" : contains(.aged) ? "6.2/reg.expiry" : "6.2/lp.found"
  }

  static func order(_ type: PacketType) -> String { type == .lookup ? "6.2/lp.order" : type == .idChange ? "6.2/ic.order" : "6.2/reg.zero" }
}
