import S2WMPChat
import S2WMPReport

/// What is on the terminal, so that only rows that changed are written.
public struct LiveScreen {
  private var shown: [[UInt8]] = []
  private var size = LiveSize(columns: 0, rows: 0)
  private var isCursorShown = false

  public init() {}

  /// Others have written on the terminal: all is drawn anew.
  public mutating func lose() { shown = [] }

  /// Bytes that make the screen look so.
  public mutating func draw(_ rendering: LiveRendering, size next: LiveSize) -> [UInt8] {
    var out: [UInt8] = []
    if shown.isEmpty || size != next { begin(next, &out) }
    for (index, row) in rendering.rows.enumerated() where index < shown.count && shown[index] != row.bytes {
      hideCursor(&out)
      Sequences.place(row: index, column: 0, &out)
      out.append(contentsOf: row.bytes)
      // Behind a full row the cursor still stands on the last column, which must not be erased.
      if row.columns < size.columns { Sequences.eraseRight(&out) }
      shown[index] = row.bytes
    }
    place(rendering.cursor, &out)
    return out
  }

  private mutating func begin(_ next: LiveSize, _ out: inout [UInt8]) {
    size = next
    shown = Array(repeating: [], count: size.rows)
    isCursorShown = true
    hideCursor(&out)
    Sequences.clear(&out)
  }

  private mutating func hideCursor(_ out: inout [UInt8]) {
    if isCursorShown { Sequences.hideCursor(&out) }
    isCursorShown = false
  }

  private mutating func place(_ cursor: (row: Int, column: Int)?, _ out: inout [UInt8]) {
    guard let cursor else { return hideCursor(&out) }
    Sequences.place(row: cursor.row, column: cursor.column, &out)
    if !isCursorShown { Sequences.showCursor(&out) }
    isCursorShown = true
  }
}
