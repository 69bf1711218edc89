/// What can be typed with a slash: one row each. Parsing, completion and help read them.
struct ChatCommand {
  /// What its argument is, for completion.
  enum Argument { case none, friend, discovered, request, status, other }

  enum Action {
    case open, close, friends, history, cancel, discover, add, requests, accept, deny, fingerprint, status, lookup, whoAmI, remove, regenerateKey, clear,
      help, quit
  }

  var action: Action
  var names: [String]
  var arguments: String
  var argument: Argument
  var summary: String

  static let all: [ChatCommand] = [
    row(.open, ["open", "to"], "[WHO]", .friend, "write to a friend; alone: to whoever has written"),
    row(.close, ["close"], "", .none, "write to nobody"),
    row(.friends, ["friends"], "", .none, "friends, their status, unread messages"),
    row(.history, ["history"], "[COUNT]", .other, "earlier messages of this conversation"),
    row(.cancel, ["cancel"], "[all]", .other, "give up the last message without an answer, or all"),
    row(.discover, ["discover"], "", .none, "who is on this network"),
    row(.add, ["add"], "WHO [HOST:PORT]", .discovered, "ask to be friends: an ID, or a number of /discover"),
    row(.requests, ["requests"], "", .none, "who asks to be your friend"),
    row(.accept, ["accept"], "[WHO]", .request, "say yes to a request"),
    row(.deny, ["deny"], "[WHO]", .request, "say no to a request"),
    row(.fingerprint, ["fingerprint"], "[WHO]", .friend, "your key and a friend's, to compare aloud"),
    row(.status, ["status"], "[STATUS]", .status, "show or set yours: online, busy, away, invisible"),
    row(.lookup, ["lookup"], "ID", .other, "ask the bootstrap server where somebody is"),
    row(.whoAmI, ["whoami"], "", .none, "your name, ID and addresses, to give to others"),
    row(.remove, ["remove"], "WHO", .friend, "be friends no more"),
    row(.regenerateKey, ["regenerate-key"], "", .none, "a new key and a new ID; friends are told"),
    row(.clear, ["clear"], "", .none, "an empty screen (also Ctrl-L)"),
    row(.help, ["help"], "", .none, "this list"),
    row(.quit, ["quit", "exit"], "", .none, "leave (also Ctrl-D)"),
  ]

  private static func row(
    _ action: Action, _ names: [String], _ arguments: String, _ argument: Argument, _ summary: String
  ) -> ChatCommand {
    ChatCommand(action: action, names: names, arguments: arguments, argument: argument, summary: summary)
  }

  /// By name, or by the beginning of one that no other has.
  static func named(_ name: String) -> [ChatCommand] {
    if let exact = all.first(where: { $0.names.contains(name) }) { return [exact] }
    return all.filter { $0.names.contains { $0.hasPrefix(name) } }
  }

  /// Every command in a line that fits into 80 columns.
  static var help: [ChatLine] {
    all.map { command in
      var usage = "/\(command.names[0])"
      if !command.arguments.isEmpty { usage += " \(command.arguments)" }
      var line = ChatLine(indent: 25)
      line.add("  " + usage + String(repeating: " ", count: max(1, 23 - usage.count)), .strong)
      line.add(command.summary)
      return line
    }
  }
}

/// A line as it was typed.
enum TypedLine {
  case message(String)
  case command(ChatCommand, String)
  /// Neither; the sentence says why.
  case mistake(String)

  /// A slash and a letter begin a command; `//` begins a message with a slash.
  init(_ text: String) {
    guard text.hasPrefix("/") else {
      self = .message(text)
      return
    }
    if text.hasPrefix("//") {
      self = .message(String(text.dropFirst()))
      return
    }
    if text.contains(where: \.isNewline) {
      self = .mistake("A command is one line. To send this as a message, begin it with //.")
      return
    }
    let parts = text.dropFirst().split(separator: " ", maxSplits: 1)
    let name = parts.first.map { $0.lowercased() } ?? "help"
    let argument = parts.count > 1 ? String(parts[1]).trimmingSpaces() : ""
    let found = ChatCommand.named(name)
    switch found.count {
    case 1: self = .command(found[0], argument)
    case 0: self = .mistake("There is no command /\(name): /help lists them. To send this as a message, begin it with //.")
    default: self = .mistake("/\(name) could be \(found.map { "/" + $0.names[0] }.joined(separator: " or ")).")
    }
  }
}

extension String {
  func trimmingSpaces() -> String {
    var text = self[...]
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
