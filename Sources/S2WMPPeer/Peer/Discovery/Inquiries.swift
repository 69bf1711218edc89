import S2WMPFlow
import S2WMPWire

/// What a question by datagram is for.
enum InquiryPurpose: Hashable {
  /// Init: is the configured server there?
  case server
  /// NF: BSM.
  case serverSearch
  case registration
  case serverIDChange
  /// The user's `lookup`.
  case lookup(Identifier)
  /// BPM to any peer. `all`: the user asked, so peers known before are told again.
  case discovery(all: Bool)
  /// The address of a friend, by serial number.
  case friend(UInt64)
  /// The address of somebody who is to be added.
  case addition(Identifier)
}

/// A question by datagram that waits for its answer: repeated with the same `request_id` after a second, three tries in all (S2WMP wire format, section 4).
struct Inquiry {
  let purpose: InquiryPurpose
  let type: PacketType
  let packet: [UInt8]
  let destination: DatagramDestination
  /// Who asks and, in LP and BPM, who is looked up.
  let asker: Identifier
  let wanted: Identifier
  var tries = 1
  /// Who answered a BPM already.
  var heard: Set<Identifier> = []

  static let tryInterval = UInt64.seconds(1)
  static let tryLimit = 3
  /// Questions that may be open at once.
  static let limit = 4096
}

extension Peer {
  /// False when too many questions are open.
  @discardableResult func ask(_ purpose: InquiryPurpose, packet: PeerPacket, to destination: DatagramDestination) -> Bool {
    guard inquiries.count < Inquiry.limit else { return false }
    let id = randomID()
    let bytes = packet.bytes(requestID: id, wall: now.wall)
    var wanted = Identifier.zero
    var type = PacketType.registration
    switch packet {
    case .registration: break
    case .lookup(let kind, _, let id): (type, wanted) = (kind, id)
    case .idChangeToServer: type = .idChange
    }
    inquiries[id] = Inquiry(purpose: purpose, type: type, packet: bytes, destination: destination, asker: userID, wanted: wanted)
    emit(.datagram(bytes, destination))
    timers.set(.inquiry(id), at: now.monotonic &+ Inquiry.tryInterval)
    return true
  }

  func timeOutInquiry(_ id: UInt64) {
    guard var inquiry = inquiries[id] else { return }
    guard inquiry.tries < Inquiry.tryLimit else {
      inquiries[id] = nil
      return inquiryFailed(inquiry)
    }
    inquiry.tries += 1
    inquiries[id] = inquiry
    emit(.datagram(inquiry.packet, inquiry.destination))
    timers.set(.inquiry(id), at: now.monotonic &+ Inquiry.tryInterval)
  }

  func close(inquiry id: UInt64) {
    inquiries[id] = nil
    timers.cancel(.inquiry(id))
  }

  private func inquiryFailed(_ inquiry: Inquiry) {
    switch inquiry.purpose {
    case .server:
      tell(.registered(status: nil))
      step(.serverMissing)
    case .serverSearch: step(.searchTimeout)
    case .registration: registrationAnswered(nil, askedAs: inquiry.asker)
    case .serverIDChange: register()
    case .lookup(let id): tell(.lookup(id: id, status: nil, address: nil))
    case .discovery: break
    case .friend(let serial): seekEnded(serial, address: nil)
    case .addition(let id): searchEnded(id, address: nil)
    }
  }
}

/// Asking where somebody is.
extension Peer {
  func discover(reportingAll all: Bool) {
    ask(.discovery(all: all), packet: .lookup(.broadcastPeer, userID, .zero), to: .peers)
  }

  func lookUp(_ id: Identifier) {
    guard let server else { return tell(.error("no bootstrap server is known; name one with --bootstrap, or use discovery")) }
    guard ask(.lookup(id), packet: .lookup(.lookup, userID, id), to: .endpoint(server)) else {
      return tell(.error("\(Inquiry.limit) questions are open already; wait for their answers"))
    }
  }

  /// Asks the server and the local network. How many questions are on their way.
  func search(for id: Identifier, _ purpose: InquiryPurpose) -> Int {
    var asked = 0
    if let server, ask(purpose, packet: .lookup(.lookup, userID, id), to: .endpoint(server)) { asked += 1 }
    if configuration.discovers, ask(purpose, packet: .lookup(.broadcastPeer, userID, id), to: .peers) { asked += 1 }
    return asked
  }

  /// Finds out where a friend is who could not be reached.
  func seek(_ friend: Friend) {
    guard !friend.isSought else { return }
    friend.openSearches = search(for: friend.id, .friend(friend.serial))
    friend.isSought = friend.openSearches > 0
    if !friend.isSought, friend.record.address == nil, friend.guess == nil {
      friend.failures += 1
      friend.retryAt = now.monotonic &+ .seconds(Self.longestBackOff)
    }
    watch(friend)
  }

  func seekEnded(_ serial: UInt64, address: Endpoint?) {
    guard let friend = friends.friend(serial: serial), friend.isSought else { return }
    friend.openSearches -= 1
    if let address { learn(address, of: friend) }
    friend.isSought = address == nil && friend.openSearches > 0
    guard !friend.isSought else { return }
    if address == nil, friend.record.address == nil, friend.guess == nil, friend.route == nil {
      return routeUnknown(friend)
    }
    pump(friend)
  }

  private func routeUnknown(_ friend: Friend) {
    friend.isSought = true
    routeFailed(friend, reason: "nobody knows where \(friend.record.name) is")
    friend.isSought = false
    watch(friend)
  }

  /// Where a friend takes connections now.
  func learn(_ address: Endpoint, of friend: Friend) {
    guard friend.record.address != address else { return }
    friend.record.address = address
    friend.retryAt = min(friend.retryAt, now.monotonic)
    save(friend)
  }
}
