import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// Place of a lane in `Lanes.all`; 0 for all that were not kept apart.
typealias LaneNumber = UInt16

/// Whom a lane of the ladder stands for.
enum LaneKey: Hashable {
  /// Everybody beyond the limit.
  case others
  /// A host: its address, with port 0.
  case host(Endpoint)
  /// A user on a host that talks with itself, whose connections come from ports without a meaning.
  case user(Identifier)
  /// A port of such a host whose user is not known.
  case place(Endpoint)
}

struct Lane {
  var key: LaneKey
  var packets: UInt64 = 0
  /// The first of its users.
  var users: [Identifier] = []
  var isServer = false
  var sends = false

  static let mostUsers = 3
}

/// Who sends and who receives, found out packet by packet, bounded.
struct Lanes {
  private(set) var all = [Lane(key: .others)]
  private var numbers: [LaneKey: LaneNumber] = [:]
  /// On hosts that talk with themselves: whose port is whose.
  private var owners: [Endpoint: Identifier] = [:]

  private static let mostLanes = 4096
  private static let mostOwners = 16_384

  /// The lanes of a packet, made when they are new.
  mutating func number(_ packet: Dissection) -> (from: LaneNumber, to: LaneNumber) {
    let parties = packet.view.map(Parties.init)
    let isOneHost = packet.source.host == packet.destination.host
    let from = key(packet.source, parties?.sender, isOneHost)
    let to = key(packet.destination, parties?.receiver, isOneHost)
    let lanes = (number(of: from), number(of: to))
    note(lanes.0, parties?.sender, isSender: true, isServer: parties?.isFromServer == true)
    note(lanes.1, parties?.receiver, isSender: false, isServer: parties?.isToServer == true)
    return lanes
  }

  private mutating func key(_ endpoint: Endpoint, _ user: Identifier?, _ isOneHost: Bool) -> LaneKey {
    if !isOneHost { return .host(endpoint.host) }
    if let user, owners[endpoint] == nil, owners.count < Self.mostOwners { owners[endpoint] = user }
    return owners[endpoint].map { .user($0) } ?? .place(endpoint)
  }

  private mutating func number(of key: LaneKey) -> LaneNumber {
    if let number = numbers[key] { return number }
    guard all.count < Self.mostLanes else { return 0 }
    let number = LaneNumber(clamping: all.count)
    numbers[key] = number
    all.append(Lane(key: key))
    return number
  }

  private mutating func note(_ number: LaneNumber, _ user: Identifier?, isSender: Bool, isServer: Bool) {
    let index = Int(number)
    all[index].packets += 1
    if isSender { all[index].sends = true }
    if isServer { all[index].isServer = true }
    // What somebody says of themselves counts more than to whom others think they talk.
    guard let user, !isServer, isSender || all[index].users.isEmpty, all[index].users.count < Lane.mostUsers, !all[index].users.contains(user) else { return }
    all[index].users.append(user)
  }
}
