import S2WMPReport

/// Text of any origin in rows of a width, broken at spaces where there are some.
enum WrappedText {
  /// - limit: rows at most; the last one says that there is more.
  static func rows(_ text: some Sequence<UInt8>, width: Int, limit: Int, colour: Bool, _ style: TextStyle? = nil) -> [StyledText] {
    var safe = StyledText(colour: false)
    safe.append(untrusted: text)
    var pieces = pieces(of: Array(String(decoding: safe.bytes, as: UTF8.self).unicodeScalars), width: max(width, 8))
    if pieces.count > limit { pieces = Array(pieces.prefix(max(limit - 1, 0))) + [Array("… and more".unicodeScalars)] }
    return pieces.map { piece in
      var row = StyledText(colour: colour)
      row.styled(style) { row in for scalar in piece { row.append(scalar, columns: SafeText.width(of: scalar)) } }
      return row
    }
  }

  private static func pieces(of scalars: [Unicode.Scalar], width: Int) -> [[Unicode.Scalar]] {
    var pieces: [[Unicode.Scalar]] = []
    var start = 0
    var columns = 0
    var space: Int?
    var at = 0
    while at < scalars.count {
      let more = SafeText.width(of: scalars[at])
      if columns + more > width {
        let end = space ?? at
        pieces.append(Array(scalars[start..<end]))
        start = space.map { $0 + 1 } ?? at
        (at, columns, space) = (start, 0, nil)
        continue
      }
      if scalars[at] == " " { space = at }
      columns += more
      at += 1
    }
    pieces.append(Array(scalars[start...]))
    return pieces
  }
}
