import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// What the person typed.
extension ChatModel {
  public mutating func type(_ text: String, at now: PeerTime) -> [ChatEffect] {
    collect(at: now) { model in
      let unconfirmed = model.unconfirmed
      model.unconfirmed = nil
      switch TypedLine(text) {
      case .mistake(let sentence): model.say(sentence, .bad)
      case .command(let command, let argument): model.carryOut(command.action, argument, unconfirmed == text)
      case .message(let message):
        if message.isEmpty { return }
        if let refusal = model.refusal(of: text) {
          model.countFailure()
          return model.say(refusal, .bad)
        }
        if let open = model.open { model.send(message, to: open) }
      }
      if model.unconfirmed != nil { model.unconfirmed = text }
    }
  }

  private mutating func carryOut(_ action: ChatCommand.Action, _ argument: String, _ isConfirmed: Bool) {
    switch action {
    case .open: openNamed(argument)
    case .close: open = nil
    case .friends: listFriends()
    case .history: showHistory(argument)
    case .cancel: cancel(all: argument == "all")
    case .discover: discover()
    case .add: add(argument)
    case .requests: listRequests()
    case .accept: answer(argument, isYes: true)
    case .deny: answer(argument, isYes: false)
    case .fingerprint: showFingerprints(argument)
    case .status: setStatus(argument)
    case .lookup: lookup(argument)
    case .whoAmI: whoAmI()
    case .remove: remove(argument, isConfirmed)
    case .regenerateKey: regenerateKey(isConfirmed)
    case .clear: effects.append(.clearScreen)
    case .help: help()
    case .quit: effects.append(.quit)
    }
  }

  /// The friend that is meant; says why when none is.
  private mutating func friend(_ text: String) -> Identifier? {
    switch FriendReference.find(text, in: book) {
    case .one(let id): return id
    case .nobody:
      say("No friend is called \(Glyph.oneRow(text, limit: 40)): /friends lists them.", .bad)
    case .several(let ids):
      say("\(Glyph.oneRow(text, limit: 40)) could be any of these; use the number or the ID:", .bad)
      for id in ids { say(friendLine(id)) }
    }
    return nil
  }

  private mutating func openNamed(_ text: String) {
    if !text.isEmpty { return friend(text).map { openConversation($0) } ?? () }
    let unread = book.all.filter { $0.unread > 0 }
    guard let next = unread.first else { return say("Nobody else has written. /open NAME opens a conversation (your friends: \(names())).") }
    openConversation(next.id)
  }

  private mutating func showHistory(_ text: String) {
    guard let open else { return say("Whose? /open a conversation first.", .bad) }
    guard let count = text.isEmpty ? 50 : Int(text), (1...100_000).contains(count) else {
      return say("/history takes a number from 1 to 100000, not \(Glyph.oneRow(text, limit: 20)).", .bad)
    }
    effects.append(.loadHistory(open, limit: count))
  }

  private mutating func setStatus(_ text: String) {
    if text.isEmpty { return say("You are \(ownStatus.rawValue).") }
    guard let status = UserStatus(rawValue: text.lowercased()) else {
      return say("A status is online, busy, away or invisible, not \(Glyph.oneRow(text, limit: 20)).", .bad)
    }
    effects.append(.perform(.status(status)))
  }

  private mutating func remove(_ text: String, _ isConfirmed: Bool) {
    if text.isEmpty { return say("Whom? /remove NAME.", .bad) }
    guard let id = friend(text) else { return }
    if isConfirmed { return effects.append(.perform(.remove(id))) }
    unconfirmed = text
    say("\(label(id)), ID \(id.hex), would be no friend any more and could not write to you. The same command again does it.", .warning)
  }

  private mutating func regenerateKey(_ isConfirmed: Bool) {
    if isConfirmed { return effects.append(.perform(.regenerateKey)) }
    unconfirmed = ""
    say("You would get a new key and a new ID; friends who are away learn of it later. The same command again does it.", .warning)
  }

  private mutating func help() {
    for line in ChatCommand.help { say(line) }
    if settings.style == .lines { return }
    say("  … sent  ✓ acknowledged  ~ waits, is sent again  ✗ rejected", .dim)
    say("  All else is a message; Alt-Enter: new line in it; // begins it with a slash", .dim)
  }
}

/// Lists and facts.
extension ChatModel {
  func friendLine(_ id: Identifier) -> ChatLine {
    guard let friend = book[id] else { return ChatLine(id.hex) }
    var line = ChatLine(indent: 7)
    let number = String(friend.number)
    line.add(String(repeating: " ", count: max(1, 4 - number.count)) + number + "  ")
    let name = Glyph.oneRow(friend.name, limit: 20)
    line.add(name + String(repeating: " ", count: max(1, 21 - Glyph.columns(of: name))), .strong)
    let status = friend.status?.rawValue ?? "unknown"
    line.add(status + String(repeating: " ", count: max(1, 11 - status.count)))
    line.add(friend.id.short + "  ")
    line.add(friend.address?.description ?? "no address")
    if friend.unread > 0 { line.add("  \(friend.unread) unread", .warning) }
    if friend.id == open { line.add("  (open)", .dim) }
    return line
  }

  private mutating func listFriends() {
    let all = book.all
    if all.isEmpty { return say("You have no friends yet: /discover shows who is here, /add asks one.") }
    for friend in all { say(friendLine(friend.id)) }
  }

  private mutating func listRequests() {
    if requests.rows.isEmpty { return say("Nobody asks to be your friend.") }
    for (number, id, row) in requests.rows { sayRequest(number, id, row) }
  }

  private mutating func whoAmI() {
    guard let userID else { return say("The sockets are not open yet.", .bad) }
    say("\(settings.name), \(ownStatus.rawValue), ID \(userID.hex)")
    say("Fingerprint \(fingerprint)")
    say("Listening on \(addresses.map(\.description).joined(separator: ", "))")
    say("Others add you with /add \(userID.hex) and your address.", .dim)
  }

  private mutating func showFingerprints(_ text: String) {
    var other = open
    if !text.isEmpty {
      guard let named = friend(text) else { return }
      other = named
    }
    guard let userID else { return say("The sockets are not open yet.", .bad) }
    say("  you  ID \(userID.hex)")
    say("       fingerprint \(fingerprint)")
    guard let other, let friend = book[other] else { return }
    say("  \(label(other))  ID \(other.hex)")
    say("       fingerprint \(settings.fingerprint(other, friend.publicKey))")
    say("  Read them to each other where you know the voice. If both agree, nobody sits between you.", .dim)
  }
}

/// Others that are no friends yet.
extension ChatModel {
  /// How long after `/discover` peers are shown as they answer.
  private static let discoverTime: UInt64 = .seconds(10)

  private mutating func discover() {
    say("Asking this network. /add NUMBER asks one to be your friend.", .dim)
    for (number, id, row) in discovered.rows.suffix(50) { say(foundLine(number, id, row.address)) }
    discoverUntil = moment.monotonic &+ Self.discoverTime
    effects.append(.perform(.discover))
  }

  private mutating func lookup(_ text: String) {
    guard let id = stranger(text) else { return say("/lookup takes an ID of 32 hex digits, a friend or a number of /discover.", .bad) }
    effects.append(.perform(.lookup(id)))
  }

  /// An ID, a number of `/discover`, or a friend.
  private func stranger(_ text: String) -> Identifier? {
    if let id = Identifier(hex: text) { return id }
    if let found = discovered.find(text) { return found.id }
    if case .one(let id) = FriendReference.find(text, in: book) { return id }
    return nil
  }

  private mutating func add(_ text: String) {
    let parts = text.split(separator: " ").map(String.init)
    guard let first = parts.first, parts.count <= 2 else { return say("Whom? /add ID [HOST:PORT], or /add NUMBER of /discover.", .bad) }
    guard let id = Identifier(hex: first) ?? discovered.find(first)?.id else {
      return say("\(Glyph.oneRow(first, limit: 40)) is neither an ID of 32 hex digits nor a number of /discover.", .bad)
    }
    if id == userID { return say("That is your own ID. Others add you with it.", .bad) }
    guard parts.count == 2 else { return ask(id, discovered[id]?.row.address) }
    if let address = Endpoint(text: parts[1]) { return ask(id, address) }
    guard let colon = parts[1].lastIndex(of: ":"), let port = UInt16(parts[1][parts[1].index(after: colon)...]), colon != parts[1].startIndex else {
      return say("\(Glyph.oneRow(parts[1], limit: 40)) is no address: write 10.0.0.7:5000, [fe80::1]:5000 or a host name with its port.", .bad)
    }
    effects.append(.resolve(host: String(parts[1][..<colon]), port: port, for: id))
    asked.insert(id)
  }

  /// The address of a host name; nil when there is none.
  public mutating func receiveResolved(_ id: Identifier, host: String, _ address: Endpoint?, at now: PeerTime) -> [ChatEffect] {
    collect(at: now) { model in
      if let address { return model.ask(id, address) }
      model.asked.remove(id)
      model.countFailure()
      model.say("No address is known for the host \(Glyph.oneRow(host, limit: 60)).", .bad)
    }
  }

  private mutating func ask(_ id: Identifier, _ address: Endpoint?) {
    asked.insert(id)
    let place = address.map { "at \($0)" } ?? "through the bootstrap server"
    say("Asking \(label(id)) \(place) to be your friend…", .dim)
    effects.append(.perform(.add(id, address: address)))
  }

  private mutating func answer(_ text: String, isYes: Bool) {
    let verb = isYes ? "accept" : "deny"
    if requests.rows.isEmpty { return say("Nobody asks to be your friend.", .bad) }
    let chosen = text.isEmpty && requests.rows.count == 1 ? (requests.rows[0].id, requests.rows[0].row) : requests.find(text)
    guard let (id, row) = chosen ?? byName(text) else {
      return say("Which one? /\(verb) NUMBER; /requests lists them.", .bad)
    }
    requests.remove(id)
    if !isYes { say("\(Glyph.oneRow(row.name, limit: 40)) is not your friend.", .dim) }
    effects.append(.perform(isYes ? .accept(id) : .deny(id)))
  }

  /// A request by the name in it, when only one has it.
  private func byName(_ text: String) -> (Identifier, ChatRequestRow)? {
    let found = requests.rows.filter { $0.row.name == text }
    return found.count == 1 ? (found[0].id, found[0].row) : nil
  }
}
