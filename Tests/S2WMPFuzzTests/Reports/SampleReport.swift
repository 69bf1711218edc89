import S2WMPFuzz
import S2WMPWire

/// A report with one of everything, and with everything that a stranger could put into one.
enum SampleReport {
  static let hostile = "</pre><script>alert(1)</script>\"'&\u{7}\u{202e}\u{1b}[31m\\é"

  static func make(hostile words: String = hostile) -> RunReport {
    let hash = Requirement("6.1/5.hash", "a wrong hash is error 2", "Check 5: the hash of M and SC matches, else error 2.")
    let receiver = Requirement("6.1/3.receiver", "a receiver who is not the target is error 1", "Check 3: receiver_id is mine, else error 1.")
    let stall = Requirement("4/2.stall", "a stall inside a packet is error 3, then closed", "The read timeout passes without a byte.")
    let name = Requirement("6.1/0.name", words, words)
    return RunReport(
      command: "fuzz", target: "127.0.0.1:5000", role: .peer, dialect: .v1, suite: "dh", group: "x25519", seed: 9_120_447, started: 1_795_527_721_123,
      durationSeconds: 31.2468, cases: 412_830,
      requirements: [
        RequirementResult(stall, .skip, cases: 0, reason: "the target denied the chat request"), RequirementResult(receiver, .pass, cases: 51_204),
        RequirementResult(hash, .pass, cases: 8120), RequirementResult(name, .error, cases: 1, reason: words),
      ], findings: [wrongHash, crash(words)])
  }

  static var wrongHash: Finding {
    let one = Case(requirement: "6.1/5.hash", [.send([PacketPlan(.message, [.text(.bytes(Array("hello".utf8))), .flip("hash", bit: 5)])], .whole), .await])
    let mismatch = Mismatch(
      "6.1/5.hash", .acceptedMalformed, expected: .acknowledgement(ack: 0, error: 2, .open), observed: .acknowledgement(ack: 1, error: 0, .open), packet: 0)
    return Finding(
      number: 1, mismatch: mismatch, original: [one, one], minimized: [one], afterCases: 1204, shrinkRuns: 87, seed: 9_120_447, exchange: exchange,
      sent: [message, message], control: .accepted)
  }

  static func crash(_ words: String) -> Finding {
    let one = Case([.noise([0, 0xff]), .end])
    var exchange = Exchange()
    exchange.sent = [0, 0xff]
    exchange.entries = [
      .init(at: 1000, connection: 0, .sent(0..<2)), .init(at: 2000, connection: 0, .ended(byTarget: false, .closed)),
      .init(at: 3000, connection: 0, .ended(byTarget: true, .reset)), .init(at: 4000, connection: 1, .ended(byTarget: true, .refused)),
    ]
    return Finding(
      number: 2, mismatch: Mismatch("../etc/\(words)", .crash, expected: .silence, observed: .other(words), packet: nil), original: [one], minimized: [one],
      afterCases: 1, shrinkRuns: 0, seed: 1, exchange: exchange, sent: [[0, 0xff]], control: .failed(.reply("CRR", status: 4)))
  }

  static var message: [UInt8] {
    guard var builder = PacketBuilder(.message, .v1) else { return [] }
    builder.set(Messaging.datetime, 1_795_527_721_000)
    builder.set(Messaging.senderID, Identifier(high: 0x7f3a_0000_0000_0000, low: 0xc1d0))
    builder.set(Messaging.receiverID, Identifier(high: 0x22be_0000_0000_0000, low: 0x0914))
    builder.set(Messaging.clientID, Identifier(high: 1, low: 2))
    builder.set(Messaging.hash, Identifier(high: 3, low: 4))
    builder.set(Messaging.body, (0..<150).map { UInt8($0) })
    return builder.build()
  }

  static var acknowledgement: [UInt8] {
    guard var builder = PacketBuilder(.acknowledgement, .v1) else { return [] }
    builder.set(Acknowledgement.ack, 1)
    builder.set(Acknowledgement.datetime, 1_795_527_721_000)
    builder.set(Acknowledgement.userID, Identifier(high: 0x7f3a_0000_0000_0000, low: 0xc1d0))
    return builder.build()
  }

  /// A message in two writes and its answer; a datagram without one; a valid packet to see whether the target still answers; FIN from both.
  static var exchange: Exchange {
    var out = Exchange()
    let (message, answer) = (message, acknowledgement)
    guard var lookup = PacketBuilder(.broadcastPeer, .v1) else { return out }
    lookup.set(Lookup.broadcast, 1)
    let datagram = lookup.build()
    out.sent = message + datagram + message
    out.received = answer + answer
    let second = message.count + datagram.count
    out.packets = [
      SentPacket(range: 0..<message.count, connection: 0, type: .message, step: 0, index: 0),
      SentPacket(range: message.count..<second, connection: -1, type: .broadcastPeer, step: 1, index: 0),
      SentPacket(range: second..<out.sent.count, connection: 0, type: .message, step: -1, index: 0),
    ]
    out.marks = [64..<65, 150..<152]
    out.entries = [
      .init(at: 1_000_000, connection: 0, .sent(0..<100)), .init(at: 1_200_000, connection: 0, .sent(100..<message.count)),
      .init(at: 1_650_000, connection: 0, .received(0..<answer.count)), .init(at: 1_700_000, connection: -1, .sent(message.count..<second)),
      .init(at: 2_000_000, connection: 0, .sent(second..<out.sent.count)),
      .init(at: 2_400_000, connection: 0, .received(answer.count..<answer.count + 10)),
      .init(at: 2_500_000, connection: 0, .received(answer.count + 10..<answer.count * 2)),
      .init(at: 2_600_000, connection: 0, .ended(byTarget: false, .closed)), .init(at: 2_900_000, connection: 0, .ended(byTarget: true, .closed)),
    ]
    out.keyLog = ["Z 00 01 02"]
    return out
  }
}
