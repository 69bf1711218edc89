import S2WMPAnalysis
import S2WMPFlow
import S2WMPInsight
import S2WMPWire
import Testing

@Suite("Conversations and exchanges of a survey")
struct SurveyConversationTests {
  @Test("each direction counts its own; malformed bytes are bytes, but no packets")
  func directions() throws {
    let survey = Survey()
    let back = try SurveySample.message(2, 1, frame: 3).changed { swap(&$0.source, &$0.destination) }
    survey.take(try .message(1, 2), try .message(1, 2, frame: 2), back)
    survey.take(
      back.changed {
        ($0.isMalformed, $0.length, $0.frame, $0.codes) = (true, 1000, 9, [.malformedType])
      })
    let facts = try #require(survey.conversation(stream: 0))
    #expect(facts.forward.packets == 2 && facts.forward.bytes == 162 && facts.backward.packets == 1 && facts.backward.bytes == 1081)
    #expect(facts.malformed == 1 && facts.firstFrame == 1 && facts.lastFrame == 9 && facts.findings.contains(.malformedType))
    let all = survey.facts()
    #expect(all.packets == 3 && all.malformed == 1 && all.bytes == 1243 && all.kinds.map(\.name) == ["M", "malformed"])
  }

  @Test("what reassembly noticed is exact at the end, and at least the packets that say so before")
  func tally() throws {
    let survey = Survey()
    survey.take(try SurveySample.message(1, 2).changed { $0.codes = [.tcpRetransmission, .captureGap] })
    #expect(survey.conversation(0).retransmissions == 1 && survey.conversation(0).gaps == 1 && !survey.conversation(0).isOver)
    var tally = StreamTally()
    (tally.retransmissions, tally.outOfOrder, tally.gaps) = (7, 2, 1)
    survey.conversationEnded(0, tally)
    survey.conversationEnded(77, tally)
    let facts = survey.conversation(0)
    #expect(facts.retransmissions == 7 && facts.outOfOrder == 2 && facts.gaps == 1 && facts.isOver)
  }

  @Test("captures number their conversations and frames anew")
  func files() throws {
    let survey = Survey()
    survey.nextFile("monday.pcap")
    survey.take(try .message(1, 2))
    survey.nextFile("tuesday.pcap")
    var answer = try SurveySample(.acknowledgement, frame: 2, ["ack": .unsigned(1)])
    (answer.replyTo, answer.latency) = (1, 1000)
    survey.take(try SurveySample(.statusChange, frame: 1, ["sender_id": SurveySample.id(1), "status": .unsigned(1)]), answer)
    let facts = survey.facts()
    #expect(facts.files == ["monday.pcap", "tuesday.pcap"])
    #expect(facts.conversations.map(\.file) == [0, 1] && facts.conversations.map(\.stream) == [0, 0])
    #expect(facts.users.first?.firstFile == 0 && facts.users.first?.lastFile == 1 && facts.users.first?.statuses.map(\.file) == [0, 1])
    #expect(facts.latencies.map(\.kind.request) == [.statusChange], "the M in frame 1 of the other capture is not what was answered")
  }

  @Test("an answer is counted with its request, the usual one when that is forgotten")
  func exchanges() throws {
    let survey = Survey()
    var answer = try SurveySample(.acknowledgement, frame: 2, ["ack": .unsigned(1), "datetime": .unsigned(5)])
    (answer.replyTo, answer.latency) = (1, 1_000_000)
    let change = try SurveySample(.idChange, ["timestamp": .unsigned(5), "user_id": SurveySample.id(1), "public_key": .bytes([1])])
    survey.take(try .message(1, 2), change, answer)
    #expect(survey.facts().latencies.map(\.kind.name) == ["IC → ACK"], "of two requests in a frame the one whose time comes back")
    survey.take(answer.changed { ($0.replyTo, $0.frame) = (400_000, 400_001) })
    #expect(survey.facts().latencies.map(\.kind.name) == ["M → ACK", "IC → ACK"])
    survey.take(try SurveySample.message(1, 2, frame: 500_000).changed { $0.codes = [.requestUnanswered] })
    #expect(survey.facts().latencies.first?.unanswered == 1)
    #expect(survey.facts().acknowledgements == [AcknowledgementFacts(dialect: .v1, error: 0, count: 2)])
  }

  @Test("packets that are overlooked are not counted, but what answers them is understood")
  func overlooked() throws {
    let survey = Survey()
    let request = try SurveySample(.statusChange, ["sender_id": SurveySample.id(1)])
    let sink = Overlooking(survey)
    request.give(to: sink)
    var answer = try SurveySample(.acknowledgement, frame: 2, ["ack": .unsigned(1)])
    (answer.replyTo, answer.latency) = (1, 1000)
    survey.take(answer)
    let facts = survey.facts()
    #expect(facts.packets == 1 && facts.latencies.map(\.kind.name) == ["SC → ACK"] && facts.users.isEmpty)
  }

  private final class Overlooking: DissectionSink {
    let survey: Survey
    init(_ survey: Survey) { self.survey = survey }
    func receive(_ packet: borrowing Dissection) { survey.overlook(packet) }
  }
}
