import S2WMPPeer

/// What Tab offers.
struct Completion {
  /// Where the completed part begins, in characters of the line.
  var start: Int
  var candidates: [String]

  /// The part that all candidates share.
  var commonPrefix: String {
    guard var common = candidates.first else { return "" }
    for candidate in candidates { common = common.commonPrefix(with: candidate) }
    return common
  }
}

extension String {
  fileprivate func commonPrefix(with other: String) -> String {
    String(zip(self, other).prefix { $0 == $1 }.map(\.0))
  }
}

extension ChatModel {
  /// For the part of a line before the cursor.
  func completion(of line: String) -> Completion {
    guard line.hasPrefix("/"), !line.hasPrefix("//") else { return Completion(start: 0, candidates: []) }
    guard let space = line.firstIndex(of: " ") else {
      let typed = line.dropFirst().lowercased()
      return Completion(start: 0, candidates: ChatCommand.all.compactMap { $0.names.first { $0.hasPrefix(typed) } }.map { "/\($0) " })
    }
    let command = ChatCommand.named(line[line.index(after: line.startIndex)..<space].lowercased())
    let typed = line[line.index(after: space)...].drop { $0 == " " }
    let start = line.count - typed.count
    guard command.count == 1 else { return Completion(start: start, candidates: []) }
    let candidates = arguments(command[0].argument).filter { $0.lowercased().hasPrefix(typed.lowercased()) }
    return Completion(start: start, candidates: candidates)
  }

  private func arguments(_ kind: ChatCommand.Argument) -> [String] {
    switch kind {
    case .none, .other: []
    case .friend: book.all.map(completed)
    case .discovered: discovered.rows.map { $0.id.hex }
    case .request: requests.rows.map { "\($0.number)" }
    case .status: UserStatus.allCases.map(\.rawValue)
    }
  }

  /// A name that cannot be typed is offered as a number.
  private func completed(_ friend: ChatFriend) -> String {
    guard friend.name.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) else { return "\(friend.number)" }
    return book.isAmbiguous(friend) ? "\(friend.name) \(friend.id.short)" : friend.name
  }
}
