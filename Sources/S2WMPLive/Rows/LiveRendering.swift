import S2WMPReport

/// A whole screen: as many rows as the terminal has, none wider than it.
public struct LiveRendering: Sendable {
  package var rows: [StyledText]
  /// Where one types; nil: the cursor is hidden. Counted from 0.
  package var cursor: (row: Int, column: Int)?

  /// The rows as plain text, for tests and for those who read the code.
  package var text: String {
    rows.map { row in
      var line = String(decoding: row.plain.bytes, as: UTF8.self)
      while line.hasSuffix(" ") { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}

extension LiveModel {
  var hasColour: Bool { settings.text.hasColour }

  func styled(_ style: TextStyle? = nil, _ text: String) -> StyledText {
    var out = StyledText(colour: hasColour)
    out.styled(style) { $0.append(text) }
    return out
  }

  /// The screen as it is now. (Mutating, as what fits decides how far lists are scrolled.)
  public mutating func render() -> LiveRendering {
    if !size.isEnough { return renderTooSmall() }
    if isHelpShown { return LiveRendering(rows: helpRows()) }
    var rows = [titleRow(), filterRow()]
    rows += bodyRows(height: size.rows - 3)
    rows.append(promptRow() ?? footerRow())
    overlayNotice(on: &rows)
    return LiveRendering(rows: rows, cursor: cursorPlace)
  }

  private func renderTooSmall() -> LiveRendering {
    let least = LiveSize.least
    let text = "This window is \(size.columns)×\(size.rows); the live screen needs \(least.columns)×\(least.rows). Make it larger, or press q to leave."
    var rows = StyledText.wrapped(text.utf8, width: size.columns, limit: size.rows, colour: hasColour).map { $0.fitted(to: size.columns) }
    while rows.count < size.rows { rows.append(styled("").fitted(to: size.columns)) }
    return LiveRendering(rows: Array(rows.prefix(size.rows)))
  }

  private func styled(_ text: String) -> StyledText { styled(nil, text) }

  private mutating func bodyRows(height: Int) -> [StyledText] {
    let layout = LiveLayout(
      columns: size.columns, rows: height, focus: focus, lastSide: lastSide, hasDetail: detail != nil,
      hasFindings: !facts.findings.isEmpty || !facts.security.isEmpty)
    var rows: [StyledText] = []
    if layout.packetRows > 0 {
      pageHeight = layout.packetRows
      let packets = packetRows(height: layout.packetRows)
      rows.append(mistakeRow() ?? packetHeading())
      rows += packets
    }
    rows += lowerRows(layout)
    // Where packets are hidden, the mistake still has to be seen.
    if layout.packetRows == 0, let mistake = mistakeRow(), !rows.isEmpty { rows[0] = mistake }
    return rows
  }

  /// The sentence stands over the last rows.
  private func overlayNotice(on rows: inout [StyledText]) {
    guard let notice, prompt == nil else { return }
    let lines = StyledText.wrapped(
      notice.text.utf8, width: size.columns - 2, limit: 5, colour: hasColour, notice.severity.map { TextStyle($0) } ?? .strong)
    for (index, line) in lines.enumerated() {
      var row = styled(" ")
      row.append(line)
      rows[rows.count - lines.count + index] = row.fitted(to: size.columns)
    }
  }
}
