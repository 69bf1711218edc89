import S2WMPFlow
import S2WMPWire

/// What becomes of one framed packet from TCP (S2WMP wire format, section 6.1).
extension Peer {
  func handle(_ bytes: UnsafeRawBufferPointer, on connection: Connection) {
    switch rules.fate(of: bytes) {
    case .crash: return emit(.crash)
    case .hang:
      connection.hangs = true
      return
    case .handle: break
    }
    guard !connection.hangs, let packet = PacketView(framed: bytes, .v1) else { return }
    switch packet.layout {
    case .messaging: receiveMessaging(packet, on: connection)
    case .acknowledgement: receiveAcknowledgement(packet, on: connection)
    case .chatRequest: receiveChatRequest(packet, on: connection)
    case .chatRequestResponse: receiveChatResponse(packet, on: connection)
    case .idChange: receiveIDChange(packet, on: connection)
    // REG, LP, BSM, BPM and the answers to them are not for a peer's TCP port: ignored, the connection kept.
    default: break
    }
    if rules.closesAfterPacket, connection.phase == .open { close(connection, reason: "one packet a connection") }
  }

  /// ACK (S2WMP §3.2.6) behind the answers that the connection already has.
  func acknowledge(_ error: UInt8, datetime: UInt64, userID: Identifier, receiverID: Identifier, on connection: Connection) {
    guard connection.phase == .open else { return }
    let fields = rules.acknowledgement(AckFields(ack: error == 0 ? 1 : 0, error: error, datetime: datetime, userID: userID), receiver: receiverID)
    var packet = (
      protocolVersion, PacketType.acknowledgement.rawValue, fields.ack, fields.error, UInt32(truncatingIfNeeded: fields.datetime >> 32).bigEndian,
      UInt32(truncatingIfNeeded: fields.datetime).bigEndian, UInt32(truncatingIfNeeded: fields.userID.high >> 32).bigEndian,
      UInt32(truncatingIfNeeded: fields.userID.high).bigEndian, UInt32(truncatingIfNeeded: fields.userID.low >> 32).bigEndian,
      UInt32(truncatingIfNeeded: fields.userID.low).bigEndian
    )
    withUnsafeBytes(of: &packet) { connection.answers.append(contentsOf: $0) }
    markUnflushed(connection)
  }
}

/// The fields of an ACK that say something.
struct AckFields {
  var ack: UInt8
  var error: UInt8
  var datetime: UInt64
  var userID: Identifier
}
