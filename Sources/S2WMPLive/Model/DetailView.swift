import S2WMPReport

/// The rows of the open packet, and how far they are scrolled.
struct DetailView {
  var scroll = 0
  /// Rows that there are, and rows to show them in, when it was last drawn.
  private var rowCount = 0
  private var height = 1
  private var cache: (packet: LivePacket, width: Int, rows: [StyledText])?

  mutating func forget() { cache = nil }

  mutating func move(_ step: Step) {
    switch step {
    case .by(let rows): scroll += rows
    case .pages(let pages): scroll += pages * max(1, height - 1)
    case .first: scroll = 0
    case .last: scroll = rowCount
    }
    scroll = min(max(scroll, 0), max(rowCount - height, 0))
  }

  /// The visible rows of a packet. They are made once for each packet and width.
  mutating func rows(of packet: LivePacket, width: Int, height: Int, _ make: (LivePacket, Int) -> [StyledText]) -> ArraySlice<StyledText> {
    var rows = cache?.rows ?? []
    if cache?.packet !== packet || cache?.width != width {
      rows = make(packet, width)
      cache = (packet, width, rows)
    }
    (rowCount, self.height) = (rows.count, height)
    scroll = min(max(scroll, 0), max(rowCount - height, 0))
    return rows[scroll..<min(scroll + height, rows.count)]
  }

  var position: (last: Int, of: Int) { (min(scroll + height, rowCount), rowCount) }
}
