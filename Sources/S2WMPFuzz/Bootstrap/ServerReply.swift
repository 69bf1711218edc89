import S2WMPFlow
import S2WMPWire

/// Replies of a bootstrap server taken apart. The bytes were framed already.
struct ServerReply {
  var type: PacketType
  var status: UInt8
  var requestID: UInt64
  // LPR and BSR.
  var timestamp: UInt64 = 0
  var broadcast: UInt8 = 0
  var userID = Identifier.zero
  var lookupID = Identifier.zero
  var address = (high: UInt64(0), low: UInt64(0))
  var port: UInt16 = 0

  /// Nil when it is none of RREG, LPR and BSR.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard let view = PacketView(framed: bytes, .v1) else { return nil }
    type = view.type
    switch view.layout {
    case .registrationResponse: (status, requestID) = (view[RegistrationResponse.status], view[RegistrationResponse.requestID].value)
    case .lookupResponse where type != .broadcastPeerResponse:
      (status, requestID) = (view[LookupResponse.status], view[LookupResponse.requestID].value)
      (timestamp, broadcast) = (view[LookupResponse.timestamp], view[LookupResponse.broadcast])
      (userID, lookupID) = (view[LookupResponse.userID], view[LookupResponse.lookupID])
      let place = view[LookupResponse.address]
      (address, port) = ((place.high, place.low), view[LookupResponse.port])
    default: return nil
    }
  }

  var hasNoPlace: Bool { address.high == 0 && address.low == 0 && port == 0 }

  /// The first thing about it that is not as owed; nil: all is.
  ///
  /// - serverID: the server's own ID, when it is known already.
  func fault(_ expected: ExpectedReply, _ places: [Place], serverID: Identifier?) -> Fault? {
    if type != expected.form.type { return .type }
    if requestID != expected.requestID { return .requestID }
    if status != expected.status { return .status }
    if type == .registrationResponse { return nil }
    if userID != expected.id { return .ids }
    if type == .lookupResponse, lookupID != expected.other { return .ids }
    if type == .broadcastServerResponse, lookupID.isZero || lookupID != serverID ?? lookupID { return .serverID }
    if broadcast != 0 { return .broadcast }
    // The responder's own time is never that of a request from nowhere.
    if timestamp == 0 || timestamp == expected.datetime { return .timestamp }
    return hasRightPlace(expected, places) ? nil : .place
  }

  private func hasRightPlace(_ expected: ExpectedReply, _ places: [Place]) -> Bool {
    if status != 0 { return hasNoPlace }
    guard let wanted = expected.place, let place = places.first(where: { $0.source == wanted.source }) else {
      return port != 0 && (address.high != 0 || address.low != 0)
    }
    let port = wanted.isStream ? DefaultServerPort.ofStreams : place.endpoint.port
    return address.high == place.endpoint.high && address.low == place.endpoint.low && self.port == port
  }

  enum Fault {
    case type, requestID, status, ids, serverID, broadcast, timestamp, place
  }
}

/// What REG over TCP stores (S2WMP wire format, section 4).
enum DefaultServerPort {
  static let ofStreams: UInt16 = 5000
}
