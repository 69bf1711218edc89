import S2WMPAnalysis
import S2WMPInsight
import S2WMPReport

/// Gives recorded packets that match a filter to a survey; names, and what answers belong to, are learned from all.
final class SurveySink: RecordingSink {
  let survey: Survey
  private let filter: DisplayFilter?

  init(_ survey: Survey, _ filter: DisplayFilter?) {
    self.survey = survey
    self.filter = filter
  }

  func receive(_ packet: borrowing Dissection) {
    guard let filter else { return survey.receive(packet) }
    if filter.matches(copy packet) { survey.receive(packet) } else { survey.overlook(packet) }
  }

  func conversationEnded(_ stream: UInt32, _ tally: StreamTally) { survey.conversationEnded(stream, tally) }
}
