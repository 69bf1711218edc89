import S2WMPAnalysis
import S2WMPReport

extension LiveModel {
  /// The lower part: panes beside each other with lines between them.
  mutating func lowerRows(_ layout: LiveLayout) -> [StyledText] {
    let contents = layout.areas.map { area in paneRows(area) }
    return (0..<layout.lowerRows).map { row in
      var out = styled(nil, "")
      for (area, rows) in zip(layout.areas, contents) where rows.indices.contains(row - area.row) {
        if area.column > 0 { out.append(styled(.dim, row == 0 ? "┬" : row == area.row ? "├" : "│")) }
        out.append(rows[row - area.row])
      }
      return out.fitted(to: size.columns)
    }
  }

  /// Title and rows, as wide as the area.
  private mutating func paneRows(_ area: PaneArea) -> [StyledText] {
    var rows: [StyledText]
    switch area.pane {
    case .packets: rows = []
    case .detail: rows = detailRows(width: area.width, height: area.height - 1)
    case .conversations, .users, .findings: rows = listRows(area)
    }
    rows.insert(paneTitle(area), at: 0)
    while rows.count < area.height { rows.append(styled(nil, "").fitted(to: area.width)) }
    return rows
  }

  private mutating func listRows(_ area: PaneArea) -> [StyledText] {
    let items = facts.items(area.pane)
    var cursor = cursors[area.pane] ?? ListCursor()
    let window = cursor.window(items, height: area.height - 1)
    cursors[area.pane] = cursor
    let selected = focus == area.pane ? cursor.index(in: items) : nil
    return window.map { index in
      .listRow(content(of: items[index], at: index, width: area.width - 1), isSelected: index == selected, width: area.width)
    }
  }

  /// - index: the row's; lists of conversations and users are shown from their end.
  private func content(of item: PaneItem, at index: Int, width: Int) -> StyledText {
    switch item {
    case .conversation: row(of: facts.conversations[facts.conversations.count - 1 - index], width: width)
    case .user: row(of: facts.users[facts.users.count - 1 - index], width: width)
    case .finding(let code):
      facts.findings.first { $0.code == code }.map { findingRow($0.code.severity, $0.count, $0.code.name, $0.code.meaning) } ?? styled(nil, "")
    case .security: facts.finding(item).map { findingRow($0.severity, $0.frameCount, $0.code.name, $0.message) } ?? styled(nil, "")
    }
  }

  /// `──[ Users 2 ]──`.
  private func paneTitle(_ area: PaneArea) -> StyledText {
    let isFocused = focus == area.pane
    let (title, end) = titleText(area.pane)
    var row = styled(.dim, isFocused ? "─[" : "──")
    var middle = styled(nil, "")
    middle.styled(isFocused ? .strong : nil) { middle in
      middle.append(" ")
      middle.append(title, room: max(area.width - 6 - end.count, 4))
      middle.append(" ")
    }
    row.append(middle)
    row.append(styled(.dim, isFocused ? "]" : "─"))
    let room = area.width - row.columns - end.count - (end.isEmpty ? 0 : 1)
    row.append(styled(.dim, String(repeating: "─", count: max(room, 0)) + end + (end.isEmpty ? "" : "─")))
    return row.fitted(to: area.width)
  }

  /// What stands at the beginning, and at the end, of a pane's title.
  private func titleText(_ pane: LivePane) -> (StyledText, end: String) {
    switch pane {
    case .packets: return (styled(nil, "Packets"), "")
    case .detail:
      let position = detail?.position ?? (last: 0, of: 0)
      return (selectedPacket.map(detailTitle) ?? styled(nil, "No packet"), position.of == 0 ? "" : " \(position.last)/\(position.of) ")
    case .conversations: return (countedTitle("Conversations", facts.conversations.count, facts.conversationsLeftOut), "")
    case .users: return (countedTitle("Users", facts.users.count, facts.usersLeftOut), "")
    case .findings: return (countedTitle("Findings", facts.findings.count + facts.security.count, 0), "")
    }
  }

  private func countedTitle(_ title: String, _ shown: Int, _ leftOut: UInt64) -> StyledText {
    styled(nil, "\(title) \(StyledText.grouped(UInt64(shown)))" + (leftOut > 0 ? ", \(StyledText.grouped(leftOut)) not kept" : ""))
  }
}
