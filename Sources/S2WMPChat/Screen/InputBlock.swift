/// What stands below the transcript: rows that end where they end, and the cursor in one of them.
struct InputBlock: Hashable {
  var rows: [TextRow] = []
  var cursorRow = 0
  var cursorColumn = 0

  /// How many rows are above the cursor when the terminal has wrapped them anew at that width, as most do. Those that do not are wrong by as many rows as
  /// were too long: a rest of the block stays in the transcript, or a row of it goes, on the screen only.
  func rowsAboveCursor(wrappedAt columns: Int) -> Int {
    let above = rows.prefix(cursorRow).reduce(0) { $0 + max(1, ($1.width + columns - 1) / columns) }
    return above + cursorColumn / columns
  }
}
