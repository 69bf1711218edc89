import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// What the peer sends on connections.
extension PeerWatch {
  func send(_ id: ConnectionID, _ bytes: [UInt8]) throws(FuzzViolation) {
    guard let line = stage.lines[id], line.phase == .open else { throw FuzzViolation(".send on connection \(id.rawValue), which is not open") }
    var start = 0
    while start < bytes.count {
      guard case .framed(let length) = bytes[start...].withUnsafeBytes({ Framer.frame($0, .v1) }) else {
        throw FuzzViolation("it sends what is no packet: \(bytes[start...])")
      }
      try send(Array(bytes[start..<(start + length)]), on: line)
      start += length
    }
    try FuzzViolation.require(!bytes.isEmpty, "it sends nothing")
  }

  private func send(_ packet: [UInt8], on line: PeerLine) throws(FuzzViolation) {
    switch PacketType(rawValue: packet[1]) {
    case .acknowledgement: try packet.withPacket { packet throws(FuzzViolation) in try acknowledge(packet, on: line) }
    case .chatRequestResponse: try packet.withPacket { packet throws(FuzzViolation) in try respond(packet, on: line) }
    case .message, .statusChange, .idChange, .chatRequest:
      try packet.withPacket { packet throws(FuzzViolation) in try stage.checkRequest(packet, on: line, call) }
      line.requests.append(packet)
      if packet[1] == PacketType.chatRequest.rawValue { stage.lastChatRequest = packet }
    default: throw FuzzViolation("it sends a packet of type \(packet[1]) over TCP")
    }
  }

  private func acknowledge(_ packet: PacketView, on line: PeerLine) throws(FuzzViolation) {
    let (ack, error) = (packet[Acknowledgement.ack], packet[Acknowledgement.error])
    try FuzzViolation.require(packet.bytes.count == 28 && error <= 4 && ack == (error == 0 ? 1 : 0), "ACK with ack \(ack), error \(error)")
    let (datetime, userID) = (packet[Acknowledgement.datetime], packet[Acknowledgement.userID])
    switch nextOwed(on: line, asResponse: nil) {
    case .acknowledgement(let errors, let dueDatetime, let dueID):
      try FuzzViolation.require(
        datetime == dueDatetime && userID == dueID, "an ACK echoes \(datetime) and \(userID) instead of \(dueDatetime) and \(dueID)")
      try FuzzViolation.require(errors.contains(error), "an ACK has error \(error), due is \(errors)")
      if error == 0 { try checkStored(FuzzMessage(sender: userID, datetime: datetime)) }
    case nil where faultsDue.remove(line.id) != nil:
      try FuzzViolation.require(error == 3 && datetime == 0 && userID.isZero, "what cannot be framed gets error \(error), \(datetime), \(userID)")
    default: throw FuzzViolation("an ACK that nothing was owed")
    }
  }

  /// A message that the user sees because of this packet is stored before its ACK.
  private func checkStored(_ message: FuzzMessage) throws(FuzzViolation) {
    guard stage.judge.isCertain, stage.judge.messages.contains(where: { $0.message == message }) else { return }
    try FuzzViolation.require(stage.ledger.hasAccepted(message), "the message \(message) is acknowledged before it is stored")
  }

  private func respond(_ packet: PacketView, on line: PeerLine) throws(FuzzViolation) {
    let status = packet[ChatRequestResponse.status]
    let (requestor, userID) = (packet[ChatRequestResponse.requestorID], packet[ChatRequestResponse.userID])
    if case .response(let statuses, let dueRequestor, let dueUser) = nextOwed(on: line, asResponse: packet) {
      try FuzzViolation.require(statuses.contains(status), "a CRR has status \(status), due is \(statuses)")
      try FuzzViolation.require(requestor == dueRequestor && userID == dueUser, "a CRR names \(requestor) and \(userID), not those of its CR")
    } else {
      let index = line.owedResponses.firstIndex { $0.requestor == requestor && $0.userID == userID }
      guard let index else { throw FuzzViolation("a CRR that nothing was owed, with status \(status)") }
      try FuzzViolation.require([0, 1, 3].contains(status), "a CRR after asking the user has status \(status)")
      line.owedResponses.remove(at: index)
    }
    guard status == 0 else { return }
    let key = Array(packet[ChatRequestResponse.publicKey])
    try FuzzViolation.require(stage.ledger.identities.contains { $0.publicKey == key }, "a CRR carries a key that is not ours")
  }

  /// Takes the next packet to which something is owed at once, if this is the connection that it came on.
  ///
  /// - response: the CRR that is to be explained.
  func nextOwed(on line: PeerLine, asResponse response: PacketView?) -> PeerOwed? {
    guard case .bytes(let own, _, _) = call, own === line else { return nil }
    while !owed.isEmpty {
      switch owed.removeFirst() {
      case .nothing: continue
      case .responseLater(let now, let requestor, let userID):
        let isNow = response.map { response in
          response[ChatRequestResponse.requestorID] == requestor && response[ChatRequestResponse.userID] == userID
            && now.contains(response[ChatRequestResponse.status])
        }
        if isNow == true { return .response(now, requestor: requestor, userID: userID) }
        line.owedResponses.append((requestor, userID))
      case let due: return due
      }
    }
    return nil
  }
}
