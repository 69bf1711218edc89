import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// Where users are: bootstrap servers and broadcasts.
extension SurveyState {
  /// REG, RREG (S2WMP §3.2.3, §3.2.4).
  mutating func register(_ view: PacketView, _ packet: borrowing Dissection, _ place: PacketPlace, _ isForward: Bool) {
    switch view.layout {
    case .registration: register(view[Registration.userID], view[Registration.requestID].value, view, packet, place, isForward)
    case .legacyRegistration: register(view[LegacyRegistration.userID], 0, view, packet, place, isForward)
    case .legacyRegistrationResponse:
      answer(packet, echo: 0)
      bootstrap.noteServer(packet.source.host)
      let user = users.find(view[LegacyRegistrationResponse.userID], place)
      noteOutcome(view[LegacyRegistrationResponse.status], of: user)
    default:
      let asked = answer(packet, echo: view[RegistrationResponse.requestID].value)
      bootstrap.noteServer(packet.source)
      guard asked?.type != PacketType.idChange.rawValue else { return }
      noteOutcome(view[RegistrationResponse.status], of: asked?.asker ?? -1)
    }
  }

  private mutating func register(
    _ id: Identifier, _ echo: UInt64, _ view: PacketView, _ packet: borrowing Dissection, _ place: PacketPlace, _ isForward: Bool
  ) {
    let user = users.find(id, place)
    users.noteSent(user, message: false)
    users.noteRegistration(user)
    users.note(address: packet.registeredAddress, of: user)
    conversations.place(id, atSource: true, isForward)
    bootstrap.noteRegistration()
    bootstrap.noteAsked(packet.destination)
    request(view, packet, echo, user)
  }

  private mutating func noteOutcome(_ status: UInt8, of user: Int32) {
    bootstrap.noteRegistrationResponse(isAccepted: status == 0)
    users.note(registrationStatus: status, of: user)
  }

  // MARK: - Lookups

  /// LP, LPR and the broadcasts of the same layout (S2WMP §3.2.5).
  mutating func search(_ view: PacketView, _ packet: borrowing Dissection, _ place: PacketPlace, _ isForward: Bool) {
    switch view.layout {
    case .lookup:
      let asker = speaker(view[Lookup.userID], packet, place, isForward)
      if view.type != .broadcastServer { _ = users.find(view[Lookup.lookupID], place) }
      if view.type == .lookup { lookUp(view[Lookup.userID], view[Lookup.lookupID], packet, place) }
      request(view, packet, view[Lookup.requestID].value, asker)
    case .lookupResponse: found(view, packet, place, isForward)
    case .legacyLookup:
      let asker = speaker(view[LegacyLookup.userID], packet, place, isForward)
      _ = users.find(view[LegacyLookup.lookupID], place)
      lookUp(view[LegacyLookup.userID], view[LegacyLookup.lookupID], packet, place)
      request(view, packet, view[LegacyLookup.requestID].low, asker)
    default:
      answer(packet, echo: view[LegacyLookupResponse.requestID].low)
      bootstrap.noteServer(packet.source.host)
      bootstrap.noteLookupResponse(isFound: view[LegacyLookupResponse.status] == 0)
      // The authors' server writes the ID that was looked up into `user_id`.
      _ = users.find(view[LegacyLookupResponse.lookupID], place)
      let user = users.find(view[LegacyLookupResponse.userID], place)
      if view[LegacyLookupResponse.status] == 0 { users.note(address: Endpoint(view[LegacyLookupResponse.address]), of: user) }
    }
  }

  private mutating func lookUp(_ from: Identifier, _ to: Identifier, _ packet: borrowing Dissection, _ place: PacketPlace) {
    bootstrap.noteLookup(from, to, place.file, place.frame)
    bootstrap.noteAsked(packet.destination)
  }

  private mutating func found(_ view: PacketView, _ packet: borrowing Dissection, _ place: PacketPlace, _ isForward: Bool) {
    answer(packet, echo: view[LookupResponse.requestID].value)
    _ = users.find(view[LookupResponse.userID], place)
    let endpoint = Endpoint(view[LookupResponse.address], view[LookupResponse.port])
    let isFound = view[LookupResponse.status] == 0
    switch view.type {
    case .broadcastServerResponse:
      bootstrap.noteServer(packet.source)
      if isFound { bootstrap.noteServer(endpoint) }
    case .lookupResponse:
      bootstrap.noteServer(packet.source)
      bootstrap.noteLookupResponse(isFound: isFound)
      let user = users.find(view[LookupResponse.lookupID], place)
      if isFound { users.note(address: endpoint, of: user) }
    default:
      let user = speaker(view[LookupResponse.lookupID], packet, place, isForward)
      if isFound { users.note(address: endpoint, of: user) }
    }
  }

  // MARK: - Legacy broadcasts

  /// UB. The short form is an answer that repeats the asker's own bytes: its ID is not the sender's.
  mutating func announce(_ view: PacketView, _ packet: borrowing Dissection, _ place: PacketPlace, _ isForward: Bool) {
    learnName(packet)
    guard view.bytes.count != UserBroadcast.shortLength else {
      answer(packet, echo: 0)
      _ = users.find(view[UserBroadcast.userID], place)
      return
    }
    let user = speaker(view[UserBroadcast.userID], packet, place, isForward)
    users.note(name: view.broadcastName, of: user)
    request(view, packet, 0, user)
  }
}

extension Dissection {
  /// What a bootstrap server stores of a registration: the source of a datagram; of a connection only its address, with the peers' own port.
  fileprivate var registeredAddress: Endpoint {
    dialect == .v1 && transport == .udp ? source : Endpoint(high: source.high, low: source.low, port: DefaultPort.peer, isIPv4: source.isIPv4)
  }
}

extension Endpoint {
  /// The `address` and `port` fields: IPv4 stands there as `::ffff:a.b.c.d`.
  init(_ address: Address128, _ port: UInt16) {
    self.init(high: address.high, low: address.low, port: port, isIPv4: address.high == 0 && address.low >> 32 == 0xffff)
  }

  /// The legacy `address` field; legacy peers all take connections on one port.
  init(_ address: Address32) { self = .ipv4(address.value, port: DefaultPort.peer) }
}
