import S2WMPCrypto
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPPeer

/// Packets from outside, made apart from the peer's own code.
enum Build {
  static func message(
    _ text: [UInt8], from sender: Identity = Keys.bob, to receiver: Identity = Keys.alice, datetime: UInt64 = Bench.start,
    status: UInt8 = 0, client: Identifier = ClientID.own
  ) throws -> [UInt8] {
    try sealMessage(
      pair: sender.pair(with: receiver), suite: .dh, receiver: receiver.key, status: status, datetime: datetime, client: client,
      plaintext: text, nonce: [UInt8](repeating: 9, count: 12), contentKey: nil)
  }

  static func message(_ text: String, from sender: Identity = Keys.bob, to receiver: Identity = Keys.alice, datetime: UInt64 = Bench.start)
    throws -> [UInt8]
  {
    try message(Array(text.utf8), from: sender, to: receiver, datetime: datetime)
  }

  static func status(
    _ status: UInt8 = 0, from sender: Identity = Keys.bob, to receiver: Identity = Keys.alice, datetime: UInt64 = Bench.start
  ) throws -> [UInt8] {
    sealStatusChange(pair: try sender.pair(with: receiver), status: status, datetime: datetime, client: ClientID.own)
  }

  static func idChange(
    from old: Identity = Keys.bob, to new: Identity = Keys.carol, at receiver: Identity = Keys.alice, timestamp: UInt64 = Bench.start,
    newID: Identifier? = nil, client: Identifier = ClientID.own, key: [UInt8]? = nil
  ) throws -> [UInt8] {
    sealIDChange(
      pair: try old.pair(with: receiver), timestamp: timestamp, requestID: 5, newIdentityKey: key ?? new.publicKey,
      newID: newID ?? new.userID, client: client)
  }

  static func request(
    from sender: Identity = Keys.carol, to receiver: Identifier = Keys.alice.userID, requestor: Identifier? = nil, key: [UInt8]? = nil,
    name: [UInt8] = Array("carol".utf8)
  ) throws -> [UInt8] {
    var builder = try #require(PacketBuilder(.chatRequest, .v1))
    builder.set(ChatRequest.requestorID, requestor ?? sender.userID)
    builder.set(ChatRequest.userID, receiver)
    builder.set(ChatRequest.publicKey, key ?? sender.publicKey)
    builder.set(ChatRequest.name, name)
    return builder.build()
  }

  static func response(
    _ status: UInt8, requestor: Identifier, user: Identifier, key: [UInt8] = [], name: String = ""
  ) throws -> [UInt8] {
    var builder = try #require(PacketBuilder(.chatRequestResponse, .v1))
    builder.set(ChatRequestResponse.status, status)
    builder.set(ChatRequestResponse.requestorID, requestor)
    builder.set(ChatRequestResponse.userID, user)
    builder.set(ChatRequestResponse.publicKey, key)
    builder.set(ChatRequestResponse.name, Array(name.utf8))
    return builder.build()
  }

  static func ack(_ error: UInt8, datetime: UInt64, userID: Identifier) throws -> [UInt8] {
    var builder = try #require(PacketBuilder(.acknowledgement, .v1))
    builder.set(Acknowledgement.ack, error == 0 ? 1 : 0)
    builder.set(Acknowledgement.error, error)
    builder.set(Acknowledgement.datetime, datetime)
    builder.set(Acknowledgement.userID, userID)
    return builder.build()
  }

  static func lookup(_ type: PacketType, from asker: Identifier, for wanted: Identifier = .zero, requestID: UInt64 = 77) throws -> [UInt8] {
    var builder = try #require(PacketBuilder(type, .v1))
    builder.set(Lookup.timestamp, Bench.start)
    builder.set(Lookup.requestID, Opaque64(requestID))
    builder.set(Lookup.broadcast, type == .lookup ? 0 : 1)
    builder.set(Lookup.userID, asker)
    builder.set(Lookup.lookupID, wanted)
    return builder.build()
  }

  /// The response to a question, as a server or a peer gives it.
  static func lookupResponse(
    _ type: PacketType, to question: [UInt8], status: UInt8 = 0, lookupID: Identifier? = nil, endpoint: Endpoint?
  ) throws -> [UInt8] {
    let (requestID, asker, wanted) = question.withUnsafeBytes { bytes in
      let base = bytes.baseAddress.unsafelyUnwrapped
      return (Lookup.requestID.load(base), Lookup.userID.load(base), Lookup.lookupID.load(base))
    }
    var builder = try #require(PacketBuilder(type, .v1))
    builder.set(LookupResponse.timestamp, Bench.start)
    builder.set(LookupResponse.requestID, requestID)
    builder.set(LookupResponse.status, status)
    builder.set(LookupResponse.userID, asker)
    builder.set(LookupResponse.lookupID, lookupID ?? wanted)
    if let endpoint {
      builder.set(LookupResponse.address, Address128(high: endpoint.high, low: endpoint.low))
      builder.set(LookupResponse.port, endpoint.port)
    }
    return builder.build()
  }

  /// RREG to a REG or IC.
  static func registered(_ status: UInt8, to question: [UInt8]) throws -> [UInt8] {
    let at = question[1] == PacketType.idChange.rawValue ? IDChange.requestID.offset : Registration.requestID.offset
    let requestID = question.withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: at, as: UInt64.self)) }
    var builder = try #require(PacketBuilder(.registrationResponse, .v1))
    builder.set(RegistrationResponse.status, status)
    builder.set(RegistrationResponse.requestID, Opaque64(requestID))
    return builder.build()
  }
}

extension [UInt8] {
  /// For expectations: what an ACK or CRR says.
  var said: String {
    withUnsafeBytes { bytes in
      guard let view = PacketView(bytes, .v1) else { return "?" }
      switch view.type {
      case .acknowledgement:
        let (ack, error) = (view[Acknowledgement.ack], view[Acknowledgement.error])
        return "ACK(\(ack),\(error)) \(view[Acknowledgement.datetime]) \(view[Acknowledgement.userID])"
      case .chatRequestResponse: return "CRR(\(view[ChatRequestResponse.status]))"
      default: return view.type.shortName ?? "?"
      }
    }
  }

  func changed(at index: Int, by mask: UInt8 = 1) -> [UInt8] {
    var copy = self
    copy[index] ^= mask
    return copy
  }
}
