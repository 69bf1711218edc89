import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// A chat on a terminal, without the terminal: bytes from the keyboard and the peer's events in; bytes for the terminal and wishes out.
public struct ChatSession {
  /// What the surroundings have to do.
  public enum Wish: Hashable, Sendable {
    case perform(PeerCommand)
    /// Answered by `ChatModel.receiveTaken`.
    case send(to: Identifier, text: String, MessageKey)
    case loadHistory(Identifier, limit: Int)
    case loadFriends
    case resolve(host: String, port: UInt16, for: Identifier)
    /// Hand the terminal back and stop, as Ctrl-Z does.
    case suspend
    case quit
  }

  public private(set) var model: ChatModel
  var editor = LineEditor()
  private var parser = KeyParser()
  var screen: ChatScreen
  private let hasColour: Bool
  private var lines: [ScreenLine] = []
  /// For the terminal.
  private var output: [UInt8] = []
  private var wishes: [Wish] = []
  private var wasInterrupted = false
  private var moment = PeerTime(wall: 0, monotonic: 0)

  public init(_ settings: ChatSettings, size: ChatScreen.Size, colour: Bool) {
    model = ChatModel(settings)
    screen = ChatScreen(size: size, colour: colour)
    hasColour = colour
  }

  /// What is to be written and to be done since the last call. The screen is up to date once it is written.
  public mutating func drain() -> (output: [UInt8], wishes: [Wish]) {
    defer { (output, wishes) = ([], []) }
    render()
    return (output, wishes)
  }

  /// What is still to be written when the block is not to be drawn again: after `hide`.
  public mutating func drainTranscript() -> [UInt8] {
    defer { output = [] }
    return output
  }

  /// Something happened to the model.
  public mutating func change(_ body: (inout ChatModel) -> [ChatEffect]) { carryOut(body(&model)) }

  /// A sentence of the program itself.
  public mutating func say(_ text: String, _ style: ChatStyle = .plain) { lines.append(ScreenLine(line: ChatLine(text, style))) }

  public mutating func receive(bytes: some Sequence<UInt8>, at now: PeerTime) {
    moment = now
    var keys: [Key] = []
    parser.parse(bytes) { keys.append($0) }
    for key in keys { receive(key) }
  }

  public mutating func resize(to size: ChatScreen.Size) { output += screen.resize(to: size) }

  /// Takes the input line off, as the terminal goes to somebody else.
  public mutating func hide() {
    flushLines()
    output += screen.hide()
  }

  /// Others have written on the terminal: what was on it is not where it was.
  public mutating func lose() { output += screen.lose() }

  private mutating func receive(_ key: Key) {
    let isInterrupt = key == .control("c") && editor.isEmpty
    defer { wasInterrupted = isInterrupt }
    switch key {
    case .enter: enter()
    case .tab: complete()
    case .control("c"): interrupt()
    case .control("d") where editor.isEmpty: wishes.append(.quit)
    case .control("l"): carryOut([.clearScreen])
    case .control("z"): wishes.append(.suspend)
    case .up, .control("p"): vertical(-1)
    case .down, .control("n"): vertical(1)
    case .pageUp, .pageDown, .backTab, .escape: break
    default: if !editor.edit(key) { ring() }
    }
  }

  private mutating func ring() { output.append(0x07) }

  /// Ctrl-C gives the line up; on an empty one, twice ends the program.
  private mutating func interrupt() {
    if !editor.isEmpty { return editor.clear() }
    if wasInterrupted { return wishes.append(.quit) }
    say("Ctrl-C again leaves, or Ctrl-D, or /quit.", .dim)
  }

  /// What cannot be sent stays where it can be changed.
  private mutating func enter() {
    if let refusal = model.refusal(of: editor.string), !editor.isEmpty { return say(refusal, .bad) }
    let text = editor.take()
    if text.isEmpty { return }
    if text.hasPrefix("/") { lines.append(ScreenLine(line: ChatLine(text, .dim))) }
    carryOut(model.type(text, at: moment))
  }

  /// Up and down move within a line of several rows, and beyond it through the lines written before.
  private mutating func vertical(_ offset: Int) {
    let layout = InputLayout(prompt: StatusRow.prompt(of: model, width: screen.width), editor: editor, width: screen.width)
    if let position = layout.position(rowsBelow: offset) { return editor.moveCursor(to: position) }
    if !editor.recall(older: offset < 0) { ring() }
  }

  private mutating func complete() {
    let before = String(editor.text[..<editor.cursor])
    let completion = model.completion(of: before)
    guard !completion.candidates.isEmpty else { return ring() }
    let typed = String(before.dropFirst(completion.start))
    let common = completion.commonPrefix
    if common.count > typed.count || completion.candidates.count == 1 {
      return editor.replace(completion.start..<editor.cursor, with: completion.candidates.count == 1 ? completion.candidates[0] : common)
    }
    let shown = completion.candidates.prefix(40).map { Glyph.oneRow($0.trimmingSpaces(), limit: 40) }.joined(separator: "  ")
    say(shown + (completion.candidates.count > 40 ? "  …" : ""), .dim)
  }

  private mutating func carryOut(_ effects: [ChatEffect]) {
    for effect in effects {
      switch effect {
      case .line(let line, let key): lines.append(ScreenLine(line: line, key: key))
      case .mark(let key, let mark, let otherwise): apply(mark, to: key, otherwise)
      case .perform(let command): wishes.append(.perform(command))
      case .send(let id, let text, let key): wishes.append(.send(to: id, text: text, key))
      case .loadHistory(let id, let limit): wishes.append(.loadHistory(id, limit: limit))
      case .loadFriends: wishes.append(.loadFriends)
      case .resolve(let host, let port, let id): wishes.append(.resolve(host: host, port: port, for: id))
      case .clearScreen:
        lines = []
        output += screen.clear()
      case .quit: wishes.append(.quit)
      }
    }
  }

  private mutating func apply(_ mark: DeliveryMark, to key: MessageKey, _ otherwise: ChatLine?) {
    if !lines.isEmpty { render() }
    if let bytes = screen.mark(key, mark) {
      output += bytes
    } else if let otherwise {
      lines.append(ScreenLine(line: otherwise))
    }
  }

  private mutating func flushLines() {
    if !lines.isEmpty { render() }
  }

  private mutating func render() {
    output += screen.show(lines, StatusRow.block(of: model, editor: editor, screen: screen))
    lines = []
  }
}
