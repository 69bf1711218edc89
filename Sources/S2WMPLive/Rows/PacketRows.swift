import S2WMPReport

extension LiveModel {
  func packetHeading() -> StyledText {
    var line = line
    var bytes: [UInt8] = []
    line.appendHeading(to: &bytes)
    var row = StyledText(colour: hasColour)
    row.append(" ")
    row.styled(focus == .packets ? .strong : .dim) { $0.append(StyledText(line: bytes.dropLast(), colour: false)) }
    return row.fitted(to: size.columns)
  }

  mutating func packetRows(height: Int) -> [StyledText] {
    let window = packetWindow(height: height)
    let measure = line.measure
    var rows = makeRows(window)
    // The columns grew while rows were made: all of them again, so that they stand below each other.
    if line.measure != measure { rows = makeRows(window) }
    if rows.isEmpty { rows.append(emptyRow) }
    while rows.count < height { rows.append(styled(nil, "").fitted(to: size.columns)) }
    return rows
  }

  /// Positions in the list that are on the screen.
  private mutating func packetWindow(height: Int) -> Range<Int> {
    let count = list.count
    guard count > 0, let index = selectedIndex else { return 0..<0 }
    var first = list.index(atOrAfter: top)
    if index < first { first = index }
    if index >= first + height { first = index - height + 1 }
    first = min(max(first, 0), max(count - height, 0))
    top = list[first]
    return first..<min(first + height, count)
  }

  private mutating func makeRows(_ window: Range<Int>) -> [StyledText] {
    var bytes: [UInt8] = []
    // What stands above decides what is repeated, and where differences of time begin.
    if window.lowerBound > 0, let above = history[list[window.lowerBound - 1]] { above.withDissection { line.append($0, to: &bytes) } }
    return window.map { index in
      let serial = list[index]
      bytes.removeAll(keepingCapacity: true)
      history[serial]?.withDissection { line.append($0, to: &bytes) }
      return .listRow(StyledText(line: bytes.dropLast(), colour: hasColour), isSelected: serial == selected, width: size.columns)
    }
  }

  private var emptyRow: StyledText {
    let text =
      list.filter == nil
      ? "Waiting for packets…" : history.count == 0 ? "Waiting for packets…" : "No packet matches; Esc takes the filter off."
    return styled(.dim, "  " + text).fitted(to: size.columns)
  }
}
