import S2WMPReport

extension LiveModel {
  private static let help: [(key: String, meaning: String)] = [
    ("", "Moving"),
    ("↑ ↓ or k j", "one row; PgUp PgDn one page; Home End or g G to the first, the last"),
    ("Tab", "next pane: packets, conversations, users, findings; Shift-Tab back"),
    ("n N", "next, previous packet with a warning or an error"),
    ("f, End", "follow: the newest packet stays selected; moving up ends it"),
    ("", "Looking"),
    ("Enter", "a packet: its fields and bytes, then ← → for the packets beside it"),
    ("", "a conversation, user or finding: only its packets"),
    ("Esc", "back: closes the detail, returns to the packets, takes the filter off"),
    ("/", "filter as you type: type == M, id == 7f3a, expert.severity >= warning"),
    ("", "a wrong one shows its mistake, and the last good one stays in force"),
    ("Space", "pause: the screen stands still, the capture goes on"),
    ("", "Keeping"),
    ("s", "save what is kept, or what matches, as pcap or pcapng"),
    ("Ctrl-Z", "stop the program; fg goes on. Ctrl-L draws anew"),
    ("q, Ctrl-C", "leave"),
  ]

  mutating func helpRows() -> [StyledText] {
    let lines = Self.help.flatMap { entry in helpLines(entry.key, entry.meaning) } + limits
    let height = size.rows - 2
    helpTop = min(helpTop, max(0, lines.count - height))
    var rows = [StyledText.row(styled(.strong, "Keys of the live screen"), styled(.dim, "any key closes"), width: size.columns)]
    rows += lines[helpTop..<min(helpTop + height, lines.count)].map { $0.fitted(to: size.columns) }
    while rows.count < size.rows - 1 { rows.append(styled(nil, "").fitted(to: size.columns)) }
    let isWhole = lines.count <= height
    rows.append(styled(.dim, isWhole ? "" : " ↑↓ scroll").fitted(to: size.columns))
    return rows
  }

  private static let titles: Set<String> = ["Moving", "Looking", "Keeping"]

  private func helpLines(_ key: String, _ meaning: String) -> [StyledText] {
    if Self.titles.contains(meaning) { return [styled(.strong, meaning)] }
    let column = 14
    return StyledText.wrapped(meaning.utf8, width: size.columns - column, limit: 5, colour: hasColour).enumerated().map { index, row in
      var out = styled(nil, "  ")
      if index == 0 { out.append(styled(.strong, key)) }
      out.pad(to: column)
      out.append(row)
      return out
    }
  }

  /// What is remembered and what is not.
  private var limits: [StyledText] {
    let number = StyledText.grouped(UInt64(settings.keep))
    let text = "The last \(number) packets are kept (--keep), and their frames for saving within a limit; -w FILE writes all of them."
    return StyledText.wrapped(text.utf8, width: size.columns - 2, limit: 5, colour: hasColour, .dim)
  }
}
