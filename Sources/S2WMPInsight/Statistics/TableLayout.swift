import S2WMPReport

/// Which columns of a table are shown, and how wide, so that its lines fit.
struct TableLayout {
  struct Cell {
    var text: StyledText
    var isNumeric: Bool
    /// Says nothing.
    var isEmpty = false
    /// Drawn when the width is known.
    var bar: Double?
  }

  private static let indent = 2
  private static let space = 2
  /// Columns of a bar where nothing limits them.
  private static let bar = 40

  private let table: StatisticsTable
  private let cells: [[Cell]]
  /// Of the columns shown: index and width.
  private var shown: [(index: Int, width: Int)] = []

  /// - width: columns of the terminal; nil for as many as it takes.
  init(_ table: StatisticsTable, cells: [[Cell]], width: Int?) {
    self.table = table
    self.cells = cells
    let natural = table.columns.indices.map { naturalWidth($0) }
    var indices = table.columns.indices.filter { column in
      table.columns[column].heading != nil && (table.columns[column].rank >= 9 || !cells.allSatisfy { $0[column].isEmpty })
    }
    if let width {
      while total(indices, { least($0, natural) }) > width, let weakest = weakest(indices) { indices.removeAll { $0 == weakest } }
    }
    shown = indices.map { ($0, least($0, natural)) }
    var room = (width ?? .max) - total(indices, { least($0, natural) })
    for place in shown.indices where room > 0 {
      let more = min(room, natural[shown[place].index] - shown[place].width)
      shown[place].width += more
      room -= more
    }
  }

  private func naturalWidth(_ index: Int) -> Int {
    let widest = cells.lazy.map { $0[index].bar == nil ? $0[index].text.columns : Self.bar }.max() ?? 0
    return max(widest, headingWidth(index))
  }

  private func headingWidth(_ index: Int) -> Int { table.columns[index].heading?.count ?? 0 }

  private func least(_ index: Int, _ natural: [Int]) -> Int {
    min(natural[index], max(table.columns[index].least ?? natural[index], headingWidth(index)))
  }

  private func total(_ indices: [Int], _ width: (Int) -> Int) -> Int {
    Self.indent + indices.reduce(0) { $0 + width($1) } + max(0, indices.count - 1) * Self.space
  }

  /// The column of the lowest rank, the last of several; nil when all must stay.
  private func weakest(_ indices: [Int]) -> Int? {
    let droppable = indices.filter { table.columns[$0].rank < 9 }
    return droppable.reversed().min { table.columns[$0].rank < table.columns[$1].rank }
  }

  /// Headings and rows.
  func lines(colour: Bool, bar: (Double, Int) -> String) -> [StyledText] {
    [headings(colour)] + cells.indices.map { line($0, colour, bar) }
  }

  private func headings(_ colour: Bool) -> StyledText {
    var line = StyledText(colour: colour)
    for (index, width) in shown {
      var heading = StyledText(colour: colour)
      if headingWidth(index) > 0 { heading.styled(.dim) { $0.append(table.columns[index].heading ?? "") } }
      append(heading, isRight: isNumeric(index), width, to: &line)
    }
    return line
  }

  private func isNumeric(_ index: Int) -> Bool { cells.contains { $0[index].isNumeric } }

  private func line(_ row: Int, _ colour: Bool, _ bar: (Double, Int) -> String) -> StyledText {
    var line = StyledText(colour: colour)
    for (index, width) in shown {
      let cell = cells[row][index]
      var text = cell.text
      if let share = cell.bar {
        text = StyledText(colour: colour)
        text.append(bar(share, width))
      }
      if table.columns[index].isGroup && isRepeated(row, index) { text.clear() }
      append(text, isRight: isNumeric(index), width, to: &line)
    }
    return line
  }

  private func isRepeated(_ row: Int, _ index: Int) -> Bool {
    guard row > 0 else { return false }
    return shown.map(\.index).filter { table.columns[$0].isGroup && $0 <= index }.allSatisfy { cells[row][$0].text.bytes == cells[row - 1][$0].text.bytes }
  }

  private func append(_ cell: StyledText, isRight: Bool, _ width: Int, to line: inout StyledText) {
    let start = line.columns == 0 ? Self.indent : line.columns + Self.space
    line.pad(to: start + (isRight ? max(0, width - cell.columns) : 0))
    line.append(cell, room: width)
    line.pad(to: start + width)
  }
}
