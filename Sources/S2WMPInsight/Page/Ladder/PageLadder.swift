import S2WMPAnalysis
import S2WMPReport

/// The sequence ladder: windows of time, each with what went between whom; opened, its packets as arrows; opened again, their bytes.
struct PageLadder {
  let context: PageContext
  let windows: [TimeWindow]
  /// Packets of the whole capture.
  let total: UInt64

  private static let openPackets: UInt64 = 200

  func write(_ out: (String) throws -> Void) rethrows {
    guard !windows.isEmpty else { return }
    try out(
      """
      <section>
      <h2 id="ladder">Ladder</h2>
      \(introduction)\(legend)<div class="ladder">
      \(PageArrow.definitions)\(heads)
      """)
    var index = 0
    for (number, window) in windows.enumerated() {
      let end = window.firstOrdinal + window.packets
      var next = index
      while next < context.packets.count, context.packets[next].ordinal < end { next += 1 }
      try write(window, number, index..<next, out)
      index = next
    }
    try out("</div>\n</section>\n\n")
  }

  private var introduction: String {
    let shown = UInt64(context.packets.count)
    let parts = windows.count == 1 ? "" : " in \(Digits.counted(windows.count, "window"))"
    if shown == total { return "<p class=\"quiet\">\(Digits.counted(total, "packet"))\(parts). Open a packet for its fields and bytes.</p>\n" }
    return """
      <p class="shown">Shown in full: \(Digits.grouped(shown)) of \(Digits.counted(total, "packet")): first those with findings, then the first \
      ones of each window, the first and the last of each conversation, and the earliest. Arrows of a window count all of them. <code>s2wmp decode FILE</code> shows every packet, and \
      <code>--limit N</code> more of them here.</p>

      """
  }

  private var legend: String {
    let rows = context.columns.all.map { column in
      "<li><b>\(column.letter)</b> \(MarkupText.escaped(column.name))\(column.place.isEmpty ? "" : " <span class=\"quiet\">\(MarkupText.escaped(column.place))</span>")</li>\n"
    }
    return "<ul class=\"legend\" aria-label=\"Lanes\">\n\(rows.joined())</ul>\n"
  }

  private var heads: String {
    let cells = context.columns.all.map { "<span><b>\($0.letter)</b> <span class=\"who\">\(MarkupText.escaped($0.name))</span></span>" }
    return """
      <div class="row heads" aria-hidden="true"><span class="frame">frame</span><span class="time">seconds</span><span class="lanes">\(cells.joined())</span>\
      <span class="type">type</span><span class="what">what</span></div>

      """
  }

  private func write(_ window: TimeWindow, _ number: Int, _ range: Range<Int>, _ out: (String) throws -> Void) rethrows {
    try out(
      """
      <details class="window" id="w\(number + 1)"\(total <= Self.openPackets ? " open=\"open\"" : "")>
      <summary>\(title(window))\(windows.count > 1 ? PageFlows(window: window, columns: context.columns, most: windows.count > 16 ? 4 : 6).html : "")</summary>
      <div class="packets">

      """)
    let busy = BusyLanes(context, range)
    var expected = window.firstOrdinal
    for index in range {
      let packet = context.packets[index]
      if packet.ordinal > expected { try out(skipped(packet.ordinal - expected)) }
      try out(pause(before: index, range))
      try out(PagePacketRow(context: context, index: index, busy: busy[index]).html)
      expected = packet.ordinal + 1
    }
    let end = window.firstOrdinal + window.packets
    if end > expected { try out(skipped(end - expected)) }
    try out("\(rest(window, range.count))</div>\n</details>\n")
  }

  private func title(_ window: TimeWindow) -> String {
    let clock = window.firstTime == nil ? "no times" : "\(context.clock(window.firstTime)) – \(context.clock(window.lastTime))"
    let seconds = window.firstTime == nil ? "" : "<span class=\"quiet\">\(context.seconds(window.firstTime)) – \(context.seconds(window.lastTime)) s</span> "
    let frames = window.firstFrame == window.lastFrame ? "frame \(window.firstFrame)" : "frames \(window.firstFrame)–\(window.lastFrame)"
    var counts = [Digits.counted(window.packets, "packet")]
    if window.errors > 0 { counts.append("<span class=\"bad\">\(Digits.grouped(window.errors)) with errors</span>") }
    if window.warnings > 0 { counts.append("<span class=\"warning\">\(Digits.grouped(window.warnings)) with warnings</span>") }
    return "<span class=\"window-title\"><b>\(clock)</b> \(seconds)<span class=\"quiet\">\(frames)</span> <span>\(counts.joined(separator: ", "))</span></span>"
  }

  private func skipped(_ count: UInt64) -> String { between("⋮ \(Digits.grouped(count)) not shown") }

  /// A line between packets, through which the lanes go on.
  private func between(_ words: String) -> String { "<p class=\"row skipped\"><span class=\"note\">\(words)</span><span class=\"lanes\"></span></p>\n" }

  /// Silence between two packets that are shown one after the other.
  private func pause(before index: Int, _ range: Range<Int>) -> String {
    guard index > range.lowerBound else { return "" }
    let (earlier, later) = (context.packets[index - 1], context.packets[index])
    guard !earlier.time.isNone, !later.time.isNone, later.ordinal == earlier.ordinal + 1 else { return "" }
    let silence = later.time.nanoseconds &- earlier.time.nanoseconds
    return silence >= 1_000_000_000 ? between("\(Digits.span(silence)) later") : ""
  }

  private func rest(_ window: TimeWindow, _ shown: Int) -> String {
    guard window.packets > UInt64(shown) else { return "" }
    return """
      <p class="quiet">All \(Digits.grouped(window.packets)): \
      <code>s2wmp decode FILE --filter 'frame &gt;= \(window.firstFrame) &amp;&amp; frame &lt;= \(window.lastFrame)'</code></p>

      """
  }
}

/// Which lanes have a request to answer while a packet goes by: what ties an answer to its request.
struct BusyLanes {
  enum Part: Hashable {
    /// From the packet on: it is the request.
    case begins
    /// Up to the packet: it is the answer.
    case ends
    case passes
  }

  private var parts: [Int: [Int: Part]] = [:]

  /// Rows that a tie may span.
  private static let longest = 40

  init(_ context: PageContext, _ range: Range<Int>) {
    for index in range {
      let answer = context.packets[index]
      guard answer.replyTo != 0, let request = context.index(ofFrame: answer.replyTo), range.contains(request), request < index,
        index - request <= Self.longest
      else { continue }
      let lane = lane(context.packets[request], answer, context.columns)
      note(.begins, request, lane)
      for row in request + 1..<index { note(.passes, row, lane) }
      note(.ends, index, lane)
    }
  }

  /// Who was asked; where another one answers, as to a broadcast, who asked.
  private func lane(_ request: KeptPacket, _ answer: KeptPacket, _ columns: LaneColumns) -> Int {
    let asked = columns.column(of: request.lanes.to)
    return columns.column(of: answer.lanes.from) == asked ? asked : columns.column(of: request.lanes.from)
  }

  /// Two ties that meet make one.
  private mutating func note(_ part: Part, _ row: Int, _ lane: Int) {
    let known = parts[row]?[lane]
    parts[row, default: [:]][lane] = known == nil || known == part ? part : .passes
  }

  subscript(row: Int) -> [(lane: Int, part: Part)] { (parts[row] ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
}
