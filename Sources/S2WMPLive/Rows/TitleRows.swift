import S2WMPChat
import S2WMPReport

extension LiveModel {
  /// What is captured, how much, and whether the screen moves.
  func titleRow() -> StyledText {
    var left = styled(.strong, "s2wmp ")
    left.append(untrusted: settings.device.utf8, limit: 16)
    left.append("  \(StyledText.grouped(totals.packets)) \(totals.packets == 1 ? "packet" : "packets")  \(StyledText.grouped(rate.perSecond))/s")
    append(totals.errors, "error", .bad, to: &left)
    append(totals.warnings, "warning", .warning, to: &left)
    if counters.lost > 0 { left.append(styled(.bad, "  \(StyledText.grouped(counters.lost)) frames lost")) }
    if counters.skipped > 0 { left.append(styled(.warning, "  \(StyledText.grouped(counters.skipped)) skipped")) }
    return .row(left, stateText(), width: size.columns)
  }

  private func append(_ count: UInt64, _ noun: String, _ style: TextStyle, to out: inout StyledText) {
    guard count > 0 else { return }
    out.append("  ")
    out.append(styled(style, "\(StyledText.grouped(count)) \(noun)\(count == 1 ? "" : "s")"))
  }

  private func stateText() -> StyledText {
    if let pause { return styled(.warning, pause.count == 0 ? "PAUSED" : "PAUSED, \(StyledText.grouped(pause.count)) wait") }
    if ending != nil { return styled(.bad, "ENDED") }
    return isFollowing ? styled(nil, "following") : styled(.dim, "not following")
  }

  /// The filter in force or being typed, and how many packets it lets through.
  func filterRow() -> StyledText {
    var left = styled(.strong, Self.filterTitle)
    if filter.isEditing {
      left.append(filterWindow().text)
    } else if let current = list.filter {
      left.append(untrusted: current.text.utf8)
    } else {
      left = styled(.dim, "no filter, / to type one")
    }
    return .row(left, countText(), width: size.columns)
  }

  static let filterTitle = "filter: "

  private func countText() -> StyledText {
    var parts: [String] = []
    if list.filter != nil { parts.append("\(StyledText.grouped(UInt64(list.count))) of \(StyledText.grouped(UInt64(history.count)))") }
    if history.begin > 0 { parts.append("\(StyledText.grouped(history.begin)) older dropped") }
    return styled(.dim, parts.joined(separator: ", "))
  }

  /// What is wrong with the filter being typed, with carets under it; the last good filter stays in force.
  func mistakeRow() -> StyledText? {
    guard filter.isEditing, let mistake = filter.mistake else { return nil }
    let text = Array(filter.editor.string.utf8)
    let position = min(mistake.position, text.count)
    let window = filterWindow()
    let start = Self.filterTitle.count + max(0, Self.columns(of: text[..<position]) - window.hidden)
    let length = max(1, Self.columns(of: text[position..<min(position + mistake.length, text.count)]))
    var row = styled(nil, "")
    let sentence = " \(mistake.sentence)"
    if start + length + 20 < size.columns || start < sentence.count + 2 {
      row.pad(to: min(start, size.columns / 2))
      row.append(styled(.bad, String(repeating: "^", count: min(length, size.columns / 4))))
      row.append(untrustedSentence(sentence))
    } else {
      // The sentence goes to the left of carets that stand far to the right.
      row.append(untrustedSentence(String(sentence.dropFirst())).fitted(to: start - 1))
      row.append(" ")
      row.append(styled(.bad, String(repeating: "^", count: length)))
    }
    return row.fitted(to: size.columns)
  }

  private func untrustedSentence(_ text: String) -> StyledText {
    var out = styled(nil, "")
    out.styled(.bad) { $0.append(untrusted: text.utf8) }
    return out
  }

  static func columns(of bytes: some Sequence<UInt8>) -> Int {
    var text = StyledText(colour: false)
    text.append(untrusted: bytes)
    return text.columns
  }

  /// The part of the filter around the cursor that fits, the columns before it, and the cursor's own column in it.
  func filterWindow() -> (text: StyledText, hidden: Int, cursor: Int) {
    let room = size.columns - Self.filterTitle.count - countText().columns - 2
    return Self.window(of: filter.editor, room: max(room, 16), colour: hasColour)
  }

  static func window(of editor: LineEditor, room: Int, colour: Bool) -> (text: StyledText, hidden: Int, cursor: Int) {
    let before = columns(of: String(editor.text[..<editor.cursor]).utf8)
    var first = 0
    var hidden = 0
    while before - hidden >= room, first < editor.cursor {
      hidden += columns(of: String(editor.text[first]).utf8)
      first += 1
    }
    var text = StyledText(colour: colour)
    text.append(untrusted: String(editor.text[first...]).utf8, limit: room + 1)
    return (text.fitted(to: min(text.columns, room)), hidden, before - hidden)
  }

  /// Where one types.
  var cursorPlace: (row: Int, column: Int)? {
    if let prompt { return prompt.step == .name ? (size.rows - 1, min(promptWindow(prompt).cursor, size.columns - 1)) : nil }
    return filter.isEditing ? (1, min(Self.filterTitle.count + filterWindow().cursor, size.columns - 1)) : nil
  }
}
