import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// What the first byte of a script chooses: how the peer is set up.
struct PeerSetting {
  static let wall: UInt64 = 1_700_000_000_000
  static let server = Endpoint.ipv4(0x0a00_00fe, port: 5005)
  static let home = Endpoint.ipv4(0x0a00_0001, port: 5000)
  /// A client that the peer allows besides its own program's when the setting says so.
  static let otherClient = ClientID.of(program: "somebody else's/2")
  /// Where others are.
  static let places: [Endpoint] = [
    .ipv4(0x0a00_0042, port: 40_000), .ipv4(0x0a00_0043, port: 5000), Endpoint(high: 0xfe80 << 48, low: 9, port: 5000, isIPv4: false),
    .ipv4(0x7f00_0001, port: 5001), .ipv4(0x0a00_0042, port: 5000), server,
  ]

  var configuration = PeerConfiguration(name: "alice")
  var snapshot: PeerSnapshot

  init(_ byte: UInt8) {
    configuration.acceptance = [.auto, .ask, .deny, .auto][Int(byte & 3)]
    configuration.discovers = byte & 4 != 0
    if byte & 8 != 0 { configuration.bootstrapServer = Self.server }
    if byte & 16 != 0 { configuration.limits = Self.tight }
    if byte & 64 != 0 { configuration.allowedClients = [Self.otherClient] }
    snapshot = PeerSnapshot(identities: [FuzzPeople.own])
    for (number, friend) in FuzzPeople.others.prefix(FuzzPeople.friendsAtStart).enumerated() {
      let address = byte & 32 != 0 ? Self.places.pick(UInt8(number)) : nil
      snapshot.friends.append(
        FriendRecord(id: friend.userID, name: "friend \(number)", publicKey: friend.publicKey, address: address, knowsUsAs: FuzzPeople.own.userID))
    }
    guard byte & 128 != 0, let first = snapshot.friends.first else { return }
    snapshot.status = .invisible
    snapshot.friends[0].sentDatetime = Self.wall - 9
    snapshot.outgoing = [
      OutgoingRecord(to: first.id, datetime: Self.wall - 9, text: "kept"), OutgoingRecord(to: FuzzPeople.others[4].userID, datetime: 5, text: "stray"),
    ]
  }

  private static var tight: PeerLimits {
    var limits = PeerLimits()
    limits.connections = 4
    limits.unfinishedBytes = 300
    limits.pendingRequests = 1
    limits.discoveredPeers = 2
    limits.outgoingMessages = 2
    return limits
  }
}
