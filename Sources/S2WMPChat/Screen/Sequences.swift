/// The few control sequences that are used. Every terminal in use knows them.
package enum Sequences {
  static func up(_ count: Int, _ out: inout [UInt8]) { move("A", count, &out) }
  static func down(_ count: Int, _ out: inout [UInt8]) { move("B", count, &out) }
  static func right(_ count: Int, _ out: inout [UInt8]) { move("C", count, &out) }

  static func vertical(_ count: Int, _ out: inout [UInt8]) {
    count < 0 ? up(-count, &out) : down(count, &out)
  }

  static func eraseBelow(_ out: inout [UInt8]) { append("\u{1b}[J", &out) }
  package static func eraseRight(_ out: inout [UInt8]) { append("\u{1b}[K", &out) }
  package static func clear(_ out: inout [UInt8]) { append("\u{1b}[H\u{1b}[2J", &out) }
  package static func hideCursor(_ out: inout [UInt8]) { append("\u{1b}[?25l", &out) }
  package static func showCursor(_ out: inout [UInt8]) { append("\u{1b}[?25h", &out) }

  /// Row and column count from 0.
  package static func place(row: Int, column: Int, _ out: inout [UInt8]) { append("\u{1b}[\(row + 1);\(column + 1)H", &out) }

  private static func move(_ final: String, _ count: Int, _ out: inout [UInt8]) {
    if count > 0 { append("\u{1b}[\(count)\(final)", &out) }
  }

  private static func append(_ text: String, _ out: inout [UInt8]) { out.append(contentsOf: text.utf8) }
}
