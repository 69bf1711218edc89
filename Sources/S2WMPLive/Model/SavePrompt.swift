import S2WMPChat

/// Asks for the name of a file to save to.
struct SavePrompt {
  enum Step: Equatable {
    case name
    /// A file of that name exists: may it be replaced?
    case confirm(SaveRequest)
    /// It is being written.
    case writing
  }

  var step = Step.name
  private(set) var editor = LineEditor()
  /// Only the packets that match the filter.
  var onlyMatching: Bool
  /// Whether there is a choice.
  let hasFilter: Bool

  init(name: String, hasFilter: Bool) {
    self.hasFilter = hasFilter
    onlyMatching = hasFilter
    editor.replace(0..<0, with: name)
  }

  var name: String { editor.string }

  /// False: nothing to do for that key.
  mutating func edit(_ key: Key) -> Bool {
    switch key {
    case .tab:
      if hasFilter { onlyMatching.toggle() }
      return hasFilter
    case .text, .pasted:
      // What a path may have.
      return editor.string.utf8.count < 1024 && key != .pasted("\n") && key != .pasted("\t") && editor.edit(key)
    case .up, .down, .lineFeed, .pageUp, .pageDown, .backTab: return false
    default: return editor.edit(key)
    }
  }
}
