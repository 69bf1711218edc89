import S2WMPAnalysis
import S2WMPReport

/// Arrows between lanes. Places are in percent, so that drawings are as wide as there is room while their lines and heads keep their size.
enum PageArrow {
  /// The heads of arrows, once a page.
  static let definitions = """
    <svg class="definitions" width="0" height="0" aria-hidden="true" focusable="false"><defs>
    \(["go", "go-warning", "go-bad"].map(head).joined(separator: "\n"))
    </defs></svg>

    """

  private static func head(_ name: String) -> String {
    """
    <marker id="\(name)" class="\(name)" markerUnits="userSpaceOnUse" markerWidth="10" markerHeight="10" refX="9" refY="5" orient="auto">\
    <path d="M0 1L9 5L0 9z"/></marker>
    """
  }

  static func style(_ worst: Severity?) -> String {
    switch worst {
    case .error: "go-bad"
    case .warning: "go-warning"
    default: "go"
    }
  }

  /// - y: where, with its unit.
  static func line(_ from: Int, _ to: Int, _ columns: LaneColumns, y: String, _ style: String, width: Double? = nil) -> String {
    let thickness = width.map { " stroke-width=\"\(Double(Int($0 * 10)) / 10)\"" } ?? ""
    if from == to { return "<circle class=\"\(style)\" cx=\"\(columns.middle(from))\" cy=\"\(y)\" r=\"4\"\(thickness)/>" }
    return """
      <line class="\(style)" x1="\(columns.middle(from))" x2="\(columns.middle(to))" y1="\(y)" y2="\(y)" marker-end="url(#\(style))"\(thickness)/>
      """
  }
}

/// What went between whom in a window: an arrow a pair of lanes, thick when it was much, with the number of packets.
struct PageFlows {
  let window: TimeWindow
  let columns: LaneColumns

  let most: Int
  private static let height = 20

  private struct Flow {
    var from: Int
    var to: Int
    var packets: UInt64
    var worst: Severity?
  }

  var html: String {
    let flows = self.flows
    let shown = flows.prefix(most).sorted { a, b in a.from != b.from ? a.from < b.from : a.to < b.to }
    let hidden = flows.dropFirst(most).reduce(window.otherFlows) { $0 &+ $1.packets }
    let height = max(1, shown.count) * Self.height + 4
    let words = shown.map { "\(columns.all[$0.from].letter) to \(columns.all[$0.to].letter) \(Digits.grouped($0.packets))" }
    let drawn = shown.enumerated().map { arrow($0.element, y: $0.offset * Self.height + 15) }
    let more = hidden > 0 ? "<span class=\"more quiet\">+ \(Digits.grouped(hidden)) between others</span>" : ""
    return """
      <span class="row flows"><span class="lanes"><svg role="img" aria-label="\(words.joined(separator: ", "))" width="100%" height="\(height)">\
      \(drawn.joined())</svg></span>\(more)</span>
      """
  }

  /// Between columns, the most first.
  private var flows: [Flow] {
    var counted: [LanePair: Flow] = [:]
    for (pair, flow) in window.flows {
      let (from, to) = (columns.column(of: pair.from), columns.column(of: pair.to))
      let key = LanePair(from: LaneNumber(clamping: from), to: LaneNumber(clamping: to))
      var sum = counted[key] ?? Flow(from: from, to: to, packets: 0, worst: nil)
      sum.packets += flow.packets
      sum.worst = [sum.worst, flow.worst].compactMap { $0 }.max()
      counted[key] = sum
    }
    return counted.values.sorted { a, b in
      a.packets != b.packets ? a.packets > b.packets : (a.from, a.to) < (b.from, b.to)
    }
  }

  private func arrow(_ flow: Flow, y: Int) -> String {
    let share = Double(flow.packets) / Double(max(1, window.packets))
    let middle = LaneColumns.percent((Double(flow.from + flow.to) / 2 + 0.5) * 100 / Double(max(1, columns.all.count)))
    return """
      \(PageArrow.line(flow.from, flow.to, columns, y: "\(y)", PageArrow.style(flow.worst), width: 1 + 3 * share))\
      <text x="\(middle)" y="\(flow.from == flow.to ? y - 6 : y - 4)">\(Digits.grouped(flow.packets))</text>
      """
  }
}
