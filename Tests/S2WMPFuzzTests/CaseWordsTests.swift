import S2WMPFuzz
import S2WMPWire
import Testing

@Suite("Words for cases")
struct CaseWordsTests {
  @Test(
    arguments: [
      (PacketPlan(.message, [.flip("hash", bit: 5)]), 492, "M, 492 bytes; hash bit 5 flipped"),
      (PacketPlan(.statusChange, [.set("status", .number(7))]), nil, "SC with status 7"),
      (PacketPlan(.chatRequest, from: .newcomer, [.key(.valueMinusOne)]), nil, "CR; the key's public value is p−1"),
      (
        PacketPlan(.message, from: .stranger, [.set("status", .number(9)), .set("receiver_id", .party(.nobody)), .cut(40)]), 40,
        "M from a stranger, 40 bytes, with status 9, receiver_id nobody's; cut after 40 bytes"
      ),
      (PacketPlan(.idChange, from: .mover, [.client(.program("\u{1b}[2Jx"))]), nil, "IC; client ID of program \"\\u001b[2Jx\""),
      (PacketPlan(.message, [.tamper("status", .number(1)), .text(.bytes([0xff]))]), nil, "M; status changed to 1 after sealing; text ff"),
      (PacketPlan(.userBroadcast), nil, "UB"),
      (PacketPlan(PacketType(rawValue: 99)), nil, "a packet of type 99"),
    ] as [(PacketPlan, Int?, String)])
  func packets(_ plan: PacketPlan, _ bytes: Int?, _ words: String) {
    #expect(CaseWords.packet(plan, bytes: bytes) == words)
  }

  @Test(
    arguments: [
      ([.send([PacketPlan(.message), PacketPlan(.statusChange)], .whole)], "M and SC in one write"),
      ([.send([PacketPlan(.message)], .every(1)), .end], "M, byte by byte, then half-close"),
      ([.noise([3]), .await, .send([PacketPlan(.message)], .at([1, 2]))], "03, which begins no packet, then M, cut at 1, 2"),
      (
        [.source(1), .datagram(PacketPlan(.registration)), .connection(1), .stall],
        "from source 1: REG by UDP, then on connection 1: silence beyond the read timeout"
      ),
      ([.send([PacketPlan](repeating: PacketPlan(.registration), count: 300), .whole)], "300 × REG in one write"),
      ([.status(.invisible), .datagramNoise([1, 2]), .reset], "the target goes invisible, then 01 02 by UDP, which is no packet, then reset"),
      ([.datagram(PacketPlan(.broadcastPeer, from: .stranger, [.cut(51)]))], "BPM from a stranger by UDP; cut after 51 bytes"),
      ([.send([PacketPlan(.message), PacketPlan(.message, [.hash(.zero)])], .packets)], "M and M (hash zero), each in a write of its own"),
      ([], "nothing"),
    ] as [([Step], String)])
  func steps(_ steps: [Step], _ words: String) {
    #expect(CaseWords.steps(Case(steps)) == words)
  }

  @Test(
    arguments: [
      (.acknowledgement(ack: 0, error: 2, .open), "ACK 0, error 2 (hash didn't match); connection open"),
      (.acknowledgement(ack: 1, error: 0, .closed), "ACK 1, error 0; connection closed"),
      (.acknowledgement(ack: 0, error: 9, .reset), "ACK 0, error 9; connection reset"),
      (.reply("CRR", status: 4), "CRR with status 4 (invalid key)"), (.reply("LPR", status: 1), "LPR with status 1 (user not found)"),
      (.reply("BPR", status: nil), "BPR"),
      (.reply("\u{7}", status: 1), "\\u0007 with status 1"), (.silence, "no answer"), (.other("signal 11\n"), "signal 11\\u000a"),
    ] as [(Outcome, String)])
  func outcomes(_ outcome: Outcome, _ words: String) {
    #expect(CaseWords.outcome(outcome) == words)
  }

  @Test func everyCaseOfTheTableHasItsWords() {
    let rows = Requirements.checks.flatMap(\.cases)
    for row in rows {
      let words = CaseWords.steps(row.test)
      #expect(!words.isEmpty && words.utf8.count < 400 && words.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "\(words)")
    }
    for check in Requirements.checks {
      #expect(Set(check.cases.map { CaseWords.steps($0.test) }).count == check.cases.count, "cases of \(check.id) cannot be told apart")
    }
  }

  @Test func everyKeyHasItsWords() {
    let keys: [KeyChoice] = [
      .garbage(1), .truncated(1), .truncated(2), .trailing(3), .otherGroup, .otherSuite, .valueZero, .valueOne, .valueMinusOne, .valuePrime,
      .valueAbovePrime, .valueLong, .lowOrderPoint(2), .x942, .otherPrime, .otherGenerator, .longLength, .leadingZero, .privateValueLength, .rsaBits(1024),
      .rsaExponent3, .rsaEven, .rsaNoNull, .rsaFirst, .rsaOnly, .third, .ofOther, .ofTarget, .own,
    ]
    let words = keys.map(CaseWords.key)
    #expect(Set(words).count == keys.count)
  }
}
