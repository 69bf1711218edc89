import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// Packets from outside: sealed with keys that are right, so that a fuzzer gets past the ciphers, and wrong only where its bytes say so.
struct PeerForge {
  private let pairs: FuzzPairs
  /// The peer's identity now, and all that it ever had.
  var target: Identity = FuzzPeople.own
  var formerTargets: [Identity] = []
  /// The last `datetime` that each used.
  private var datetimes: [Identifier: UInt64] = [:]
  private var random = ScriptRandom(seed: 11)
  /// The `client_id` field of the last packet of kind 11.
  private var lastClient = Identifier.zero

  init(_ pairs: FuzzPairs) { self.pairs = pairs }

  /// A packet as the bytes say: its kind and sender in one, then what the kind takes.
  mutating func packet(_ script: inout ScriptBytes, _ stage: PeerStage) -> [UInt8] {
    let first = script.byte()
    let sender = FuzzPeople.others.pick(first >> 4) ?? FuzzPeople.own
    switch first & 15 {
    case 0: return message(sender, script.byte(), text: script.counted())
    case 1: return oddMessage(sender, &script)
    case 2: return status(sender, &script)
    case 3: return request(sender, &script)
    case 4: return idChange(sender, &script)
    case 5: return response(sender, &script, stage)
    case 6: return acknowledgement(&script)
    case 7: return lookup(sender, &script)
    case 8: return smallest(&script)
    case 9: return message(sender, script.byte(), text: [UInt8](repeating: script.byte(), count: Int(script.number(2) & 0x1fff)))
    case 10: return answer(&script, stage)
    case 11: return sealed(sender, script.byte(), script.byte())
    default: return message(sender, 0, text: [first])
    }
  }

  // MARK: M and SC

  /// 0: the next one; 1: the last one again; 2: the one before it; 3: 0; 4: the greatest; others: about the start of time.
  private mutating func datetime(_ sender: Identity, _ choice: UInt8) -> UInt64 {
    let last = datetimes[sender.userID] ?? PeerSetting.wall
    switch choice {
    case 0:
      datetimes[sender.userID] = last &+ 2
      return last &+ 2
    case 1: return last
    case 2: return last &- 1
    case 3: return 0
    case 4: return .max
    default: return PeerSetting.wall &+ UInt64(choice)
    }
  }

  private mutating func message(
    _ sender: Identity, _ choice: UInt8, text: [UInt8], status: UInt8 = 0, client: Identifier = ClientID.own, to receiver: Identity? = nil
  ) -> [UInt8] {
    let receiver = receiver ?? target
    guard let pair = pairs.pair(sender, receiver.key) else { return [] }
    let packet = try? sealMessage(
      pair: pair, suite: .dh, receiver: receiver.key, status: status, datetime: datetime(sender, choice), client: client, plaintext: text,
      nonce: random.bytes(12), contentKey: nil)
    return packet ?? []
  }

  /// Options: another client, an allowed other client, another receiver, a former ID of the peer's.
  private mutating func oddMessage(_ sender: Identity, _ script: inout ScriptBytes) -> [UInt8] {
    let (options, status, choice) = (script.byte(), script.byte(), script.byte())
    let client = options & 1 != 0 ? Identifier(high: 1, low: 2) : options & 2 != 0 ? PeerSetting.otherClient : ClientID.own
    let receiver = options & 4 != 0 ? FuzzPeople.others[5] : options & 8 != 0 ? formerTargets.pick(options >> 4) : target
    return message(sender, choice, text: script.counted(), status: status, client: client, to: receiver)
  }

  private mutating func status(_ sender: Identity, _ script: inout ScriptBytes) -> [UInt8] {
    let (status, choice) = (script.byte(), script.byte())
    guard let pair = pairs.pair(sender, target.key) else { return [] }
    return sealStatusChange(pair: pair, status: status, datetime: datetime(sender, choice), client: ClientID.own)
  }

  /// Header and hash are right, the body is zeros and may not fit its type.
  ///
  /// Options: an SC instead of an M, another receiver ID in the same pair, `undefined` is not zero, the client ID field of the last one; bits 4–7: the length.
  private mutating func sealed(_ sender: Identity, _ choice: UInt8, _ options: UInt8) -> [UInt8] {
    guard let pair = pairs.pair(sender, target.key) else { return [] }
    var packet = sealStatusChange(pair: pair, status: 0, datetime: datetime(sender, choice), client: ClientID.own)
    packet[1] = options & 1 == 0 ? 1 : 3
    packet[4] = options >> 4
    if options & 2 != 0 { packet.replaceSubrange(32..<48, with: FuzzPeople.others[5].userID.bytes) }
    if options & 4 != 0 { packet[15] = 1 }
    let (client, hash) = packet.withUnsafeBytes { bytes in
      let header = UnsafeRawBufferPointer(rebasing: bytes[..<48])
      let nothing = UnsafeRawBufferPointer(rebasing: bytes[..<0])
      return (pair.encryptClientID(ClientID.own, bound: header), pair.hash(.sent, header: header, plaintext: nothing))
    }
    if options & 8 == 0 { lastClient = client }
    packet.replaceSubrange(48..<80, with: lastClient.bytes + hash.bytes)
    return packet + [UInt8](repeating: 0, count: Int(options >> 4))
  }

  // MARK: CR, CRR and IC

  /// Options: somebody else asked, another requestor, an unusable key, another key; and the name.
  private func request(_ sender: Identity, _ script: inout ScriptBytes) -> [UInt8] {
    let (options, name) = (script.byte(), script.counted())
    let key = key(sender, options, &script)
    return build(.chatRequest) {
      $0.set(ChatRequest.requestorID, options & 4 != 0 ? FuzzPeople.own.userID : options & 2 != 0 ? sender.userID : Self.id(key))
      $0.set(ChatRequest.userID, options & 1 != 0 ? sender.userID : target.userID)
      $0.set(ChatRequest.publicKey, key)
      $0.set(ChatRequest.name, name.isEmpty ? Array("somebody".utf8) : name)
    }
  }

  /// 8: a key of no use; 16: one of no group; 32: one that no one has.
  private func key(_ sender: Identity, _ options: UInt8, _ script: inout ScriptBytes) -> [UInt8] {
    var key = sender.publicKey
    if options & 8 != 0 { key.replaceSubrange(12..., with: [UInt8](repeating: 0, count: 32)) }
    if options & 16 != 0 { key[8] ^= 1 }
    if options & 32 != 0 { key[43] ^= script.byte() }
    return key
  }

  private static func id(_ key: [UInt8]) -> Identifier { key.withUnsafeBytes { Digest.identifier(sha256: $0) } }

  /// Options as those of a CR: 1 another new ID, 2 another client.
  private mutating func idChange(_ sender: Identity, _ script: inout ScriptBytes) -> [UInt8] {
    let (options, choice, new) = (script.byte(), script.byte(), FuzzPeople.others.pick(script.byte()) ?? sender)
    let key = options & 4 != 0 ? target.publicKey : key(new, options, &script)
    let receiver = options & 64 != 0 ? formerTargets.last ?? target : target
    guard let pair = pairs.pair(sender, receiver.key) else { return [] }
    return sealIDChange(
      pair: pair, timestamp: datetime(sender, choice), requestID: 5, newIdentityKey: key, newID: options & 1 != 0 ? sender.userID : Self.id(key),
      client: options & 2 != 0 ? Identifier(high: 1, low: 2) : ClientID.own)
  }

  /// CRR to the last CR of the peer's, or to one that it never sent.
  private func response(_ sender: Identity, _ script: inout ScriptBytes, _ stage: PeerStage) -> [UInt8] {
    let (status, options) = (script.byte(), script.byte())
    let asked = stage.lastChatRequest
    let name = script.counted()
    let key = key(sender, options & 0x38, &script)
    return build(.chatRequestResponse) {
      $0.set(ChatRequestResponse.status, status)
      $0.set(ChatRequestResponse.requestorID, asked.map { $0.identifier(at: ChatRequest.requestorID.offset) } ?? target.userID)
      $0.set(ChatRequestResponse.userID, options & 1 != 0 ? FuzzPeople.own.userID : sender.userID)
      guard status == 0 else { return }
      $0.set(ChatRequestResponse.publicKey, key)
      $0.set(ChatRequestResponse.name, name.isEmpty ? Array("other".utf8) : name)
    }
  }

  // MARK: Others

  private func acknowledgement(_ script: inout ScriptBytes) -> [UInt8] {
    let error = script.byte()
    return build(.acknowledgement) {
      $0.set(Acknowledgement.ack, error == 0 ? 1 : error >> 4)
      $0.set(Acknowledgement.error, error & 15)
      $0.set(Acknowledgement.datetime, PeerSetting.wall &+ UInt64(script.byte()))
      $0.set(Acknowledgement.userID, target.userID)
    }
  }

  /// BPM, BSM or LP. Options: who is looked up, status and broadcast wrong.
  private func lookup(_ sender: Identity, _ script: inout ScriptBytes) -> [UInt8] {
    let options = script.byte()
    let types: [PacketType] = [.broadcastPeer, .broadcastPeer, .broadcastServer, .lookup]
    let type = types[Int(options & 3)]
    let wanted = [Identifier.zero, target.userID, FuzzPeople.others[5].userID, formerTargets.last?.userID ?? .zero]
    return build(type) {
      $0.set(Lookup.timestamp, PeerSetting.wall)
      $0.set(Lookup.requestID, Opaque64(script.number(2)))
      $0.set(Lookup.status, options >> 6 & 1)
      $0.set(Lookup.broadcast, (type == .lookup ? 0 : 1) ^ (options >> 7))
      $0.set(Lookup.userID, options & 32 != 0 ? target.userID : sender.userID)
      $0.set(Lookup.lookupID, wanted[Int(options >> 2 & 3)])
    }
  }

  /// The smallest packet of any type.
  private func smallest(_ script: inout ScriptBytes) -> [UInt8] {
    PacketBuilder(PacketType(rawValue: script.byte() & 15), .v1)?.build() ?? [2]
  }

  /// The answer to one of the peer's questions, or to a question that it did not ask (option 64).
  private func answer(_ script: inout ScriptBytes, _ stage: PeerStage) -> [UInt8] {
    let (which, status, options) = (script.byte(), script.byte(), script.byte())
    guard let question = stage.questions.reversed().pick(which) else { return [] }
    let isLookup = [PacketType.lookup, .broadcastPeer, .broadcastServer].contains(PacketType(rawValue: question[1]))
    guard isLookup else { return registrationAnswer(question, status, options) }
    let type = PacketType(rawValue: question[1] + 1)
    let ids = [question.identifier(at: Lookup.lookupID.offset)] + FuzzPeople.others.map(\.userID) + [target.userID]
    let place = PeerSetting.places.pick(options & 7) ?? PeerSetting.home
    return build(type) {
      $0.set(LookupResponse.timestamp, PeerSetting.wall)
      $0.set(LookupResponse.requestID, Opaque64(question.number(at: Lookup.requestID.offset) ^ UInt64(options >> 6 & 1)))
      $0.set(LookupResponse.status, status)
      $0.set(LookupResponse.userID, question.identifier(at: Lookup.userID.offset))
      $0.set(LookupResponse.lookupID, ids.pick(options >> 3 & 7) ?? .zero)
      guard options & 128 == 0 else { return }
      $0.set(LookupResponse.address, Address128(high: place.high, low: place.low))
      $0.set(LookupResponse.port, place.port)
    }
  }

  private func registrationAnswer(_ question: [UInt8], _ status: UInt8, _ options: UInt8) -> [UInt8] {
    let at = question[1] == PacketType.idChange.rawValue ? IDChange.requestID.offset : Registration.requestID.offset
    return build(.registrationResponse) {
      $0.set(RegistrationResponse.status, status)
      $0.set(RegistrationResponse.requestID, Opaque64(question.number(at: at) ^ UInt64(options >> 6 & 1)))
    }
  }

  /// ACK of one of the requests that the peer sent on a connection.
  func acknowledgement(of request: [UInt8], error: UInt8) -> [UInt8] {
    let isChange = request[1] == PacketType.idChange.rawValue
    return build(.acknowledgement) {
      $0.set(Acknowledgement.ack, error == 0 ? 1 : 0)
      $0.set(Acknowledgement.error, error)
      $0.set(Acknowledgement.datetime, request.number(at: isChange ? IDChange.timestamp.offset : Messaging.datetime.offset))
      $0.set(Acknowledgement.userID, request.identifier(at: isChange ? IDChange.userID.offset : Messaging.senderID.offset))
    }
  }

  private func build(_ type: PacketType, _ fill: (inout PacketBuilder) -> Void) -> [UInt8] {
    guard var builder = PacketBuilder(type, .v1) else { return [] }
    fill(&builder)
    return builder.build()
  }
}

extension [UInt8] {
  /// Eight bytes of a packet as a number.
  func number(at offset: Int) -> UInt64 { self[offset..<(offset + 8)].reduce(0) { $0 << 8 | UInt64($1) } }
  func identifier(at offset: Int) -> Identifier { Identifier(high: number(at: offset), low: number(at: offset + 8)) }
}
