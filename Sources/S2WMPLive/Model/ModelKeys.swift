import S2WMPAnalysis
import S2WMPChat
import S2WMPReport

extension LiveModel {
  /// A key of the person's. Ctrl-C, Ctrl-Z and Ctrl-L mean the same everywhere.
  package mutating func receive(_ key: Key) -> [LiveEffect] {
    switch key {
    case .control("c"): return [.quit]
    case .control("z"): return [.suspend]
    case .control("l"): return [.redraw]
    default: break
    }
    notice = nil
    if !size.isEnough { return key == .text("q") ? [.quit] : [] }
    if isHelpShown { return receiveInHelp(key) }
    if prompt != nil { return receiveInPrompt(key) }
    if filter.isEditing { return receiveInFilter(key) }
    return receiveCommand(key)
  }

  private mutating func receiveCommand(_ key: Key) -> [LiveEffect] {
    switch key {
    case .text("q"): return [.quit]
    case .text("?"), .text("h"): (isHelpShown, helpTop) = (true, 0)
    case .text("/"): filter.begin(list.filter)
    case .text("f"): toggleFollowing()
    case .text(" "): togglePause()
    case .text("s"): beginSaving()
    case .text("n"): return jump(1)
    case .text("N"): return jump(-1)
    case .tab: turn(1)
    case .backTab: turn(-1)
    case .escape: return goBack()
    case .enter: return choose()
    default: return move(key)
    }
    return []
  }

  private mutating func receiveInHelp(_ key: Key) -> [LiveEffect] {
    switch Step(key) {
    case .by(let rows)?: helpTop = max(0, helpTop + rows)
    case .pages(let pages)?: helpTop = max(0, helpTop + pages * max(1, size.rows - 2))
    default: isHelpShown = false
    }
    return []
  }

  private mutating func receiveInFilter(_ key: Key) -> [LiveEffect] {
    switch filter.receive(key) {
    case .unchanged: return []
    case .refused: return [.bell]
    case .apply(let next):
      apply(next)
      return []
    }
  }

  // MARK: - Moving

  private mutating func move(_ key: Key) -> [LiveEffect] {
    if focus == .detail, key == .left || key == .right {
      select((selectedIndex ?? 0) + (key == .left ? -1 : 1))
      isFollowing = false
      return []
    }
    guard let step = Step(key) else { return [.bell] }
    switch focus {
    case .packets: moveSelection(step)
    case .detail: detail?.move(step)
    case .conversations, .users, .findings: moveCursor(step)
    }
    return []
  }

  private mutating func moveSelection(_ step: Step) {
    let index = selectedIndex ?? 0
    switch step {
    case .by(let rows): select(index + rows)
    case .pages(let pages): select(index + pages * max(1, pageHeight - 1))
    case .first: select(0)
    // Behind the last one: follows what comes.
    case .last: select(list.count)
    }
  }

  private mutating func moveCursor(_ step: Step) {
    let ids = facts.items(focus)
    var cursor = cursors[focus] ?? ListCursor()
    switch step {
    case .by(let rows): cursor.move(by: rows, in: ids)
    case .pages(let pages): cursor.move(by: pages * 8, in: ids)
    case .first: cursor.select(0, in: ids)
    case .last: cursor.select(ids.count - 1, in: ids)
    }
    cursors[focus] = cursor
  }

  /// The next packet with a warning or an error.
  private mutating func jump(_ direction: Int) -> [LiveEffect] {
    var index = (selectedIndex ?? 0) + direction
    while index >= 0, index < list.count {
      if let worst = history[list[index]]?.findings.worst, worst >= .warning {
        select(index)
        return []
      }
      index += direction
    }
    notice = LiveNotice(text: "No \(direction > 0 ? "later" : "earlier") packet here has a warning or an error.")
    return [.bell]
  }

  // MARK: - Panes

  private mutating func turn(_ direction: Int) {
    let panes: [LivePane] = detail == nil ? [.packets, .conversations, .users, .findings] : [.packets, .detail]
    let at = panes.firstIndex(of: focus) ?? 0
    focus = panes[(at + direction + panes.count) % panes.count]
    if focus != .packets && focus != .detail { lastSide = focus }
  }

  /// Closes what is open, then returns to the packets, then takes the filter off.
  private mutating func goBack() -> [LiveEffect] {
    if detail != nil || focus != .packets {
      detail = nil
      focus = .packets
    } else if list.filter != nil {
      apply(nil)
    } else {
      return [.bell]
    }
    return []
  }

  private mutating func choose() -> [LiveEffect] {
    switch focus {
    case .detail: focus = .packets
    case .packets:
      if selectedPacket == nil { return [.bell] }
      if detail == nil { detail = DetailView() }
      focus = .detail
      isFollowing = false
    case .conversations, .users, .findings:
      let ids = facts.items(focus)
      guard let index = (cursors[focus] ?? ListCursor()).index(in: ids) else { return [.bell] }
      show(only: ids[index])
    }
    return []
  }

  private mutating func show(only item: PaneItem) {
    if let severity = explanationSeverity(of: item), let text = facts.explanation(of: item) { notice = LiveNotice(text: text, severity: severity) }
    guard let text = facts.filterText(for: item), let next = try? DisplayFilter(text) else { return }
    apply(next)
    focus = .packets
  }

  private func explanationSeverity(of item: PaneItem) -> Severity? {
    switch item {
    case .finding(let code): code.severity
    case .security: facts.finding(item)?.severity
    default: nil
    }
  }

  // MARK: - Standing still

  private mutating func toggleFollowing() {
    isFollowing.toggle()
    if isFollowing {
      detail = nil
      focus = .packets
      settle()
    }
  }

  private mutating func togglePause() {
    guard let ended = pause else { return pause = Pause() }
    pause = nil
    if let next = ended.facts { facts = next }
    take(ended.held.all)
  }
}

/// How far a key moves a cursor.
enum Step: Equatable {
  case by(Int)
  case pages(Int)
  case first
  case last

  init?(_ key: Key) {
    switch key {
    case .up, .text("k"), .control("p"): self = .by(-1)
    case .down, .text("j"), .control("n"): self = .by(1)
    case .pageUp, .control("b"), .control("u"): self = .pages(-1)
    case .pageDown, .control("f"), .control("d"): self = .pages(1)
    case .home, .text("g"): self = .first
    case .end, .text("G"): self = .last
    default: return nil
    }
  }
}
