import S2WMPPeer

/// A chat in plain lines, without the pipes: bytes of lines in, lines out. For scripts, and for terminals that cannot move their cursor.
///
/// A line is taken up when nothing before it is still to be decided: sockets open, a friend that was asked has answered.
public struct LineSession {
  public private(set) var model: ChatModel
  private var pending: [UInt8] = []
  /// Where a line may begin in `pending`.
  private var start = 0
  private var isTooLong = false
  private var output = ""
  private var wishes: [ChatSession.Wish] = []

  /// Whether the input has ended, or `/quit` was read.
  public private(set) var isEnding = false
  /// Bytes that a line may have; what is longer is no message anyway.
  private static let longestLine = 1 << 20

  public init(_ settings: ChatSettings) { model = ChatModel(settings) }

  /// Whether more input is of use now. While it is not, the reader of the pipe waits, and so does whoever writes it.
  public var wantsInput: Bool { !isEnding && pending.count - start <= Self.longestLine }

  /// Whether everything that was asked for is decided.
  public var isDone: Bool { isEnding && start == pending.count && model.undecidedCount == 0 && !model.isAsking }

  public mutating func receive(bytes: some Sequence<UInt8>) { pending.append(contentsOf: bytes) }

  public mutating func receiveEnd() {
    if isEnding { return }
    // A last line without its end is a line.
    if pending.count > start || isTooLong { pending.append(0x0a) }
    isEnding = true
  }

  public mutating func change(_ body: (inout ChatModel) -> [ChatEffect]) { carryOut(body(&model)) }

  /// Takes up as many lines as can be.
  public mutating func advance(at now: PeerTime) {
    while model.isListening, !model.isAsking, let line = nextLine() { carryOut(model.type(line, at: now)) }
  }

  public mutating func drain() -> (output: [UInt8], wishes: [ChatSession.Wish]) {
    defer { (output, wishes) = ("", []) }
    return (Array(output.utf8), wishes)
  }

  private mutating func nextLine() -> String? {
    guard let end = pending[start...].firstIndex(of: 0x0a) else {
      if pending.count - start > Self.longestLine { skip() }
      return nil
    }
    var line = pending[start..<end]
    if line.last == 0x0d { line.removeLast() }
    start = end + 1
    let text = String(decoding: line, as: UTF8.self)
    if start > 1 << 16 || start == pending.count {
      pending.removeFirst(start)
      start = 0
    }
    if isTooLong {
      isTooLong = false
      return nil
    }
    return text
  }

  /// A line without end: said once, and passed over.
  private mutating func skip() {
    if !isTooLong { output += "A line of more than \(Self.longestLine) bytes is passed over.\n" }
    isTooLong = true
    pending = []
    start = 0
  }

  private mutating func carryOut(_ effects: [ChatEffect]) {
    for effect in effects {
      switch effect {
      case .line(let line, _): print(line)
      case .mark(_, _, let otherwise): if let otherwise { print(otherwise) }
      case .perform(let command): wishes.append(.perform(command))
      case .send(let id, let text, let key): wishes.append(.send(to: id, text: text, key))
      case .loadHistory(let id, let limit): wishes.append(.loadHistory(id, limit: limit))
      case .loadFriends: wishes.append(.loadFriends)
      case .resolve(let host, let port, let id): wishes.append(.resolve(host: host, port: port, for: id))
      case .clearScreen: break
      case .quit:
        // What was read behind it is not taken up.
        isEnding = true
        pending = []
        start = 0
      }
    }
  }

  /// Not wrapped; further lines of a message are indented, so that none can look like one of ours.
  private mutating func print(_ line: ChatLine) {
    for span in line.spans {
      for character in span.text {
        let glyph = Glyph(character)
        output += glyph.kind == .lineFeed ? "\n" + String(repeating: " ", count: max(line.indent, 2)) : glyph.text
      }
    }
    output += "\n"
  }
}
