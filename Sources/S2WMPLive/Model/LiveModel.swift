import S2WMPAnalysis
import S2WMPChat
import S2WMPReport

/// The live screen without a terminal: packets, facts, keys, ticks and sizes in; rows and wishes out.
public struct LiveModel {
  let settings: LiveSettings
  public private(set) var size: LiveSize
  var history: PacketHistory
  var list = PacketList()
  var filter = FilterEntry()
  var focus = LivePane.packets
  /// The pane beside the packets that was last in focus: the one to show when there is room for one.
  var lastSide = LivePane.conversations
  /// Serial of the selected packet.
  var selected: UInt64?
  /// Serial of the first packet on the screen.
  var top: UInt64 = 0
  /// The newest packet is selected as it comes.
  var isFollowing = true
  var detail: DetailView?
  var cursors: [LivePane: ListCursor<PaneItem>] = [:]
  var facts = LiveFacts()
  var counters = LiveCounters()
  var pause: Pause?
  var prompt: SavePrompt?
  var notice: LiveNotice?
  var isHelpShown = false
  var helpTop = 0
  var rate = RateMeter()
  var totals = PacketTotals()
  /// Why the capture ended; nil while it goes on.
  var ending: String?
  /// Knows names and the first time; lines come from it.
  var line: TextLine
  /// Rows of packets on the screen when it was last drawn: what a page is.
  var pageHeight = 10

  public init(_ settings: LiveSettings, size: LiveSize) {
    self.settings = settings
    self.size = size
    history = PacketHistory(limit: settings.keep, byteLimit: settings.keepBytes)
    line = TextLine(Self.lineOptions(settings, size))
    list.apply(settings.filter, to: history)
  }

  static func lineOptions(_ settings: LiveSettings, _ size: LiveSize) -> TextOptions {
    var options = settings.text
    // A column for the cursor.
    options.width = size.columns - 1
    options.isCompact = size.columns < 110
    return options
  }

  /// Frame of the oldest packet that is kept: frames before it are of no more use.
  public var oldestFrame: UInt64? { history.first.map { $0.frames.first ?? $0.frame } }

  public var isPaused: Bool { pause != nil }

  // MARK: - What happens outside

  /// Packets that were captured, in their order.
  public mutating func receive(_ packets: [LivePacket]) {
    for packet in packets {
      packet.withDissection { line.learn($0) }
      totals.count(packet)
    }
    if pause != nil {
      pause?.hold(packets, limit: settings.keep, byteLimit: settings.keepBytes)
    } else {
      take(packets)
    }
  }

  mutating func take(_ packets: some Sequence<LivePacket>) {
    for packet in packets { history.append(packet) }
    list.update(from: history)
    settle()
  }

  public mutating func receive(_ next: LiveFacts) {
    if pause != nil { pause?.facts = next } else { facts = next }
  }

  public mutating func receive(_ next: LiveCounters) { counters = next }

  /// The capture is over: one sentence on why.
  public mutating func receiveEnd(_ reason: String) {
    ending = reason
    notice = LiveNotice(text: reason, severity: .error)
  }

  /// - now: nanoseconds of a clock that never goes back.
  public mutating func tick(_ now: UInt64) { rate.note(totals.packets, at: now) }

  public mutating func resize(to next: LiveSize) {
    if next == size { return }
    size = next
    line = line.adapted(to: Self.lineOptions(settings, size))
    detail?.forget()
  }

  /// What became of the file.
  public mutating func receive(saved result: SaveResult, of request: SaveRequest) {
    switch result {
    case .exists: prompt?.step = .confirm(request)
    case .failed(let sentence):
      prompt?.step = .name
      notice = LiveNotice(text: sentence, severity: .error)
    case .saved(let path, let frames, let missing):
      prompt = nil
      var text = "Saved \(counted(frames, "frame")) to \(path)."
      if missing > 0 { text += " \(missing) older ones were no longer kept; --keep keeps more, -w writes all." }
      notice = LiveNotice(text: text, severity: missing > 0 ? .warning : nil)
    }
  }
}

// MARK: - The selected packet

extension LiveModel {
  /// Keeps the selection on a packet that is shown.
  mutating func settle() {
    if list.count == 0 { return selected = nil }
    if isFollowing { return selected = list.last }
    guard let current = selected else { return selected = list.last }
    selected = list[min(list.index(atOrAfter: current), list.count - 1)]
  }

  var selectedIndex: Int? { selected.map { list.index(atOrAfter: $0) } }

  var selectedPacket: LivePacket? { selected.flatMap { history[$0] } }

  mutating func select(_ index: Int) {
    guard list.count > 0 else { return }
    selected = list[min(max(index, 0), list.count - 1)]
    isFollowing = index >= list.count
    detail?.scroll = 0
  }

  mutating func apply(_ next: DisplayFilter?) {
    list.apply(next, to: history)
    settle()
  }
}
