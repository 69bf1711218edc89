import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// What friends send: checked in the order of S2WMP wire format, section 6.1, as far as the legacy packets allow.
extension LegacyPeer {
  /// Why a message is refused.
  private struct Refusal: Error {
    let error: UInt8
    let reason: String
  }

  func receiveMessage(_ view: PacketView, from remote: Endpoint, at now: PeerTime, _ effects: inout PeerEffects) {
    let datetime = view[LegacyMessaging.datetime]
    let sender = view[LegacyMessaging.senderID]
    do throws(Refusal) {
      try deliver(check(view), from: sender, datetime, view[LegacyMessaging.status], remote, at: now, &effects)
    } catch {
      return refuse(error, datetime, sender, remote, &effects)
    }
    answer(LegacyPackets.acknowledgement(error: 0, datetime: datetime, sender: sender), to: remote, &effects)
    receiveSignOfLife(of: sender, at: now, &effects)
  }

  private func refuse(_ refusal: Refusal, _ datetime: UInt64, _ sender: Identifier, _ remote: Endpoint, _ effects: inout PeerEffects) {
    effects.append(.event(.rejected(error: refusal.error, remote: remote, reason: refusal.reason)))
    answer(LegacyPackets.acknowledgement(error: refusal.error, datetime: datetime, sender: sender), to: remote, &effects)
  }

  /// The text, if nothing is wrong with it.
  private func check(_ view: PacketView) throws(Refusal) -> String {
    guard view.undefinedValues.isEmpty else { throw Refusal(error: 3, reason: "a field has an undefined value") }
    let sender = view[LegacyMessaging.senderID]
    guard let friend = friends[sender], !isMine(sender) else { throw Refusal(error: 1, reason: "the sender is no friend") }
    guard view[LegacyMessaging.receiverID] == friend.record.knowsUsAs else {
      throw Refusal(error: 1, reason: "the message is for somebody else")
    }
    guard accepts(client: view[LegacyMessaging.clientID]) else {
      throw Refusal(error: 1, reason: "the sender's client program is not allowed")
    }
    let body = view[LegacyMessaging.body]
    guard let plaintext = friend.cipher.decrypt(body) else { throw Refusal(error: 4, reason: "the body does not decrypt") }
    guard LegacyCipher.hash(body) == view[LegacyMessaging.hash] else { throw Refusal(error: 2, reason: "the hash does not match") }
    guard let text = String(validating: plaintext, as: UTF8.self) else { throw Refusal(error: 3, reason: "the text is not UTF-8") }
    return text
  }

  /// Stores and shows a message, unless it was accepted before.
  private func deliver(
    _ text: String, from sender: Identifier, _ datetime: UInt64, _ code: UInt8, _ remote: Endpoint, at now: PeerTime, _ effects: inout PeerEffects
  ) {
    guard var record = friends[sender]?.record else { return }
    // Asked whatever the record says: a friend that was removed and added again starts with an empty one.
    if surroundings.hasAccepted(sender: sender, datetime: datetime) { return }
    let isNewest = datetime > record.receivedDatetime
    record.receivedDatetime = max(datetime, record.receivedDatetime)
    if isNewest {
      // A friend is where its newest message comes from.
      if record.address?.hasHost(of: remote) != true { record.address = replyEndpoint(remote) }
      record.status = UserStatus(legacyCode: code) ?? record.status
    }
    let isChanged = record.address != friends[sender]?.record.address || record.status != friends[sender]?.record.status
    friends[sender]?.record = record
    // In this order: a record without its message makes the repetition be looked up, a message without its record would deliver it twice.
    effects.append(.store(.friendSaved(record)))
    effects.append(.store(.messageReceived(from: sender, datetime: datetime, text: text, at: now.wall)))
    if isChanged { effects.append(.event(record.event)) }
    effects.append(.event(.message(from: sender, name: record.name, text: text, datetime: datetime)))
  }

  /// SC: applies to the friend at the address that it comes from, and to nobody when that is not exactly one. It is not answered.
  func receiveStatus(_ view: PacketView, from remote: Endpoint, at now: PeerTime, _ effects: inout PeerEffects) {
    guard let status = UserStatus(legacyCode: view[LegacyStatus.status]) else {
      return effects.append(.event(.rejected(error: 3, remote: remote, reason: "a field has an undefined value")))
    }
    let there = friends.values.filter { $0.record.address?.hasHost(of: remote) ?? false }
    guard there.count == 1, let friend = there.first else { return }
    let id = friend.record.id
    if friend.record.status != status {
      friends[id]?.record.status = status
      save(id, &effects)
      if let event = friends[id]?.record.event { effects.append(.event(event)) }
    }
    receiveSignOfLife(of: id, at: now, &effects)
  }
}

extension FriendRecord {
  /// What the user is told when it was added or changed.
  var event: PeerEvent { .friend(id: id, name: name, address: address, status: status) }
}
