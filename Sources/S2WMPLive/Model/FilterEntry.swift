import S2WMPChat
import S2WMPReport

/// The filter row: what is typed, the mistake in it, and what to go back to.
struct FilterEntry {
  private(set) var editor = LineEditor()
  private(set) var isEditing = false
  private(set) var mistake: FilterError?
  /// In force before one began to type.
  private(set) var former: DisplayFilter?

  /// Bytes of a filter that is typed; the language takes more.
  static let longest = 4096

  mutating func begin(_ current: DisplayFilter?) {
    former = current
    isEditing = true
    mistake = nil
    editor.clear()
    if let current { editor.replace(0..<0, with: current.text) }
  }

  /// What a key makes of the filter.
  enum Outcome {
    /// Show nothing else than before.
    case unchanged
    case apply(DisplayFilter?)
    case refused
  }

  mutating func receive(_ key: Key) -> Outcome {
    switch key {
    case .enter:
      if mistake != nil { return .refused }
      isEditing = false
      _ = editor.take()
      return .unchanged
    case .escape:
      isEditing = false
      mistake = nil
      return .apply(former)
    case .up, .down:
      guard editor.recall(older: key == .up) else { return .refused }
    case .tab: if !complete() { return .refused }
    case .lineFeed, .pasted("\n"), .pasted("\t"):
      _ = editor.edit(.text(" "))
    case .text, .pasted:
      guard editor.string.utf8.count < Self.longest, editor.edit(key) else { return .refused }
    default:
      guard editor.edit(key) else { return .refused }
    }
    return compile()
  }

  /// Completes the name before the cursor, as far as all names that begin so agree.
  private mutating func complete() -> Bool {
    let before = editor.text[..<editor.cursor]
    let word = String(before.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }.reversed())
    let names = FieldCatalog.entries.map(\.name).filter { $0.hasPrefix(word) }
    guard !word.isEmpty, var common = names.first else { return false }
    for name in names { common = String(zip(common, name).prefix { $0 == $1 }.map(\.0)) }
    if names.count > 1 && common == word { return false }
    editor.replace(editor.cursor - word.count..<editor.cursor, with: names.count == 1 ? common + " " : common)
    return true
  }

  /// The filter as typed so far; a wrong one leaves the last good one in force.
  private mutating func compile() -> Outcome {
    let text = editor.string
    mistake = nil
    if text.allSatisfy(\.isWhitespace) { return .apply(nil) }
    do throws(FilterError) {
      return .apply(try DisplayFilter(text))
    } catch {
      mistake = error
      return .unchanged
    }
  }
}
