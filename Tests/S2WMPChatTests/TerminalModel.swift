@testable import S2WMPChat

/// A terminal as far as the chat uses one: what is on its screen after some bytes. Traps on anything that it does not know, which is the point.
struct TerminalModel {
  let columns: Int
  let height: Int
  private(set) var scrollback: [String] = []
  private var cells: [[String]]
  private(set) var row = 0
  private(set) var column = 0
  /// Set when something came that no terminal should get.
  private(set) var complaint: String?

  init(columns: Int, rows: Int, startRow: Int = 0) {
    self.columns = columns
    height = rows
    cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
    row = startRow
  }

  var screen: [String] { cells.map(Self.text) }
  var everything: [String] { scrollback + screen }

  private static func text(_ row: [String]) -> String {
    var text = row.joined()
    while text.last == " " { text.removeLast() }
    return text
  }

  mutating func write(_ bytes: [UInt8]) {
    var scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      switch scalar {
      case "\r": column = 0
      case "\n": lineFeed()
      case "\u{7}": break
      case "\u{1b}": sequence(&scalars)
      default: put(scalar)
      }
    }
  }

  private mutating func lineFeed() {
    if row + 1 < height { return row += 1 }
    scrollback.append(Self.text(cells.removeFirst()))
    cells.append(Array(repeating: " ", count: columns))
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    let width = Glyph(Character(scalar)).text == " \(scalar)" ? 0 : Glyph(Character(scalar)).width
    if scalar.value < 0x20 || column + width > columns - 1 { complaint = "U+\(String(scalar.value, radix: 16)) at column \(column)" }
    guard column + width <= columns else { return }
    if width == 0 {
      cells[row][max(column - 1, 0)] += String(scalar)
      return
    }
    cells[row][column] = String(scalar)
    if width == 2 { cells[row][column + 1] = "" }
    column += width
  }

  private mutating func sequence(_ rest: inout Substring.UnicodeScalarView) {
    guard rest.popFirst() == "[" else { return complaint = "an escape that is no sequence" }
    var parameter = ""
    while let scalar = rest.first, scalar.value < 0x40 { parameter.unicodeScalars.append(rest.removeFirst() as Unicode.Scalar) }
    let count = Int(parameter) ?? 0
    switch rest.popFirst() {
    case "A":
      if count > row { complaint = "up \(count) from row \(row)" }
      row = max(0, row - count)
    case "B": row = min(height - 1, row + count)
    case "C": column = min(columns - 1, column + count)
    case "J" where parameter == "2": cells = Array(repeating: Array(repeating: " ", count: columns), count: height)
    case "H": (row, column) = (0, 0)
    case "J": eraseBelow()
    case "K": for index in column..<columns { cells[row][index] = " " }
    case "m": break
    case "h", "l": if parameter != "?25" { complaint = "mode \(parameter)" }
    default: complaint = "a sequence that is not used: \(parameter)"
    }
  }

  private mutating func eraseBelow() {
    for index in column..<columns { cells[row][index] = " " }
    for below in (row + 1)..<max(height, row + 1) { cells[below] = Array(repeating: " ", count: columns) }
  }
}
