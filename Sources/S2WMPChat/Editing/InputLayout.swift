/// The line being written, laid out in rows: the prompt, then the text, broken where a row is full or the text has a line feed.
struct InputLayout {
  private(set) var rows: [TextRow] = []
  private(set) var cursorRow = 0
  private(set) var cursorColumn = 0
  /// Where each character stands, and the end of the text.
  private var places: [(row: Int, column: Int)] = []

  /// - width: columns that may be used.
  init(prompt: TextRow, editor: LineEditor, width: Int) {
    let width = max(width, 4)
    var row = prompt
    for character in editor.text {
      var glyph = Glyph(character)
      if glyph.width > width { glyph = .cut }
      if row.width + glyph.width > width { endRow(&row) }
      places.append((rows.count, row.width))
      if glyph.kind == .lineFeed { endRow(&row) } else { row.append(glyph) }
    }
    // The cursor behind a full row stands in the next one.
    if row.width >= width { endRow(&row) }
    places.append((rows.count, row.width))
    rows.append(row)
    (cursorRow, cursorColumn) = places[min(editor.cursor, places.count - 1)]
  }

  private mutating func endRow(_ row: inout TextRow) {
    rows.append(row)
    row = TextRow()
  }

  /// The character nearest to the cursor's column in the row above or below; nil when there is none.
  func position(rowsBelow offset: Int) -> Int? {
    let target = cursorRow + offset
    guard rows.indices.contains(target) else { return nil }
    var best: Int?
    for (index, place) in places.enumerated() where place.row == target {
      if best == nil || place.column <= cursorColumn { best = index }
    }
    return best
  }

  /// At most `height` rows, around the cursor.
  func window(height: Int) -> (rows: ArraySlice<TextRow>, cursorRow: Int) {
    let height = max(height, 1)
    if rows.count <= height { return (rows[...], cursorRow) }
    let first = min(max(cursorRow - height + 1, 0), rows.count - height)
    return (rows[first..<(first + height)], cursorRow - first)
  }
}
