import S2WMPPeer
import S2WMPWire

/// Messages and what becomes of them.
extension ChatModel {
  /// Messages to one friend that may wait for their answer.
  private static let unansweredAtMost = 1000

  /// Why a text cannot be sent now, as one sentence; it should stay where it can be changed.
  func refusal(of text: String) -> String? {
    guard case .message(let text) = TypedLine(text) else { return nil }
    guard let open else {
      return book.all.isEmpty
        ? "You have no friends yet: /discover shows who is here, /add asks one." : "To whom? /open NAME chooses (your friends: \(names()))."
    }
    let size = text.utf8.count
    if size > messageLimit {
      return "That is \(size) bytes of UTF-8; a message to \(label(open)) holds at most \(messageLimit). Make it shorter or send it in parts."
    }
    if outgoing.values.reduce(0, { $0 + ($1.to == open ? 1 : 0) }) >= Self.unansweredAtMost {
      return "\(Self.unansweredAtMost) messages to \(label(open)) wait already: /cancel gives them up."
    }
    return nil
  }

  /// Bytes that a message to the open conversation may have.
  var messageLimit: Int { settings.messageLimit(open.flatMap { book[$0]?.publicKey }) }

  func names() -> String {
    let all = book.all
    let some = all.prefix(8).map { label($0.id) }.joined(separator: ", ")
    return all.count > 8 ? some + ", …" : some
  }

  mutating func send(_ text: String, to id: Identifier) {
    let key = newKey()
    outgoing[key] = OutgoingMessage(to: id, text: text, datetime: nil, mark: .sent)
    book.update(id) { $0.typed.append(key) }
    if settings.style == .terminal {
      sayDay(of: moment.wall)
      let entry = ChatEntry(isOwn: true, datetime: moment.wall, time: moment.wall, text: text, mark: .sent)
      effects.append(.line(messageLine(entry, with: id), key))
    }
    effects.append(.send(to: id, text: text, key))
  }

  mutating func receiveMessage(from id: Identifier, name: String, text: String, datetime: UInt64) {
    if book[id] == nil { book.add(id, name: name) }
    if book[id]?.shown.contains(datetime) == true { return }
    if settings.style == .lines { return say(plainLine(label(id), text)) }
    guard open == id else {
      let isFirst = book[id]?.unread == 0
      book.update(id) { $0.unread += 1 }
      if isFirst { say("\(clock(moment.wall))   \(label(id)) has written: /open \(reference(id)) shows it.", .warning) }
      return
    }
    sayDay(of: moment.wall)
    say(messageLine(ChatEntry(isOwn: false, datetime: datetime, time: moment.wall, text: text, mark: nil), with: id))
  }

  /// What to type for a friend.
  func reference(_ id: Identifier) -> String {
    guard let friend = book[id] else { return id.hex }
    return book.isAmbiguous(friend) ? "\(friend.number)" : Glyph.oneRow(friend.name, limit: 24)
  }

  /// The peer has named the message that was handed to it first.
  mutating func receiveSent(to id: Identifier, datetime: UInt64) {
    guard let key = book[id]?.typed.first else { return }
    book.update(id) { friend in
      friend.typed.removeFirst()
      friend.onTheWay[datetime] = key
    }
    outgoing[key]?.datetime = datetime
  }

  /// The peer has dealt with a message that was handed to it.
  public mutating func receiveTaken(_ key: MessageKey, at now: PeerTime) -> [ChatEffect] {
    collect(at: now) { model in
      guard let message = model.outgoing[key], message.datetime == nil else { return }
      // No `sent` came: it was refused, and an `error` has said why.
      model.book.update(message.to) { $0.typed.removeAll { $0 == key } }
      model.outgoing[key] = nil
      model.countFailure()
      model.effects.append(
        .mark(key, .rejected, otherwise: model.settings.style == .lines ? model.plainLine("✗ to \(model.label(message.to))", message.text) : nil))
    }
  }

  mutating func receiveAcknowledged(to id: Identifier, datetime: UInt64) {
    book.update(id) { $0.isUnreachable = false }
    guard let (key, message) = settle(id, datetime) else { return }
    let line =
      settings.style == .lines
      ? plainLine("✓ to \(label(id))", message.text) : ChatLine("      ✓ \(label(id)) has received \(excerpt(message.text))", .dim, indent: 8)
    effects.append(.mark(key, .acknowledged, otherwise: line))
  }

  mutating func receiveFailed(to id: Identifier, datetime: UInt64, reason: String, retries: Bool) {
    if retries { return wait(id, datetime, reason) }
    guard let (key, message) = settle(id, datetime) else { return }
    countFailure()
    effects.append(.mark(key, .rejected, otherwise: nil))
    if settings.style == .lines { return say(plainLine("✗ to \(label(id))", message.text, reason)) }
    say(ChatLine("      ✗ \(excerpt(message.text)) to \(label(id)): \(reason)", .bad, indent: 8))
  }

  /// Said once, until a message gets through again: each further try would say the same.
  private mutating func wait(_ id: Identifier, _ datetime: UInt64, _ reason: String) {
    guard let key = book[id]?.onTheWay[datetime], let message = outgoing[key] else { return }
    if message.mark != .waiting {
      outgoing[key]?.mark = .waiting
      effects.append(.mark(key, .waiting, otherwise: nil))
      if settings.style == .lines { say(plainLine("~ to \(label(id))", message.text, "\(reason); it waits and is sent again")) }
    }
    guard settings.style == .terminal, book[id]?.isUnreachable == false else { return }
    book.update(id) { $0.isUnreachable = true }
    say(ChatLine("      ~ \(label(id)) cannot be reached (\(reason)). Messages marked ~ wait and are sent again.", .warning, indent: 8))
  }

  private mutating func settle(_ id: Identifier, _ datetime: UInt64) -> (MessageKey, OutgoingMessage)? {
    guard let key = book[id]?.onTheWay[datetime] else { return nil }
    book.update(id) { $0.onTheWay[datetime] = nil }
    return outgoing.removeValue(forKey: key).map { (key, $0) }
  }

  /// `/cancel`: the newest, or all to the open friend.
  mutating func cancel(all: Bool) {
    guard let open, let friend = book[open] else { return say("Whose? /open a conversation first.", .bad) }
    let waiting = friend.onTheWay.keys.sorted()
    if waiting.isEmpty { return say("Nothing to \(label(open)) waits for an answer.") }
    for datetime in all ? waiting : waiting.suffix(1) { effects.append(.perform(.cancel(to: open, datetime: datetime))) }
  }
}

/// The past of a conversation.
extension ChatModel {
  /// What the store has, oldest first.
  public mutating func receiveHistory(with id: Identifier, _ entries: [ChatEntry], at now: PeerTime) -> [ChatEffect] {
    collect(at: now) { model in
      if entries.isEmpty { return model.say("No messages yet.", .dim) }
      model.lastDay = nil
      model.book.update(id) { $0.shown = Set(entries.filter { !$0.isOwn }.map(\.datetime)) }
      for entry in entries { model.show(entry, with: id) }
    }
  }

  private mutating func show(_ entry: ChatEntry, with id: Identifier) {
    if settings.style == .lines {
      let who = entry.isOwn ? "\(entry.mark?.symbol ?? "") to \(label(id))" : label(id)
      let time = settings.localTime(entry.time)
      var line = ChatLine(indent: 9)
      line.add("\(time.date), \(time.exactClock) \(who): \(entry.text)")
      return say(line)
    }
    sayDay(of: entry.time)
    var key: MessageKey?
    if entry.isOwn && (entry.mark == .sent || entry.mark == .waiting) { key = followed(entry, to: id) }
    var entry = entry
    if let key, let message = outgoing[key] { entry.mark = message.mark }
    effects.append(.line(messageLine(entry, with: id), key))
  }

  /// The key of a message that is still on its way; from an earlier session it gets one now.
  private mutating func followed(_ entry: ChatEntry, to id: Identifier) -> MessageKey {
    if let known = book[id]?.onTheWay[entry.datetime] { return known }
    let key = newKey()
    outgoing[key] = OutgoingMessage(to: id, text: entry.text, datetime: entry.datetime, mark: .waiting)
    book.update(id) { $0.onTheWay[entry.datetime] = key }
    return key
  }
}
