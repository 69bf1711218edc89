/// A stranger's text in rows that fit: broken between words, or beside a wide character; within a word only when it does not fit into a row.
///
/// Line feeds begin a new row; everything else that could move the cursor is escaped as `StyledText.append(untrusted:)` does. Rows are meant to stand
/// behind an indent, so that no text can pass for a line of its own.
package struct WrappedText {
  package private(set) var rows: [StyledText] = []
  /// Characters that the limit of rows cut off.
  package private(set) var unshown = 0
  private let width: Int
  private let limit: Int
  private var row = StyledText(colour: false)
  private var word = StyledText(colour: false)
  /// Columns of spaces between the row and the word.
  private var gap = 0

  /// - width: columns of a row; nil: as long as the text wants.
  /// - limit: rows at most.
  package init(untrusted bytes: some Sequence<UInt8>, width: Int?, limit: Int = 200) {
    self.init(String(decoding: bytes.map { $0 }, as: UTF8.self), isOwn: false, width, limit)
  }

  /// The program's own words, or others that were made harmless already: nothing of them is escaped, and there may be any number of rows.
  package init(_ text: String, width: Int?) { self.init(text, isOwn: true, width, .max) }

  private init(_ text: String, isOwn: Bool, _ width: Int?, _ limit: Int) {
    self.width = max(8, width ?? .max)
    self.limit = max(1, limit)
    var marks = 0
    for scalar in text.unicodeScalars {
      if rows.count >= self.limit {
        unshown += 1
        continue
      }
      marks = SafeText.width(of: scalar) == 0 ? marks + 1 : 0
      place(scalar, isEscaped: !isOwn && (marks > 2 || !SafeText.isHarmless(scalar)))
    }
    endWord()
    if rows.count < self.limit || unshown == 0 { rows.append(row) }
  }

  private mutating func place(_ scalar: Unicode.Scalar, isEscaped: Bool) {
    switch scalar {
    case "\n":
      endWord()
      endRow()
    case " ":
      endWord()
      gap += 1
    default:
      var cell = StyledText(colour: false)
      if isEscaped {
        cell.append(StyledText.escape(scalar))
      } else {
        cell.append(scalar, columns: SafeText.width(of: scalar))
      }
      // Scripts without spaces break anywhere.
      if cell.columns == 2 { endWord() }
      if word.columns + cell.columns > width { endWord() }
      word.append(cell)
    }
  }

  private mutating func endWord() {
    if word.bytes.isEmpty { return }
    if row.columns + gap + word.columns > width {
      endRow()
    } else {
      row.pad(to: row.columns + gap)
      gap = 0
    }
    row.append(word)
    word.clear()
  }

  private mutating func endRow() {
    rows.append(row)
    row.clear()
    gap = 0
  }
}
