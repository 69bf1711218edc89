/// What is known of the rows above the block: how wide they are, where messages begin that wait for their mark, and how many are surely on the screen.
struct Transcript {
  private struct Row {
    var width: Int
    var key: MessageKey?
  }

  /// The newest last.
  private var rows: [Row] = []
  /// Rows right above the block that are on the screen for certain. The screen's own cursor position is never asked for, so this is a lower bound: after
  /// as many rows as the screen has, it is exact.
  private(set) var visible = 0

  private static let kept = 1000

  mutating func add(width: Int, key: MessageKey?) {
    rows.append(Row(width: width, key: key))
    if rows.count > 2 * Self.kept { rows.removeFirst(Self.kept) }
    visible += 1
  }

  mutating func limitVisible(to most: Int) { visible = min(visible, max(most, 0)) }

  /// 1 is the row right above the block.
  func rowsAboveBlock(of key: MessageKey) -> Int? {
    for (offset, row) in rows.suffix(visible).reversed().enumerated() where row.key == key { return offset + 1 }
    return nil
  }

  /// Rows wider than the terminal were wrapped or cut, depending on the terminal: nobody knows where those above them are.
  mutating func narrow(to columns: Int) {
    guard let wide = rows.lastIndex(where: { $0.width > columns }) else { return }
    rows.removeFirst(wide + 1)
    visible = min(visible, rows.count)
  }
}
