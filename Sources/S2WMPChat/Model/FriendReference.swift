import S2WMPWire

/// Whom a person means: a number of a list, a name, an ID, or the beginning of one.
enum FriendReference {
  case one(Identifier)
  case nobody
  /// More than one would fit.
  case several([Identifier])

  private static let shortestPrefix = 4

  /// Numbers come first, so that nobody can take one as a name and be written to in another's place; then the exact name, then names without regard to case,
  /// then IDs.
  static func find(_ text: String, in book: FriendBook) -> FriendReference {
    let friends = book.all
    if text.count <= 4, let number = Int(text), let friend = friends.first(where: { $0.number == number }) { return .one(friend.id) }
    let exact = friends.filter { $0.name == text }
    if !exact.isEmpty { return from(exact) }
    let close = friends.filter { $0.name.lowercased() == text.lowercased() }
    if !close.isEmpty { return from(close) }
    return from(friends.filter { matches($0.id, text) || "\($0.name) \($0.id.short)" == text || "\($0.name) \($0.id.hex)" == text })
  }

  /// `7f3a…c1d0`, the whole ID, or at least its first four digits.
  private static func matches(_ id: Identifier, _ text: String) -> Bool {
    let text = text.lowercased()
    if text == id.short { return true }
    return text.count >= shortestPrefix && text.allSatisfy(\.isHexDigit) && id.hex.hasPrefix(text)
  }

  private static func from(_ friends: [ChatFriend]) -> FriendReference {
    friends.count == 1 ? .one(friends[0].id) : friends.isEmpty ? .nobody : .several(friends.map(\.id))
  }
}
