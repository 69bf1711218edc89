import S2WMPWire

/// Replies taken apart. The bytes were framed already.
enum ReplyForm {
  struct Acknowledgement: Hashable {
    var ack: UInt8
    var error: UInt8
    var datetime: UInt64
    var id: Identifier

    func isExactly(_ expected: ExpectedReply) -> Bool {
      error == expected.status && ack == (error == 0 ? 1 : 0) && datetime == expected.datetime && id == expected.id
    }
  }

  struct ChatResponse: Hashable {
    var status: UInt8
    var requestor: Identifier
    var user: Identifier
    var key: [UInt8]
    var nameIsName: Bool

    func isExactly(_ expected: ExpectedReply, key wanted: [UInt8]) -> Bool {
      status == expected.status && requestor == expected.id && user == expected.other && (status != 0 || (key == wanted && nameIsName))
    }
  }

  struct Lookup: Hashable {
    var type: PacketType
    var status: UInt8
    var broadcast: UInt8
    var requestID: UInt64
    var userID: Identifier
    var lookupID: Identifier
    var hasPlace: Bool
    var port: UInt16
    /// Whether the address is one of IPv4.
    var isMapped: Bool

    func isExactly(_ expected: ExpectedReply) -> Bool {
      type == expected.form.type && status == expected.status && broadcast == 0 && requestID == expected.requestID && userID == expected.id
        && (expected.other.isZero || lookupID == expected.other) && hasPlace == (status == 0)
    }
  }

  struct Registration: Hashable {
    var status: UInt8
    var requestID: UInt64

    func isExactly(_ expected: ExpectedReply) -> Bool { status == expected.status && requestID == expected.requestID }
  }

  static func acknowledgement(_ bytes: UnsafeRawBufferPointer) -> Acknowledgement? {
    guard let view = PacketView(framed: bytes, .v1), view.layout == .acknowledgement else { return nil }
    typealias Layout = S2WMPWire.Acknowledgement
    return Acknowledgement(ack: view[Layout.ack], error: view[Layout.error], datetime: view[Layout.datetime], id: view[Layout.userID])
  }

  static func chatResponse(_ bytes: UnsafeRawBufferPointer) -> ChatResponse? {
    guard let view = PacketView(framed: bytes, .v1), view.layout == .chatRequestResponse else { return nil }
    return ChatResponse(
      status: view[ChatRequestResponse.status], requestor: view[ChatRequestResponse.requestorID], user: view[ChatRequestResponse.userID],
      key: Array(view[ChatRequestResponse.publicKey]), nameIsName: UserName.isValid(view[ChatRequestResponse.name]))
  }

  static func lookup(_ bytes: UnsafeRawBufferPointer) -> Lookup? {
    guard let view = PacketView(framed: bytes, .v1), view.layout == .lookupResponse else { return nil }
    let address = view[LookupResponse.address]
    let isZero = address.high == 0 && address.low == 0 && view[LookupResponse.port] == 0
    return Lookup(
      type: view.type, status: view[LookupResponse.status], broadcast: view[LookupResponse.broadcast], requestID: view[LookupResponse.requestID].value,
      userID: view[LookupResponse.userID], lookupID: view[LookupResponse.lookupID], hasPlace: !isZero,
      port: view[LookupResponse.port], isMapped: address.high == 0 && address.low >> 32 == 0xffff)
  }

  static func registration(_ bytes: UnsafeRawBufferPointer) -> Registration? {
    guard let view = PacketView(framed: bytes, .v1), view.layout == .registrationResponse else { return nil }
    return Registration(status: view[RegistrationResponse.status], requestID: view[RegistrationResponse.requestID].value)
  }
}

extension ReplyForm {
  /// Of an RREG, LPR, BSR or BPR.
  static func requestID(_ bytes: ArraySlice<UInt8>) -> UInt64? {
    guard bytes.count > 1 else { return nil }
    let isRegistration = PacketType(rawValue: bytes[bytes.startIndex + 1]) == .registrationResponse
    let offset = isRegistration ? RegistrationResponse.requestID.offset : LookupResponse.requestID.offset
    guard bytes.count >= offset + 8 else { return nil }
    return bytes.dropFirst(offset).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}

extension ExpectedReply.Form {
  var type: PacketType {
    switch self {
    case .acknowledgement: .acknowledgement
    case .chatResponse: .chatRequestResponse
    case .registration: .registrationResponse
    case .lookup: .lookupResponse
    case .serverFound: .broadcastServerResponse
    case .peerFound: .broadcastPeerResponse
    }
  }
}
