/// One row of the screen: glyphs with their styles.
struct TextRow: Hashable {
  struct Cell: Hashable {
    var glyph: Glyph
    var style: ChatStyle
  }

  private(set) var cells: [Cell] = []
  private(set) var width = 0

  mutating func append(_ glyph: Glyph, _ style: ChatStyle = .plain) {
    cells.append(Cell(glyph: glyph, style: style))
    width += glyph.width
  }

  mutating func append(_ text: String, _ style: ChatStyle = .plain) {
    for character in text { append(Glyph(character), style) }
  }

  mutating func pad(to column: Int) {
    while width < column { append(.space) }
  }

  /// Takes the cells behind `count` off.
  mutating func cut(to count: Int) -> [Cell] {
    let rest = Array(cells[count...])
    cells.removeLast(rest.count)
    width -= rest.reduce(0) { $0 + $1.glyph.width }
    return rest
  }

  mutating func trimSpaces() {
    while let last = cells.last, last.glyph.kind == .space {
      width -= last.glyph.width
      cells.removeLast()
    }
  }

  /// UTF-8, with the sequences that change colours when there are colours.
  func write(colour: Bool, to out: inout [UInt8]) {
    var style = ChatStyle.plain
    for cell in cells {
      if colour && cell.style != style {
        if style != .plain { out.append(contentsOf: "\u{1b}[0m".utf8) }
        out.append(contentsOf: cell.style.sequence.utf8)
        style = cell.style
      }
      out.append(contentsOf: cell.glyph.text.utf8)
    }
    if style != .plain { out.append(contentsOf: "\u{1b}[0m".utf8) }
  }
}

extension ChatStyle {
  fileprivate var sequence: String {
    switch self {
    case .plain: ""
    case .dim: "\u{1b}[2m"
    case .strong: "\u{1b}[1m"
    case .warning: "\u{1b}[33m"
    case .bad: "\u{1b}[31m"
    }
  }
}
