import S2WMPFlow
import S2WMPPeer
import S2WMPReport
import S2WMPWire

/// A friend as the chat shows them.
struct ChatFriend {
  let id: Identifier
  /// In lists; given once and never again in a session, so that a number means whom it meant when it was read.
  let number: Int
  var name: String
  var address: Endpoint?
  var status: UserStatus?
  var publicKey: [UInt8]?
  var unread = 0
  /// Whether it was said that messages to this friend wait.
  var isUnreachable = false
  /// Messages handed to the peer that it has not named yet, in order.
  var typed: [MessageKey] = []
  /// Messages that wait for their ACK, by `datetime`.
  var onTheWay: [UInt64: MessageKey] = [:]
  /// Received messages that stand in the history just shown: not to be shown again.
  var shown: Set<UInt64> = []
}

/// Friends by ID and by number, and what to call them.
struct FriendBook {
  private(set) var friends: [Identifier: ChatFriend] = [:]
  private var lastNumber = 0
  /// How many friends, and we ourselves, have names that look like this.
  private var appearances: [[UInt8]: Int] = [:]
  private let ownName: String

  init(ownName: String) {
    self.ownName = ownName
    count()
  }

  /// In order of their numbers.
  var all: [ChatFriend] { friends.values.sorted { $0.number < $1.number } }

  subscript(id: Identifier) -> ChatFriend? { friends[id] }

  mutating func add(_ id: Identifier, name: String) {
    lastNumber += 1
    friends[id] = ChatFriend(id: id, number: lastNumber, name: name)
    count()
  }

  mutating func update(_ id: Identifier, _ change: (inout ChatFriend) -> Void) {
    guard var friend = friends[id] else { return }
    let name = friend.name
    change(&friend)
    friends[id] = friend
    if friend.name != name { count() }
  }

  mutating func remove(_ id: Identifier) {
    friends[id] = nil
    count()
  }

  /// Everything that belongs to the old ID now belongs to the new one.
  mutating func move(_ old: Identifier, to new: Identifier) {
    guard let friend = friends.removeValue(forKey: old) else { return }
    var moved = ChatFriend(id: new, number: friend.number, name: friend.name)
    moved.address = friend.address
    moved.status = friend.status
    moved.unread = friend.unread
    moved.isUnreachable = friend.isUnreachable
    moved.typed = friend.typed
    moved.onTheWay = friend.onTheWay
    friends[new] = moved
    count()
  }

  /// The name, with the ID beside it when another name looks the same. IDs that nobody knows stand alone.
  func label(_ id: Identifier, limit: Int = 24) -> String {
    guard let friend = friends[id] else { return id.short }
    let name = Glyph.oneRow(friend.name, limit: limit)
    return isAmbiguous(friend) ? "\(name) \(distinct(friend))" : name
  }

  /// Whether the friend's name alone could mean somebody else.
  func isAmbiguous(_ friend: ChatFriend) -> Bool {
    let appearance = LookAlike.appearance(friend.name.utf8)
    // Nothing left: a name of punctuation, or of spaces alone.
    return appearance.isEmpty || appearances[appearance, default: 0] > 1 || !friend.name.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f }
  }

  /// The short ID, or the whole one when the short one is another friend's as well.
  private func distinct(_ friend: ChatFriend) -> String {
    let short = friend.id.short
    return friends.keys.contains { $0 != friend.id && $0.short == short } ? friend.id.hex : short
  }

  private mutating func count() {
    appearances = [:]
    for name in friends.values.map(\.name) + [ownName] { appearances[LookAlike.appearance(name.utf8), default: 0] += 1 }
  }
}

extension Identifier {
  /// `7f3a…c1d0`. Enough to tell friends apart, not to trust one: that needs all of it.
  var short: String { "\(hex.prefix(4))…\(hex.suffix(4))" }
}
