import S2WMPWire

/// The annotated bytes of a packet as a table: a row a field, with its place, name, bytes and meaning. Marked bytes stand out.
package struct FieldTable {
  /// Parts of the packet that are marked.
  package var marks: [Range<Int>] = []
  /// What is said of a marked field.
  package var mark = ""
  /// Names of fields that something was found wrong with, and what is said of them.
  package var faults: [String: String] = [:]

  /// Bytes of a field that are shown from its start, around a marked one, and at most.
  private static let shownBytes = 48
  private static let around = 8
  private static let mostBytes = 256

  package init(marks: [Range<Int>] = [], mark: String = "", faults: [String: String] = [:]) {
    (self.marks, self.mark, self.faults) = (marks, mark, faults)
  }

  package func html(_ fields: [AnnotatedPacket.Field], _ bytes: [UInt8]) -> String {
    """
    <table class="stacked fields">
    <thead><tr><th scope="col">at</th><th scope="col">field</th><th scope="col">bytes</th><th scope="col">says</th></tr></thead>
    <tbody>
    \(fields.map { row($0, bytes) }.joined())</tbody>
    </table>

    """
  }

  private func row(_ field: AnnotatedPacket.Field, _ bytes: [UInt8]) -> String {
    let range = field.range.clamped(to: bytes.indices)
    let marked = marks.map { $0.clamped(to: range) }.filter { !$0.isEmpty }
    let note = marked.isEmpty ? faults[field.name] : mark
    return """
      <tr\(note == nil ? "" : " class=\"changed\"")><td class="number inline">\(field.range.lowerBound)</td>\
      <td class="field inline"><code>\(MarkupText.escaped(field.name))</code></td><td class="hex">\(hex(range, bytes, marked))</td>\
      <td class="says">\(note.map { "<span class=\"warning\">\(MarkupText.escaped($0))</span> " } ?? "")\(meaning(field, bytes[range]))</td></tr>

      """
  }

  /// Hex that only repeats the bytes says nothing more.
  private func meaning(_ field: AnnotatedPacket.Field, _ bytes: ArraySlice<UInt8>) -> String {
    let repeated = bytes.count > 1 ? Hex.string(bytes) : "-"
    let meaning = field.meaning.hasPrefix(repeated) ? field.meaning.dropFirst(repeated.count).drop { $0 == " " } : field.meaning[...]
    return MarkupText.escaped(meaning.count > 400 ? "\(meaning.prefix(400))…" : String(meaning))
  }

  /// The field's first bytes and those around the marked ones.
  private func hex(_ range: Range<Int>, _ bytes: [UInt8], _ marked: [Range<Int>]) -> String {
    if range.isEmpty { return "<span class=\"quiet\">empty</span>" }
    var wanted = [range.lowerBound..<min(range.upperBound, range.lowerBound + Self.shownBytes)]
    for mark in marked {
      wanted.append((mark.lowerBound - Self.around..<min(mark.upperBound, mark.lowerBound + Self.shownBytes) + Self.around).clamped(to: range))
    }
    var out = ""
    var end = range.lowerBound
    var left = Self.mostBytes
    for part in wanted.sorted(by: { $0.lowerBound < $1.lowerBound }) where part.upperBound > end && left > 0 {
      if part.lowerBound > end { out += "<span class=\"quiet\">… \(part.lowerBound - end) more …</span> " }
      let shown = (max(end, part.lowerBound)..<part.upperBound).prefix(left)
      out += text(shown, bytes, marked) + " "
      left -= shown.count
      end = shown.upperBound
    }
    if end < range.upperBound { out += "<span class=\"quiet\">… \(range.upperBound - end) more</span>" }
    return out
  }

  private func text(_ range: Range<Int>, _ bytes: [UInt8], _ marked: [Range<Int>]) -> String {
    range.map { index in
      let digits = Hex.string([bytes[index]])
      return marked.contains { $0.contains(index) } ? "<mark>\(digits)</mark>" : digits
    }.joined(separator: " ")
  }
}
