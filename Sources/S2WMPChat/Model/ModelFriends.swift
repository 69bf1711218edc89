import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// Friends: who they are, who wants to be one.
extension ChatModel {
  mutating func learn(_ records: [FriendRecord]) {
    for record in records {
      if book[record.id] == nil { book.add(record.id, name: record.name) }
      book.update(record.id) { friend in
        friend.name = record.name
        // The stored status is that of the last time: who is there now is told by events.
        friend.address = friend.address ?? record.address
        friend.publicKey = record.publicKey
      }
    }
  }

  mutating func welcome() {
    guard let userID else { return }
    say("You are \(settings.name), ID \(userID.hex)")
    say("Fingerprint \(fingerprint)", .dim)
    say("Listening on \(addresses.map(\.description).joined(separator: ", "))", .dim)
    let all = book.all
    if all.isEmpty { return say("No friends yet. /discover shows who is on this network, /add asks one, /help tells the rest.") }
    if all.count == 1 || settings.style == .lines && open == nil && all.count == 1 { return openConversation(all[0].id) }
    say("Friends: \(names()). /open NAME writes to one, /help tells the rest.")
  }

  mutating func receiveFriend(_ id: Identifier, _ name: String, _ address: Endpoint?, _ status: UserStatus?) {
    guard let known = book[id] else { return welcomeFriend(id, name, address, status) }
    book.update(id) { friend in
      friend.name = name
      friend.address = address ?? friend.address
      friend.status = status ?? friend.status
    }
    if asked.remove(id) != nil { say("\(label(id)) is your friend.") }
    requests.remove(id)
    if let status, status != known.status { say("\(label(id)) is \(status.rawValue).", .dim) }
    if known.name != name { say("\(Glyph.oneRow(known.name, limit: 24)) is called \(label(id)) now.", .warning) }
  }

  private mutating func welcomeFriend(_ id: Identifier, _ name: String, _ address: Endpoint?, _ status: UserStatus?) {
    book.add(id, name: name)
    book.update(id) { friend in
      friend.address = address
      friend.status = status
    }
    requests.remove(id)
    let wasAsked = asked.remove(id) != nil
    effects.append(.loadFriends)
    let doubt = book[id].map(book.isAmbiguous) == true ? " Another name looks like it: mind the ID." : ""
    say("\(label(id)) is your friend now. Compare your keys with /fingerprint \(reference(id)) before you trust it.\(doubt)", .warning)
    if open == nil || wasAsked && settings.style == .lines { openConversation(id) }
  }

  mutating func receiveRemoved(_ id: Identifier) {
    guard let friend = book[id] else { return }
    say("\(label(id)) is no friend any more.", .warning)
    for key in friend.typed + Array(friend.onTheWay.values) { outgoing[key] = nil }
    book.remove(id)
    if open == id { open = nil }
  }

  mutating func receiveChanged(_ old: Identifier, _ new: Identifier) {
    let name = label(old)
    for (key, message) in outgoing where message.to == old { outgoing[key]?.to = new }
    book.move(old, to: new)
    if open == old { open = new }
    effects.append(.loadFriends)
    say("\(name) has a new key: ID \(new.hex) instead of \(old.short). Compare it with /fingerprint \(reference(new)).", .warning)
  }

  /// Requests shown in full; strangers can send any number.
  private static let requestsShown = 4

  mutating func receiveRequest(_ id: Identifier, _ name: String, _ address: Endpoint) {
    guard let number = requests.add(id, ChatRequestRow(name: name, address: address)) else { return }
    if requests.rows.count > Self.requestsShown {
      if requests.rows.count == Self.requestsShown + 1 { say("More ask to be your friend: /requests lists them.", .warning) }
      return
    }
    sayRequest(number, id, ChatRequestRow(name: name, address: address))
  }

  func requestLines(_ number: Int, _ id: Identifier, _ row: ChatRequestRow) -> [ChatLine] {
    [
      ChatLine("\(Glyph.oneRow(row.name, limit: 40)) asks to be your friend, from \(row.address):", .warning),
      ChatLine("  ID \(id.hex)"),
      ChatLine("  fingerprint \(settings.fingerprint(id, nil))"),
      ChatLine("  Anyone can take any name: compare these first. /accept \(number) or /deny \(number)", .dim),
    ]
  }

  mutating func sayRequest(_ number: Int, _ id: Identifier, _ row: ChatRequestRow) {
    for line in requestLines(number, id, row) { say(line) }
  }

  mutating func openConversation(_ id: Identifier) {
    guard let friend = book[id] else { return }
    open = id
    lastDay = nil
    book.update(id) { $0.unread = 0 }
    if settings.style == .lines { return }
    say("── \(label(id)), \(friend.status?.rawValue ?? "status unknown") ── ID \(id.short) ──", .dim)
    effects.append(.loadHistory(id, limit: max(settings.historyLength, min(friend.unread, 200))))
  }
}
