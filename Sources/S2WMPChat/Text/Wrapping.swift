/// Lines into rows: broken between words, or beside a wide character; within a word only when it does not fit into a row.
struct Wrapping {
  /// Columns of a row that may be used.
  let width: Int
  /// Rows of one line at most; a stranger's message may have tens of thousands.
  var limit = 200

  private var rows: [TextRow] = []
  private var row = TextRow()
  private var indent = 0
  /// Cells of the row behind which it may be broken.
  private var opportunity: Int?
  private var unshown = 0

  init(width: Int) { self.width = max(width, 8) }

  static func rows(of line: ChatLine, width: Int) -> [TextRow] {
    var wrapping = Wrapping(width: width)
    return wrapping.wrap(line)
  }

  private mutating func wrap(_ line: ChatLine) -> [TextRow] {
    indent = min(line.indent, width / 2)
    for span in line.spans {
      for character in span.text {
        if rows.count >= limit { unshown += 1 } else { place(Glyph(character), span.style) }
      }
    }
    if unshown == 0 {
      row.trimSpaces()
      rows.append(row)
    } else {
      var note = TextRow()
      note.pad(to: indent)
      note.append("… and \(unshown) more characters", .dim)
      rows.append(note)
    }
    return rows
  }

  private mutating func place(_ glyph: Glyph, _ style: ChatStyle) {
    if glyph.kind == .lineFeed { return endRow(carrying: []) }
    var glyph = glyph
    if glyph.width > width - indent { glyph = .cut }
    if row.width + glyph.width > width {
      // A space at the end of a row is what the row is broken at.
      if glyph.kind == .space { return endRow(carrying: []) }
      breakRow(for: glyph)
    }
    row.append(glyph, style)
    if glyph.kind == .space || glyph.width == 2 { opportunity = row.cells.count }
  }

  /// At the last opportunity, or right here when the word would not fit into the next row either.
  private mutating func breakRow(for glyph: Glyph) {
    guard let opportunity else { return endRow(carrying: []) }
    let carried = row.cells[opportunity...].reduce(0) { $0 + $1.glyph.width }
    let fits = indent + carried + glyph.width <= width
    endRow(carrying: fits ? row.cut(to: opportunity) : [])
  }

  private mutating func endRow(carrying rest: [TextRow.Cell]) {
    row.trimSpaces()
    rows.append(row)
    row = TextRow()
    row.pad(to: indent)
    for cell in rest { row.append(cell.glyph, cell.style) }
    opportunity = nil
  }
}
