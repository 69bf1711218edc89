import S2WMPWire

/// The users at both ends of a packet, as far as the packet itself says.
struct Parties {
  var sender: Identifier?
  var receiver: Identifier?
  /// Only a bootstrap server receives or sends such a packet.
  var isToServer = false
  var isFromServer = false
  /// What the packet tells of who knows whom.
  var contact: (from: Identifier, to: Identifier, kind: ContactKind)?

  init(_ view: PacketView) {
    switch view.layout {
    case .messaging: messaging(view[Messaging.senderID], view[Messaging.receiverID])
    case .legacyMessaging: messaging(view[LegacyMessaging.senderID], view[LegacyMessaging.receiverID])
    case .chatRequest: request(view[ChatRequest.requestorID], view[ChatRequest.userID])
    case .legacyChatRequest: request(view[LegacyChatRequest.requestorID], view[LegacyChatRequest.userID])
    case .chatRequestResponse: (sender, receiver) = (view[ChatRequestResponse.userID], view[ChatRequestResponse.requestorID])
    case .acknowledgement: receiver = view[Acknowledgement.userID]
    case .idChange: sender = view[IDChange.userID]
    default: service(view)
    }
    // Zero stands for nobody in particular.
    if sender?.isZero == true { sender = nil }
    if receiver?.isZero == true { receiver = nil }
    if let known = contact, known.from.isZero || known.to.isZero || known.from == known.to { contact = nil }
  }

  private mutating func messaging(_ from: Identifier, _ to: Identifier) {
    (sender, receiver, contact) = (from, to, (from, to, .message))
  }

  private mutating func request(_ from: Identifier, _ to: Identifier) {
    (sender, receiver, contact) = (from, to, (from, to, .request))
  }

  private mutating func service(_ view: PacketView) {
    switch view.layout {
    case .registration: (sender, isToServer) = (view[Registration.userID], true)
    case .legacyRegistration: (sender, isToServer) = (view[LegacyRegistration.userID], true)
    case .registrationResponse, .legacyRegistrationResponse: isFromServer = true
    case .lookup: lookup(view)
    case .legacyLookup: search(view[LegacyLookup.userID], view[LegacyLookup.lookupID])
    case .lookupResponse: found(view)
    case .legacyLookupResponse: (receiver, isFromServer) = (view[LegacyLookupResponse.lookupID], true)
    case .legacyUserBroadcast: sender = view[UserBroadcast.userID]
    default: break
    }
  }

  private mutating func search(_ from: Identifier, _ to: Identifier) {
    (sender, isToServer, contact) = (from, true, (from, to, .lookup))
  }

  private mutating func lookup(_ view: PacketView) {
    let (from, to) = (view[Lookup.userID], view[Lookup.lookupID])
    if view.type == .lookup { return search(from, to) }
    sender = from
    // A question to all peers for one of them tells as much as one to the server.
    if view.type == .broadcastPeer { contact = (from, to, .lookup) }
  }

  private mutating func found(_ view: PacketView) {
    receiver = view[LookupResponse.userID]
    if view.type == .broadcastPeerResponse { sender = view[LookupResponse.lookupID] }
    isFromServer = view.type != .broadcastPeerResponse
  }
}

/// How somebody who only listens learns that two users know each other.
enum ContactKind: Int, CaseIterable {
  case message
  case request
  case lookup

  var name: String {
    switch self {
    case .message: "message"
    case .request: "chat request"
    case .lookup: "lookup"
    }
  }
}
