import S2WMPReport

extension LiveModel {
  /// A key and what it does; the higher the rank, the sooner it is left out when there is no room.
  private typealias Hint = (key: String, word: String, rank: Int)

  /// The keys that mean something now.
  func footerRow() -> StyledText {
    var hints = currentHints
    let room = size.columns - 1
    while width(of: hints) > room, let last = hints.indices.max(by: { hints[$0].rank < hints[$1].rank }) { hints.remove(at: last) }
    var row = styled(nil, " ")
    for (index, hint) in hints.enumerated() {
      if index > 0 { row.append("  ") }
      row.append(styled(.strong, hint.key))
      row.append(styled(.dim, " \(hint.word)"))
    }
    return row.fitted(to: size.columns)
  }

  private func width(of hints: [Hint]) -> Int {
    hints.reduce(0) { $0 + $1.key.unicodeScalars.count + 1 + $1.word.unicodeScalars.count } + 2 * max(0, hints.count - 1)
  }

  private var currentHints: [Hint] {
    let always: [Hint] = [("?", "help", 1), ("q", "quit", 0)]
    if filter.isEditing { return [("Enter", "keep", 0), ("Esc", "undo", 1), ("Tab", "complete", 2), ("↑", "earlier filters", 3), ("Ctrl-U", "empty", 4)] }
    switch focus {
    case .packets:
      let escape: Hint = detail != nil ? ("Esc", "close", 3) : list.filter != nil ? ("Esc", "no filter", 3) : ("Tab", "pane", 3)
      let pausing: Hint = ("Space", isPaused ? "go on" : "pause", 4)
      return [("Enter", "detail", 2), ("/", "filter", 2), escape, ("f", "follow", 5), pausing, ("s", "save", 4)] + always
    case .detail: return [("↑↓", "scroll", 2), ("←→", "other packet", 3), ("Tab", "list", 5), ("Esc", "close", 2), ("s", "save", 6)] + always
    case .conversations, .users, .findings:
      return [("↑↓", "move", 3), ("Enter", "only these packets", 2), ("Tab", "pane", 4), ("Esc", "packets", 5)] + always
    }
  }

  /// The question where to save; nil when it is not asked.
  func promptRow() -> StyledText? {
    guard let prompt else { return nil }
    var row = styled(nil, "")
    switch prompt.step {
    case .name:
      row.append(styled(.strong, Self.title(prompt, matching: list.count)))
      row.append(promptWindow(prompt).text)
    case .confirm(let request):
      row.append(untrusted: request.path.utf8, limit: max(8, size.columns - 44))
      row.append(styled(.warning, " exists: y replaces it, any other key no"))
    case .writing: row.append("Writing…")
    }
    return row.fitted(to: size.columns)
  }

  private static func title(_ prompt: SavePrompt, matching: Int) -> String {
    if !prompt.hasFilter { return "Save all as: " }
    return prompt.onlyMatching ? "Save the \(StyledText.grouped(UInt64(matching))) that match (Tab: all) as: " : "Save all (Tab: those that match) as: "
  }

  func promptWindow(_ prompt: SavePrompt) -> (text: StyledText, cursor: Int) {
    let start = Self.title(prompt, matching: list.count).count
    let window = Self.window(of: prompt.editor, room: max(size.columns - start - 1, 8), colour: hasColour)
    return (window.text, start + window.cursor)
  }
}
