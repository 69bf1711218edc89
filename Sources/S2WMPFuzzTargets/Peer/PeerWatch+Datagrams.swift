import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// What a datagram may lead to.
enum DatagramReaction {
  case nothing
  /// BPR; nil: it depends on what is not known here.
  case answer(isDue: Bool?)
  /// It answers a question of the peer's.
  case anything
}

/// Datagrams out: questions of the peer's own, and one kind of answer (S2WMP wire format, section 4: no reflection).
extension PeerWatch {
  func take(datagram bytes: [UInt8], to destination: DatagramDestination) throws(FuzzViolation) {
    try bytes.withPacket { packet throws(FuzzViolation) in
      try FuzzViolation.require(packet.undefinedValues.isEmpty, "a datagram with undefined values: \(bytes)")
      switch packet.type {
      case .broadcastPeerResponse: try answer(packet, destination)
      case .registration: try ask(bytes, packet[Registration.requestID], isFor: destination.isEndpoint)
      case .idChange: try ask(bytes, packet[IDChange.requestID], isFor: destination.isEndpoint)
      case .lookup: try ask(bytes, packet[Lookup.requestID], isFor: destination.isEndpoint)
      case .broadcastPeer: try ask(bytes, packet[Lookup.requestID], isFor: destination == .peers)
      case .broadcastServer: try ask(bytes, packet[Lookup.requestID], isFor: destination == .servers)
      default: throw FuzzViolation("a datagram of type \(packet.type.rawValue)")
      }
    }
  }

  private func ask(_ bytes: [UInt8], _ requestID: Opaque64, isFor destination: Bool) throws(FuzzViolation) {
    try FuzzViolation.require(destination, "a question of type \(bytes[1]) goes to the wrong place")
    if stage.questionIDs.insert(requestID.value).inserted { stage.questions.append(bytes) }
  }

  private func answer(_ answer: PacketView, _ destination: DatagramDestination) throws(FuzzViolation) {
    guard case .datagram(let bytes, let remote) = call, bytes.count == Lookup.length, bytes[1] == PacketType.broadcastPeer.rawValue else {
      throw FuzzViolation("a BPR that no BPM is answered by")
    }
    datagramAnswers += 1
    try FuzzViolation.require(destination == .endpoint(remote), "a BPR goes to somebody who did not ask")
    let stage = stage
    try bytes.withPacket { request throws(FuzzViolation) in
      let echoes = answer[LookupResponse.requestID] == request[Lookup.requestID] && answer[LookupResponse.userID] == request[Lookup.userID]
      try FuzzViolation.require(echoes, "a BPR does not echo its BPM")
      let (id, wanted) = (answer[LookupResponse.lookupID], request[Lookup.lookupID])
      try FuzzViolation.require(stage.judge.ownIDs.contains(id) && (wanted.isZero || id == wanted), "a BPR speaks for \(id)")
      try FuzzViolation.require(answer[LookupResponse.status] == 0 && answer[LookupResponse.port] == PeerSetting.home.port, "a BPR without our address")
    }
  }
}

extension PeerStage {
  func reaction(toDatagram bytes: [UInt8]) -> DatagramReaction {
    bytes.withUnsafeBytes { raw in
      guard !hasStopped, let packet = PacketView(raw, .v1), packet.undefinedValues.isEmpty else { return .nothing }
      switch packet.layout {
      case .lookup where packet.type == .broadcastPeer: return .answer(isDue: mustAnswer(packet[Lookup.userID], packet[Lookup.lookupID]))
      case .lookupResponse: return questionIDs.contains(packet[LookupResponse.requestID].value) ? .anything : .nothing
      case .registrationResponse: return questionIDs.contains(packet[RegistrationResponse.requestID].value) ? .anything : .nothing
      default: return .nothing
      }
    }
  }

  /// BPM (S2WMP wire format, section 6.1): for us or for anybody; when invisible, from friends only; never our own.
  private func mustAnswer(_ asker: Identifier, _ wanted: Identifier) -> Bool? {
    guard asker != judge.identity.userID, wanted.isZero || judge.ownIDs.contains(wanted) else { return false }
    guard ledger.status != .invisible || ledger.friends[asker] != nil else { return false }
    let isFormer = judge.ownIDs.contains(asker) || !(wanted.isZero || wanted == judge.identity.userID)
    return isFormer ? nil : true
  }
}

extension DatagramDestination {
  var isEndpoint: Bool {
    if case .endpoint = self { return true }
    return false
  }
}

extension [UInt8] {
  /// Lends them as one packet.
  func withPacket(_ body: (PacketView) throws(FuzzViolation) -> Void) throws(FuzzViolation) {
    var violation: FuzzViolation?
    withUnsafeBytes { raw in
      guard let packet = PacketView(raw, .v1) else { return violation = FuzzViolation("no packet: \(self)") }
      do throws(FuzzViolation) { try body(packet) } catch { violation = error }
    }
    if let violation { throw violation }
  }
}
