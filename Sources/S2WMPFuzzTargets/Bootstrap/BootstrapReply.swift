import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// The answers of a stream, from the front.
struct ReplyBytes {
  private(set) var rest: [UInt8]

  init(_ bytes: [UInt8]) { rest = bytes }

  /// The next one, if there is one of the kind that the request gets.
  mutating func next(_ request: ModelRequest) -> [UInt8]? {
    let length = BootstrapReply.length(request)
    guard rest.count >= length, rest[1] == BootstrapReply.type(request).rawValue else { return nil }
    defer { rest.removeFirst(length) }
    return Array(rest.prefix(length))
  }
}

/// An answer of the server's, beside its request.
struct BootstrapReply {
  private let bytes: [UInt8]
  private let request: ModelRequest

  init(_ bytes: [UInt8], _ request: ModelRequest) { (self.bytes, self.request) = (bytes, request) }

  static func type(_ request: ModelRequest) -> PacketType {
    switch request.kind {
    case .registration, .idChange: .registrationResponse
    case .lookup: .lookupResponse
    case .broadcast: .broadcastServerResponse
    }
  }

  static func length(_ request: ModelRequest) -> Int {
    switch (request.kind, request.dialect) {
    case (.registration, .v1), (.idChange, _): 11
    case (.registration, .legacy): 19
    case (_, .v1): 70
    case (_, .legacy): 63
    }
  }

  /// Whether it is what is due. Gives its status.
  func check(_ due: ModelAnswer, at now: PeerTime) throws(FuzzViolation) -> UInt8 {
    try FuzzViolation.require(
      bytes.count == Self.length(request) && bytes[0] == 1 && bytes[1] == Self.type(request).rawValue, "\(bytes) does not answer \(request)")
    let isRegistration = request.kind == .registration || request.kind == .idChange
    let status = isRegistration ? bytes[2] : bytes[request.dialect == .v1 ? LookupResponse.status.offset : LegacyLookupResponse.status.offset]
    try FuzzViolation.require(due.statuses.contains(status), "the status is \(status), due is \(due.statuses), to \(request)")
    let expected = isRegistration ? registration(status) : lookup(status, status == 0 ? due.address : nil, now)
    try FuzzViolation.require(bytes == expected, "the answer is \(bytes), due is \(expected)")
    return status
  }

  private func registration(_ status: UInt8) -> [UInt8] {
    [1, 9, status] + (request.dialect == .v1 ? request.requestID : request.userID.bytes)
  }

  private func lookup(_ status: UInt8, _ address: Endpoint?, _ now: PeerTime) -> [UInt8] {
    let time = now.wall.wireBytes
    let place = address.map { $0.high.wireBytes + $0.low.wireBytes } ?? [UInt8](repeating: 0, count: 16)
    let head = [1, Self.type(request).rawValue] + time
    if request.dialect == .legacy { return head + [status] + request.requestID + request.target.bytes + request.userID.bytes + place.suffix(4) }
    let id = request.kind == .broadcast ? BootstrapSetting.serverID : request.target
    return head + request.requestID + [status, 0] + request.userID.bytes + id.bytes + place + (address?.port ?? 0).wireBytes
  }
}
