import S2WMPAnalysis
import S2WMPFlow
import S2WMPInsight
import S2WMPWire
import Testing

@Suite("Users of a survey")
struct SurveyUserTests {
  private let survey = Survey()

  private func user(_ number: UInt64) throws -> UserFacts { try #require(survey.user(SurveySample.identifier(number))) }

  @Test("statuses are listed when they change, messages are counted at both ends")
  func statuses() throws {
    for (frame, status) in [(1, 0), (2, 0), (3, 2), (4, 2), (5, 0)] as [(UInt64, UInt64)] {
      survey.take(try .message(1, 2, frame: frame, status: status))
    }
    let (alice, bob) = (try user(1), try user(2))
    #expect(alice.statuses.map(\.status) == [0, 2, 0] && alice.statuses.map(\.frame) == [1, 3, 5])
    #expect(alice.statuses.map(\.text) == ["online", "away", "online"])
    #expect(alice.messagesSent == 5 && alice.messagesReceived == 0 && bob.messagesReceived == 5 && bob.statuses.isEmpty)
    #expect(alice.firstFrame == 1 && alice.lastFrame == 5 && bob.packetsSent == 0)
  }

  @Test("who opened a connection has an address without port, who accepted it one with")
  func addresses() throws {
    survey.take(try .message(1, 2), try SurveySample.message(2, 1, frame: 2).changed { swap(&$0.source, &$0.destination) })
    #expect(try user(1).addresses == [Endpoint.ipv4(0x0a00_0007, port: 0)])
    #expect(try user(2).addresses == [SurveySample.bob])
    let registration = try SurveySample(.registration, frame: 3, ["user_id": SurveySample.id(1)])
    survey.take(registration.changed { ($0.transport, $0.source.port, $0.stream) = (.udp, 5000, 1) })
    #expect(try user(1).addresses == [Endpoint.ipv4(0x0a00_0007, port: 5000)], "the port completes the address")
    #expect(try user(1).registrations == 1)
  }

  @Test("a capture that begins in the middle does not make the opener a listener")
  func middle() throws {
    survey.take(
      try SurveySample.message(2, 1).changed { swap(&$0.source, &$0.destination) }, try .message(1, 2, frame: 2))
    #expect(try user(1).addresses == [Endpoint.ipv4(0x0a00_0007, port: 0)] && user(2).addresses == [SurveySample.bob])
  }

  @Test("lookup responses tell addresses, in both dialects")
  func lookedUp() throws {
    let address: [UInt8] = Array(repeating: 0, count: 10) + [0xff, 0xff, 192, 0, 2, 1]
    let values: [String: FieldValue] = [
      "user_id": SurveySample.id(1), "lookup_id": SurveySample.id(3), "address": .address(address), "port": .unsigned(6000),
    ]
    survey.take(try SurveySample(.lookupResponse, values).changed { ($0.transport, $0.source) = (.udp, SurveySample.server) })
    #expect(try user(3).addresses == [Endpoint.ipv4(0xc000_0201, port: 6000)] && user(1).addresses.isEmpty)
    let legacy: [String: FieldValue] = [
      "user_id": SurveySample.id(4), "lookup_id": SurveySample.id(1), "address": .address([192, 0, 2, 9]), "status": .unsigned(0),
    ]
    survey.take(try SurveySample(.lookupResponse, .legacy, frame: 2, legacy))
    #expect(try user(4).addresses == [Endpoint.ipv4(0xc000_0209, port: 5000)])
    #expect(survey.facts().bootstrap.servers.contains(SurveySample.server) && survey.facts().bootstrap.found == 2)
  }

  @Test("names and keys come from their owner alone")
  func claims() throws {
    let request: [String: FieldValue] = [
      "requestor_id": SurveySample.id(1), "user_id": SurveySample.id(2), "public_key": .bytes([1, 2, 3]), "name": .text(Array("mallory".utf8)),
    ]
    survey.take(try SurveySample(.chatRequest, request).changed { $0.codes = [.idMismatch, .keyInvalid] })
    let alice = try user(1)
    #expect(alice.names.isEmpty, "the ID is not its key's, so the name is nobody's")
    #expect(alice.keys.map(\.isForeign) == [true] && alice.keys.map(\.kind) == ["invalid"] && alice.keys.first?.bits == nil)
    survey.take(try SurveySample(.chatRequest, frame: 2, request))
    #expect(try user(1).names == [Array("mallory".utf8)] && user(1).keys.count == 1, "the same key is listed once")
  }

  @Test("an ID change ties both IDs")
  func changes() throws {
    survey.take(
      try SurveySample(.idChange, ["user_id": SurveySample.id(1), "new_id": SurveySample.id(9), "public_key": .bytes([1])]))
    #expect(try user(1).laterIDs == [SurveySample.identifier(9)] && user(9).formerIDs == [SurveySample.identifier(1)])
    #expect(survey.conversation(0).firstUsers == [SurveySample.identifier(1), SurveySample.identifier(9)])
  }

  @Test("a legacy answer that repeats the asker's IDs is from the one who was asked")
  func legacyAnswer() throws {
    let ids: [String: FieldValue] = ["requestor_id": SurveySample.id(1), "user_id": SurveySample.id(2), "status": .unsigned(1)]
    let asks = try SurveySample(.chatRequest, .legacy, ids.merging(["public_key": .bytes([1]), "name": .text([0x61])]) { $1 })
    var answers = try SurveySample(.chatRequest, .legacy, frame: 2, ids.merging(["public_key": .bytes([2]), "name": .text([0x62])]) { $1 })
    (answers.replyTo, answers.latency, answers.stream) = (1, 5_000_000, 1)
    swap(&answers.source, &answers.destination)
    survey.take(asks, answers)
    #expect(try user(1).names == [[0x61]] && user(2).names == [[0x62]])
    #expect(try user(2).keys.count == 1 && user(2).packetsSent == 1 && user(1).packetsSent == 1)
    #expect(survey.facts().latencies.first?.kind == ExchangeKind(dialect: .legacy, request: .chatRequest, answer: .chatRequest))
  }

  @Test("a registration's answer is its asker's, but an ID change's is not")
  func registrations() throws {
    let register = try SurveySample(.registration, ["user_id": SurveySample.id(1), "request_id": .bytes(Array(repeating: 1, count: 8))])
    let change = try SurveySample(
      .idChange, ["user_id": SurveySample.id(2), "request_id": .bytes(Array(repeating: 2, count: 8)), "public_key": .bytes([1])])
    let refuse = try SurveySample(.registrationResponse, frame: 2, ["request_id": .bytes(Array(repeating: 1, count: 8)), "status": .unsigned(1)])
    let accept = try SurveySample(.registrationResponse, frame: 3, ["request_id": .bytes(Array(repeating: 2, count: 8))])
    // Both requests came in one frame.
    survey.take(
      register, change.changed { $0.destination = SurveySample.server }, refuse.changed { $0.replyTo = 1 }, accept.changed { $0.replyTo = 1 })
    #expect(try user(1).registrationStatus == 1 && user(2).registrationStatus == nil)
    let bootstrap = survey.facts().bootstrap
    #expect(bootstrap.registrations == 1 && bootstrap.registrationsRefused == 1 && bootstrap.registrationsAccepted == 0)
  }
}
