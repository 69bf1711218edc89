import S2WMPAnalysis
import S2WMPInsight
import S2WMPReport

/// Takes dissected packets for a report page: those that match the filter, and of the others the names that they tell.
final class ReportSink: RecordingSink {
  private let filter: DisplayFilter?
  private(set) var material: PageMaterial
  private let survey = Survey()
  private let watch = SecurityWatch()

  init(filter: DisplayFilter?, limit: Int) {
    self.filter = filter
    material = PageMaterial(limit: limit)
  }

  func receive(_ packet: borrowing Dissection) {
    if let filter, !filter.matches(copy packet) { return material.passOver(packet) }
    material.add(packet)
    survey.receive(packet)
    watch.receive(packet)
  }

  func conversationEnded(_ stream: UInt32, _ tally: StreamTally) { survey.conversationEnded(stream, tally) }

  var hasPackets: Bool { material.holdsPackets }

  /// What was collected, as a page.
  func page(file: String) -> ReportPage { ReportPage(file: file, material: material, facts: survey.facts(), security: watch.findings()) }
}
