/// The line a person writes: text by characters as people see them, a cursor, what was cut, and the lines written before.
package struct LineEditor {
  package private(set) var text: [Character] = []
  /// The cursor stands before this character.
  package private(set) var cursor = 0
  /// UTF-8 bytes of the text.
  private(set) var byteCount = 0

  private var cutText: [Character] = []
  private var cutsInARow = false
  private var history = EditorHistory()
  private var pasteStart: Int?

  package init() {}

  /// Bytes that a line may have at all; far more than a message may.
  static let capacity = 1 << 20

  package var string: String { String(text) }
  package var isEmpty: Bool { text.isEmpty }

  /// Carries out an editing key. False when there was nothing to do, which deserves a bell.
  package mutating func edit(_ key: Key) -> Bool {
    let isCut = Self.isCut(key)
    defer { cutsInARow = isCut }
    switch key {
    case .text(let scalar): return insert(scalar)
    case .pasted(let scalar):
      if pasteStart == nil { pasteStart = cursor }
      return insert(scalar)
    case .pasteEnd: return endPaste()
    case .lineFeed: return insert("\n")
    case .backspace, .control("h"): return remove(max(cursor - 1, 0)..<cursor)
    case .delete, .control("d"): return remove(cursor..<min(cursor + 1, text.count))
    case .control("t"): return transpose()
    case .control("y"): return insert(cutText)
    default: return isCut ? cut(key) : move(key)
    }
  }

  /// The text is done: gives it, remembers it and begins a new line.
  package mutating func take() -> String {
    let line = string
    history.add(line)
    clear()
    return line
  }

  package mutating func clear() {
    text = []
    cursor = 0
    byteCount = 0
    pasteStart = nil
    history.leave()
  }

  /// Puts other text in place of `range`, the cursor behind it.
  package mutating func replace(_ range: Range<Int>, with string: String) {
    let range = range.clamped(to: 0..<text.count)
    _ = remove(range)
    cursor = range.lowerBound
    _ = insert(Array(string))
  }

  mutating func moveCursor(to position: Int) { cursor = min(max(position, 0), text.count) }

  /// The line written before this one (`older`) or after it.
  package mutating func recall(older: Bool) -> Bool {
    guard let line = older ? history.older(than: string) : history.newer() else { return false }
    text = Array(line)
    byteCount = line.utf8.count
    cursor = text.count
    return true
  }
}

// MARK: Changing

extension LineEditor {
  /// A scalar may join the character before it, or what is behind the cursor.
  private mutating func insert(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x20 && scalar != "\n" && scalar != "\t" { return false }
    return insert(at: cursor, String(Character(scalar)))
  }

  private mutating func insert(_ characters: [Character]) -> Bool {
    if characters.isEmpty { return false }
    return insert(at: cursor, String(characters))
  }

  private mutating func insert(at position: Int, _ string: String) -> Bool {
    guard byteCount + string.utf8.count <= Self.capacity else { return false }
    byteCount += string.utf8.count
    let from = max(position - 1, 0)
    let to = min(position + 1, text.count)
    let front = String(text[from..<position]) + string
    let joined = Array(front + String(text[position..<to]))
    text.replaceSubrange(from..<to, with: joined)
    cursor = min(from + front.count, text.count)
    return true
  }

  private mutating func remove(_ range: Range<Int>) -> Bool {
    if range.isEmpty { return false }
    text.removeSubrange(range)
    cursor = range.lowerBound
    // What is left may join: a mark whose letter went.
    let from = max(cursor - 1, 0)
    let to = min(cursor + 1, text.count)
    text.replaceSubrange(from..<to, with: Array(String(text[from..<to])))
    cursor = min(cursor, text.count)
    byteCount = string.utf8.count
    return true
  }

  /// The line feeds at the end of what was pasted mean nothing.
  private mutating func endPaste() -> Bool {
    guard let start = pasteStart else { return true }
    pasteStart = nil
    var end = cursor
    while end > start, end > 0, text[end - 1] == "\n" { end -= 1 }
    if end < cursor { _ = remove(end..<cursor) }
    return true
  }

  private mutating func transpose() -> Bool {
    guard cursor > 0, text.count > 1 else { return false }
    let right = min(cursor, text.count - 1)
    text.swapAt(right - 1, right)
    cursor = right + 1
    return true
  }
}

// MARK: Cutting and moving

extension LineEditor {
  private static func isCut(_ key: Key) -> Bool {
    switch key {
    case .control("k"), .control("u"), .control("w"), .deleteWordLeft, .deleteWordRight: true
    default: false
    }
  }

  /// Cuts in a row add up, as in Emacs and bash; Ctrl-Y puts them back.
  private mutating func cut(_ key: Key) -> Bool {
    let range =
      switch key {
      case .control("k"): cursor..<text.count
      case .control("u"): 0..<cursor
      case .control("w"): spaceLeft()..<cursor
      case .deleteWordLeft: wordLeft()..<cursor
      default: cursor..<wordRight()
      }
    if range.isEmpty { return false }
    let piece = Array(text[range])
    let isForward = range.lowerBound == cursor
    cutText = !cutsInARow ? piece : isForward ? cutText + piece : piece + cutText
    return remove(range)
  }

  private mutating func move(_ key: Key) -> Bool {
    let target: Int
    switch key {
    case .left, .control("b"): target = cursor - 1
    case .right, .control("f"): target = cursor + 1
    case .home, .control("a"):
      cursor = 0
      return true
    case .end, .control("e"):
      cursor = text.count
      return true
    case .wordLeft: target = wordLeft()
    case .wordRight: target = wordRight()
    default: return false
    }
    guard target != cursor, (0...text.count).contains(target) else { return false }
    cursor = target
    return true
  }

  private func wordLeft() -> Int {
    var at = cursor
    while at > 0, !Self.isWord(text[at - 1]) { at -= 1 }
    while at > 0, Self.isWord(text[at - 1]) { at -= 1 }
    return at
  }

  private func wordRight() -> Int {
    var at = cursor
    while at < text.count, !Self.isWord(text[at]) { at += 1 }
    while at < text.count, Self.isWord(text[at]) { at += 1 }
    return at
  }

  private func spaceLeft() -> Int {
    var at = cursor
    while at > 0, text[at - 1].isWhitespace { at -= 1 }
    while at > 0, !text[at - 1].isWhitespace { at -= 1 }
    return at
  }

  private static func isWord(_ character: Character) -> Bool { character.isLetter || character.isNumber || character == "_" }
}
