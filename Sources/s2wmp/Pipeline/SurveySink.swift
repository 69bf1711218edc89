import S2WMPAnalysis
import S2WMPInsight
import S2WMPReport

/// Gives recorded packets that match a filter to a survey; names, and what answers belong to, are learned from all.
final class SurveySink: RecordingSink {
  let survey: Survey
  private let filter: DisplayFilter?
  /// Of the capture that is being read; each is judged by itself.
  private var watch = SecurityWatch()
  private var security: [(file: Int, finding: SecurityFinding)] = []
  private var files = 0

  init(_ survey: Survey, _ filter: DisplayFilter?) {
    self.survey = survey
    self.filter = filter
  }

  func receive(_ packet: borrowing Dissection) {
    if let filter, !filter.matches(copy packet) { return survey.overlook(packet) }
    survey.receive(packet)
    watch.receive(packet)
  }

  func conversationEnded(_ stream: UInt32, _ tally: StreamTally) { survey.conversationEnded(stream, tally) }

  /// Before each capture.
  func nextFile(_ name: String) {
    endFile()
    survey.nextFile(name)
    files += 1
  }

  private func endFile() {
    security += watch.findings().map { (max(0, files - 1), $0) }
    watch = SecurityWatch()
  }

  /// What all captures told: weaknesses in their order, those of each by severity.
  func facts() -> SurveyFacts {
    endFile()
    var facts = survey.facts()
    facts.security = security
    return facts
  }
}
