/// The end of the transcript and, below it, the block: a row of state and the line being written.
///
/// Works on the terminal's ordinary screen, so that the transcript goes into its scrollback and stays when the program ends. Gives bytes for the terminal;
/// knows only what it wrote itself, never asks the terminal anything.
public struct ChatScreen {
  public struct Size: Hashable, Sendable {
    public var columns: Int
    public var rows: Int

    /// Sizes that no one can work with are taken as the least that one could.
    public init(columns: Int, rows: Int) {
      self.columns = min(max(columns, 10), 1000)
      self.rows = min(max(rows, 3), 1000)
    }
  }

  private(set) var size: Size
  private let hasColour: Bool
  private var block = InputBlock()
  /// Whether the block is on the screen.
  private var isShown = false
  private var transcript = Transcript()

  public init(size: Size, colour: Bool) {
    self.size = size
    hasColour = colour
  }

  /// The last column is never written: what terminals do behind it differs.
  var width: Int { size.columns - 1 }

  /// Prints lines above the block and shows the block as it is now.
  mutating func show(_ lines: [ScreenLine], _ next: InputBlock) -> [UInt8] {
    var out: [UInt8] = []
    if lines.isEmpty && isShown && next.rows.count == block.rows.count {
      redrawChanged(next, &out)
      return out
    }
    Sequences.hideCursor(&out)
    erase(&out)
    for line in lines { print(line, &out) }
    draw(next, &out)
    Sequences.showCursor(&out)
    return out
  }

  /// Takes the block off; the cursor stands where it began.
  mutating func hide() -> [UInt8] {
    var out: [UInt8] = []
    erase(&out)
    return out
  }

  /// Writes a mark in its place, when that is still on the screen. Nil when it is not.
  mutating func mark(_ key: MessageKey, _ mark: DeliveryMark) -> [UInt8]? {
    guard isShown, let above = transcript.rowsAboveBlock(of: key), above <= transcript.visible else { return nil }
    var out: [UInt8] = []
    let up = block.cursorRow + above
    Sequences.hideCursor(&out)
    out.append(0x0d)
    Sequences.up(up, &out)
    Sequences.right(DeliveryMark.column, &out)
    var row = TextRow()
    row.append(mark.symbol, mark.style)
    row.write(colour: hasColour, to: &out)
    out.append(0x0d)
    Sequences.down(up, &out)
    Sequences.right(block.cursorColumn, &out)
    Sequences.showCursor(&out)
    return out
  }

  /// The terminal has another size, and may have wrapped rows anew. To be followed by `show`.
  mutating func resize(to next: Size) -> [UInt8] {
    var out: [UInt8] = []
    if next.columns < size.columns { transcript.narrow(to: next.columns) }
    if isShown {
      out.append(0x0d)
      Sequences.up(min(block.rowsAboveCursor(wrappedAt: next.columns), next.rows - 1), &out)
      Sequences.eraseBelow(&out)
      isShown = false
    }
    size = next
    transcript.limitVisible(to: size.rows - 1)
    return out
  }

  /// Others have written to the terminal: nothing on it can be found again. What comes next begins on a row of its own.
  mutating func lose() -> [UInt8] {
    defer { forget() }
    return isShown ? [0x0d, 0x0a] : []
  }

  private mutating func forget() {
    isShown = false
    transcript = Transcript()
  }

  /// An empty screen, the block at its top. What was on it is gone for `mark`.
  mutating func clear() -> [UInt8] {
    var out: [UInt8] = []
    Sequences.clear(&out)
    forget()
    return out
  }
}

extension ChatScreen {
  private mutating func erase(_ out: inout [UInt8]) {
    guard isShown else { return }
    out.append(0x0d)
    Sequences.up(block.cursorRow, &out)
    Sequences.eraseBelow(&out)
    isShown = false
  }

  private mutating func print(_ line: ScreenLine, _ out: inout [UInt8]) {
    for (index, row) in Wrapping.rows(of: line.line, width: width).enumerated() {
      row.write(colour: hasColour, to: &out)
      out.append(contentsOf: [0x0d, 0x0a])
      transcript.add(width: row.width, key: index == 0 ? line.key : nil)
    }
  }

  private mutating func draw(_ next: InputBlock, _ out: inout [UInt8]) {
    for (index, row) in next.rows.enumerated() {
      if index > 0 { out.append(contentsOf: [0x0d, 0x0a]) }
      row.write(colour: hasColour, to: &out)
    }
    place(next, from: next.rows.count - 1, &out)
    transcript.limitVisible(to: size.rows - next.rows.count)
    block = next
    isShown = true
  }

  /// As many rows as before: only those that are different are written.
  private mutating func redrawChanged(_ next: InputBlock, _ out: inout [UInt8]) {
    let changed = next.rows.indices.filter { next.rows[$0] != block.rows[$0] }
    if changed.isEmpty && next.cursorRow == block.cursorRow && next.cursorColumn == block.cursorColumn { return }
    var at = block.cursorRow
    for index in changed {
      Sequences.vertical(index - at, &out)
      out.append(0x0d)
      next.rows[index].write(colour: hasColour, to: &out)
      Sequences.eraseRight(&out)
      at = index
    }
    place(next, from: at, &out)
    block = next
  }

  private func place(_ next: InputBlock, from row: Int, _ out: inout [UInt8]) {
    Sequences.vertical(next.cursorRow - row, &out)
    out.append(0x0d)
    Sequences.right(next.cursorColumn, &out)
  }
}
