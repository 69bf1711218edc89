import S2WMPFuzz
import S2WMPWire
import Testing

@Suite("Conformance: the table on the terminal")
struct ConformanceTableTests {
  private static let ids = ["6.1/1.version", "6.1/2.ic-key", "6.1/5.hash", "6.1/6.utf8", "4/tcp.order"]
  private static let checks = Requirements.checks.filter { ids.contains($0.id) }

  private func requirement(_ id: String) throws -> Requirement { try #require(Requirements.requirement(id)) }

  /// An M of 85 bytes of which the hash was changed.
  private func exchange(_ count: Int = 1) -> Exchange {
    var exchange = Exchange()
    for index in 0..<count {
      let start = exchange.sent.count
      exchange.sent += [1, 1, 0, 0, 5] + [UInt8](repeating: 0, count: 59) + (0..<16).map { 0x50 + $0 } + [1, 2, 3, 4, 5]
      exchange.packets.append(SentPacket(range: start..<(start + 85), connection: 0, type: .message, step: 0, index: index))
      exchange.marks.append((start + 64)..<(start + 65))
    }
    return exchange
  }

  private func finding(_ id: String, _ plans: [PacketPlan], packet: Int?, _ control: ControlResult?) -> Finding {
    let test = Case(requirement: id, [.send(plans, .whole)])
    let mismatch = Mismatch(
      id, .acceptedMalformed, expected: .acknowledgement(ack: 0, error: 2, .open), observed: .acknowledgement(ack: 1, error: 0, .open), packet: packet)
    return Finding(
      number: 1, mismatch: mismatch, original: [test], minimized: [test], afterCases: 1, shrinkRuns: 0, seed: 0, exchange: exchange(plans.count), sent: [],
      control: control)
  }

  private func printed(_ options: ConformanceTable.Options) throws -> String {
    var table = ConformanceTable(Self.checks, options)
    var out: [UInt8] = []
    let flipped = PacketPlan(.message, [.flip("hash", bit: 5)])
    table.append(
      RequirementResult(try requirement("4/tcp.order"), .fail, cases: 1),
      finding("4/tcp.order", [PacketPlan(.message), flipped], packet: 1, .accepted), to: &out)
    table.append(RequirementResult(try requirement("6.1/1.version"), .pass, cases: 5), nil, to: &out)
    table.append(RequirementResult(try requirement("6.1/2.ic-key"), .skip, cases: 0, reason: "the target denied the chat request"), nil, to: &out)
    table.append(
      RequirementResult(try requirement("6.1/5.hash"), .fail, cases: 1), finding("6.1/5.hash", [flipped], packet: 0, .accepted), to: &out)
    table.append(RequirementResult(try requirement("6.1/6.utf8"), .error, cases: 1, reason: "the control failed: M: \u{1b}[2J"), nil, to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  @Test func asDesigned() throws {
    let text = try printed(.init(again: { "s2wmp replay out/\($0.mismatch.requirement.replacing("/", with: "-")).s2case 127.0.0.1:5000" }))
    #expect(
      text == """
        4  Transport and framing
          ✗ 4/tcp.order    answers come in the order of the packets
              sent    M and M (hash bit 5 flipped) in one write     control: accepted
              at      M, 85 bytes; hash bit 5 flipped
                    64  50 51 52 53 54 55 56 57 …  hash
              owed    ACK 0, error 2 (hash didn't match); connection open
              came    ACK 1, error 0; connection open
              again   s2wmp replay out/4-tcp.order.s2case 127.0.0.1:5000
        6.1  Peer: the error in the ACK
          ✓ 6.1/1.version  a version other than 1 is answered by ACK 3, then closed
          – 6.1/2.ic-key   skipped: the target denied the chat request
          ✗ 6.1/5.hash     a wrong hash is not accepted
              sent    M, 85 bytes; hash bit 5 flipped               control: accepted
                    64  50 51 52 53 54 55 56 57 …  hash
              owed    ACK 0, error 2 (hash didn't match); connection open
              came    ACK 1, error 0; connection open
              again   s2wmp replay out/6.1-5.hash.s2case 127.0.0.1:5000
          ✗ 6.1/6.utf8     text that is not UTF-8 is error 3
              but     the control failed: M: \\u001b[2J

        """)
  }

  @Test func numbersAreExplained() throws {
    var exchange = Exchange()
    exchange.sent = [1, 3, 7, 0, 0] + [UInt8](repeating: 0, count: 75)
    exchange.packets = [SentPacket(range: 0..<80, connection: 0, type: .statusChange, step: 0, index: 0)]
    exchange.marks = [1..<3]
    var finding = finding("6.1/2.status", [PacketPlan(.statusChange, [.set("status", .number(7))])], packet: 0, nil)
    finding.exchange = exchange
    var table = ConformanceTable(Self.checks)
    var out: [UInt8] = []
    table.append(RequirementResult(try requirement("6.1/2.status"), .fail, cases: 1), finding, to: &out)
    let lines = String(decoding: out, as: UTF8.self).split(separator: "\n")
    #expect(lines.contains("             1  03                         type          3 Status Change"))
    #expect(lines.contains("             2  07                         status        7 (not defined)"))
  }

  /// Colour is the only difference, and no line is wider than the terminal.
  @Test func coloursAndColumns() throws {
    let plain = try printed(.init())
    let coloured = try printed(.init(hasColour: true))
    #expect(coloured.contains("\u{1b}[31m✗ 6.1/5.hash\u{1b}[0m") && coloured.contains("\u{1b}[2m– 6.1/2.ic-key\u{1b}[0m"))
    #expect(coloured.replacing(/\u{1b}\[\d*m/, with: "") == plain)
    let narrow = try printed(.init(width: 50))
    #expect(narrow.split(separator: "\n").allSatisfy { $0.count <= 50 })
    #expect(!narrow.contains("…\n"), "nothing is lost: lines are broken between words")
    #expect(narrow.split(whereSeparator: \.isWhitespace) == plain.split(whereSeparator: \.isWhitespace))
  }

  @Test func hostileExchanges() throws {
    var finding = finding("6.1/5.hash", [PacketPlan(.chatRequest)], packet: 9, .failed(.silence))
    var table = ConformanceTable(Self.checks)
    var out: [UInt8] = []
    let result = RequirementResult(try requirement("6.1/5.hash"), .fail, cases: 1)
    table.append(result, finding, to: &out)
    for count in 0...100 {
      finding.mismatch.packet = 0
      finding.exchange = Exchange()
      finding.exchange.sent = [1, 8] + [UInt8](repeating: 0xff, count: count)
      finding.exchange.packets = [SentPacket(range: 0..<(count * 2), connection: 0, type: .chatRequest, step: 7, index: 7)]
      finding.exchange.marks = [0..<1000]
      table.append(result, finding, to: &out)
    }
    #expect(!out.isEmpty)
  }

  @Test func theList() {
    var out: [UInt8] = []
    ConformanceTable.list(Requirements.checks.filter { $0.id.hasPrefix("6.1/4") }, to: &out)
    #expect(
      String(decoding: out, as: UTF8.self) == """
        6.1  Peer: the error in the ACK
            6.1/4.body   a body that does not decrypt is error 4
            6.1/4.order  the body is decrypted before the hash is compared

        """)
  }
}
