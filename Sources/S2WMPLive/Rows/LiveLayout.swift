/// Where a pane stands in the lower part of the screen.
struct PaneArea: Equatable {
  var pane: LivePane
  /// From the first row of the lower part.
  var row: Int
  var column: Int
  var width: Int
  /// With the row of its title.
  var height: Int
}

/// Divides the rows between the filter and the keys: packets above, the other panes below; on small terminals only what is in focus.
struct LiveLayout: Equatable {
  /// Rows of packets, without their heading; 0: they are not shown.
  private(set) var packetRows = 0
  private(set) var lowerRows = 0
  private(set) var areas: [PaneArea] = []

  /// Fewer rows than this are not divided.
  private static let divisible = 11

  init(columns: Int, rows: Int, focus: LivePane, lastSide: LivePane, hasDetail: Bool, hasFindings: Bool) {
    if rows >= Self.divisible {
      lowerRows = hasDetail ? rows * 6 / 10 : max(4, rows * 4 / 10)
      packetRows = rows - lowerRows - 1
    } else if focus == .packets {
      packetRows = rows - 1
    } else {
      lowerRows = rows
    }
    if lowerRows > 0 { divide(columns, lastSide, hasDetail, hasFindings) }
  }

  private mutating func divide(_ columns: Int, _ lastSide: LivePane, _ hasDetail: Bool, _ hasFindings: Bool) {
    if hasDetail {
      areas = [PaneArea(pane: .detail, row: 0, column: 0, width: columns, height: lowerRows)]
    } else if columns >= 110 {
      let first = columns * 40 / 100
      let second = columns * 27 / 100
      areas = [
        PaneArea(pane: .conversations, row: 0, column: 0, width: first, height: lowerRows),
        PaneArea(pane: .users, row: 0, column: first + 1, width: second, height: lowerRows),
        PaneArea(pane: .findings, row: 0, column: first + second + 2, width: columns - first - second - 2, height: lowerRows),
      ]
    } else if columns >= 60 {
      divideInTwo(columns, lastSide, hasFindings)
    } else {
      areas = [PaneArea(pane: lastSide, row: 0, column: 0, width: columns, height: lowerRows)]
    }
  }

  private mutating func divideInTwo(_ columns: Int, _ lastSide: LivePane, _ hasFindings: Bool) {
    let left = columns * 48 / 100
    let right = columns - left - 1
    areas = [PaneArea(pane: .conversations, row: 0, column: 0, width: left, height: lowerRows)]
    if lowerRows >= 8 {
      let users = lowerRows / 2
      areas.append(PaneArea(pane: .users, row: 0, column: left + 1, width: right, height: users))
      areas.append(PaneArea(pane: .findings, row: users, column: left + 1, width: right, height: lowerRows - users))
    } else {
      let shown: LivePane = lastSide != .conversations ? lastSide : hasFindings ? .findings : .users
      areas.append(PaneArea(pane: shown, row: 0, column: left + 1, width: right, height: lowerRows))
    }
  }
}
