import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// The report page: one HTML file that needs nothing else, neither a network nor a script. Everything from outside goes through `MarkupText`.
public struct ReportPage {
  /// How the capture is called; as it was given, not escaped.
  public var file: String
  /// The filter that chose the packets.
  public var filter: String?
  /// Why the capture could not be read to its end.
  public var problem: String?
  public var facts: SurveyFacts
  public var security: [SecurityFinding]
  let material: PageMaterial
  let context: PageContext

  public init(file: String, material: PageMaterial, facts: SurveyFacts, security: [SecurityFinding] = []) {
    (self.file, self.facts, self.security) = (file, facts, security)
    var material = material
    let kept = material.takeKept()
    let start = material.windows.all.lazy.compactMap(\.firstTime).first
    let end = material.windows.all.lazy.reversed().compactMap(\.lastTime).first
    context = PageContext(names: material.names, packets: kept, columns: LaneColumns(material.lanes, material.names), start: start, end: end)
    self.material = material
  }

  /// Writes the page, piece by piece.
  public func write(_ out: (String) throws -> Void) rethrows {
    let frame = PageFrame(
      title: "\(file) – s2wmp report", style: PageStyle.base + ReportStyle.text(columns: context.columns.all.count), script: ReportScript.text,
      skip: ("content", "To the content"))
    try out(frame.head)
    try out(PageHead(page: self).html)
    try out("<main id=\"content\">\n")
    try out(PageFindingList(context: context, counts: material.findingCounts).html)
    try out(PageSecurity(context: context, findings: security).html)
    try PageLadder(context: context, windows: material.windows.all, total: material.packets).write(out)
    try out(PageRate(context: context, rate: facts.rate, windows: material.windows.all).html)
    try out(PageLatencies(latencies: facts.latencies).html)
    try out(PageUsers(context: context, users: facts.users, leftOut: facts.usersLeftOut).html)
    try out(PageGraph(context: context, table: material.contacts).html)
    try out(PageConversations(context: context, facts: facts).html)
    try out("</main>\n")
    try out(frame.foot)
  }

  /// The whole page.
  public var text: String {
    var text = ""
    write { text += $0 }
    return text
  }
}
