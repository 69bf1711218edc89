import Foundation
import Testing

/// `stats --format json` beside the same numbers, counted again from the lines of `decode --format ndjson`.
@Suite("Statistics against lines") struct StatisticsTests {
  typealias Object = [String: Any]

  /// A packet's line.
  struct Line {
    var object: Object

    func text(_ key: String) -> String { object[key] as? String ?? "" }
    func number(_ key: String) -> Int { object[key] as? Int ?? 0 }
    func field(_ key: String) -> Any? { (object["fields"] as? Object)?[key] }
    var name: String { text("name") }
    var isPacket: Bool { name != "malformed" }
    var codes: Set<String> { Set((object["expert"] as? [Object] ?? []).compactMap { $0["code"] as? String }) }
  }

  @Test(arguments: GoldenTests.captures) func sameNumbers(capture: String) throws {
    let lines = try Self.lines(capture)
    let statistics = try Self.statistics(capture)
    try counts(statistics, lines)
    try conversations(statistics, lines)
    try exchanges(statistics, lines)
    try users(statistics, lines)
  }

  private static func lines(_ capture: String) throws -> [Line] {
    let result = try Program("s2wmp").run(["decode", "--format", "ndjson", "Fixtures/captures/\(capture)"])
    return try result.output.split(separator: "\n").map { line in
      Line(object: try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? Object))
    }
  }

  private static func statistics(_ capture: String) throws -> Object {
    let result = try Program("s2wmp").run(["stats", "--format", "json", "Fixtures/captures/\(capture)"])
    #expect(result.status == 0, "\(result.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? Object)
  }

  /// Rows of a table as dictionary: the named cells, joined, and a number.
  private func table(_ statistics: Object, _ section: String, _ names: [String], _ value: String) throws -> [String: Int] {
    let rows = try #require(statistics[section] as? [Object])
    var table: [String: Int] = [:]
    for row in rows where row[value] as? Int ?? 0 > 0 { table[names.map { "\(row[$0] ?? "")" }.joined(separator: " "), default: 0] += row[value] as? Int ?? 0 }
    return table
  }

  private func count(_ lines: [Line], _ key: (Line) -> String?, _ amount: (Line) -> Int = { _ in 1 }) -> [String: Int] {
    lines.reduce(into: [:]) { counts, line in if let key = key(line) { counts[key, default: 0] += amount(line) } }
  }

  private func counts(_ statistics: Object, _ lines: [Line]) throws {
    let summary = try #require(statistics["summary"] as? [String: Any])
    #expect(summary["packets"] as? Int == lines.count { $0.isPacket } && summary["malformed"] as? Int == lines.count { !$0.isPacket })
    #expect(summary["bytes"] as? Int == lines.reduce(0) { $0 + $1.number("length") })
    #expect(summary["decrypted"] as? Int == lines.count { $0.object["plaintext"] != nil })
    let kind = { (line: Line) in "\(line.text("dialect")) \(line.name)" }
    #expect(try table(statistics, "types", ["dialect", "name"], "packets") == count(lines, kind))
    #expect(try table(statistics, "types", ["dialect", "name"], "bytes") == count(lines, kind) { $0.number("length") })
    let error = { (line: Line) in line.name == "ACK" ? "\(line.text("dialect")) \(line.field("error") ?? "")" : nil }
    #expect(try table(statistics, "acks", ["dialect", "error"], "count") == count(lines, error))
    let findings = try table(statistics, "findings", ["code"], "count")
    #expect(findings == lines.flatMap(\.codes).reduce(into: [:]) { $0[$1, default: 0] += 1 })
    let timed = lines.filter { $0.object["time"] is String }
    let rate = try #require(statistics["rate"] as? [Object])
    #expect(rate.reduce(0) { $0 + ($1["packets"] as? Int ?? 0) } == timed.count { $0.isPacket })
    #expect(rate.reduce(0) { $0 + ($1["messages"] as? Int ?? 0) } == timed.count { $0.name == "M" })
  }

  private func conversations(_ statistics: Object, _ lines: [Line]) throws {
    let rows = try #require(statistics["conversations"] as? [Object])
    let streams = Dictionary(grouping: lines) { $0.number("stream") }
    #expect(Set(rows.compactMap { $0["stream"] as? Int }) == Set(streams.keys) && rows.count == streams.count)
    for row in rows {
      let stream = try #require(streams[row["stream"] as? Int ?? -1])
      let first = stream[0].text("src")
      #expect(row["a"] as? String == first && row["b"] as? String == stream[0].text("dst"))
      let (there, back) = (stream.filter { $0.text("src") == first }, stream.filter { $0.text("src") != first })
      for (key, part) in [("a_to_b", there), ("b_to_a", back)] {
        #expect(row["packets_\(key)"] as? Int == part.count { $0.isPacket } && row["bytes_\(key)"] as? Int == part.reduce(0) { $0 + $1.number("length") })
      }
      #expect(row["first_frame"] as? Int == stream[0].number("frame") && row["last_frame"] as? Int == stream.map { $0.number("frame") }.max())
      #expect(Set(row["findings"] as? [String] ?? []) == stream.reduce(into: []) { $0.formUnion($1.codes) })
      // Each marked packet stands for at least one segment.
      #expect(row["retransmissions"] as? Int ?? 0 >= stream.count { $0.codes.contains("tcp.retransmission") })
      #expect(row["out_of_order"] as? Int ?? 0 >= stream.count { $0.codes.contains("tcp.out_of_order") })
    }
  }

  private func exchanges(_ statistics: Object, _ lines: [Line]) throws {
    let frames = Dictionary(grouping: lines) { $0.number("frame") }
    var latencies: [String: [Double]] = [:]
    for line in lines {
      guard let latency = line.object["latency"] as? Double else { continue }
      let asked = frames[line.number("reply_to"), default: []].filter { Self.requests[line.name]?.contains($0.name) ?? false }
      let request = asked.first { Self.echoes($0, line) } ?? asked[0]
      latencies["\(request.text("dialect")) \(request.name) \(line.name)", default: []].append(latency)
    }
    for row in try #require(statistics["latencies"] as? [Object]) {
      let key = ["dialect", "request", "answer"].map { row[$0] as? String ?? "" }.joined(separator: " ")
      let expected = (latencies.removeValue(forKey: key) ?? []).map { max(0, $0) }.sorted()
      #expect(row["count"] as? Int == expected.count, "\(key)")
      for (name, share) in [("min", 0), ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1)] where !expected.isEmpty {
        let (found, exact) = (row[name] as? Double ?? -1, expected[max(1, Int((share * Double(expected.count)).rounded(.up))) - 1])
        #expect(found >= exact - 1e-9 && found <= exact * 1.032 + 1e-9, "\(key) \(name): \(found), not \(exact)")
      }
    }
    #expect(latencies.isEmpty)
    let unanswered = try table(statistics, "latencies", ["dialect", "request"], "unanswered")
    #expect(unanswered == count(lines) { $0.codes.contains("request.unanswered") ? "\($0.text("dialect")) \($0.name)" : nil })
  }

  private static let requests: [String: Set<String>] = [
    "ACK": ["M", "SC", "IC", "CR"], "RREG": ["REG", "IC"], "CRR": ["CR"], "LPR": ["LP"], "BSR": ["BSM"], "BPR": ["BPM"], "CR": ["CR"], "UB": ["UB"],
  ]

  private static func echoes(_ request: Line, _ answer: Line) -> Bool {
    guard let echo = answer.field("datetime") as? Int else { return false }
    return (request.field("datetime") ?? request.field("timestamp")) as? Int == echo
  }

  private func users(_ statistics: Object, _ lines: [Line]) throws {
    let none = String(repeating: "0", count: 32)
    let sent = count(lines) { $0.name == "M" && $0.field("sender_id") as? String != none ? $0.field("sender_id") as? String : nil }
    let received = count(lines) { $0.name == "M" && $0.field("receiver_id") as? String != none ? $0.field("receiver_id") as? String : nil }
    #expect(try table(statistics, "users", ["id"], "messages_sent") == sent)
    #expect(try table(statistics, "users", ["id"], "messages_received") == received)
    let ids = lines.reduce(into: Set<String>()) { ids, line in
      for key in ["sender_id", "receiver_id", "requestor_id", "user_id", "new_id", "lookup_id"] where !(key == "lookup_id" && line.name.hasPrefix("BS")) {
        if let id = line.field(key) as? String, id != none { ids.insert(id) }
      }
    }
    #expect(Set((statistics["users"] as? [Object] ?? []).compactMap { $0["id"] as? String }) == ids)
    let lookups = count(lines) { line in
      guard line.name == "LP", let from = line.field("user_id") as? String, let to = line.field("lookup_id") as? String else { return nil }
      return from == none || to == none ? nil : "\(from) \(to)"
    }
    #expect(try table(statistics, "lookups", ["from", "to"], "count") == lookups)
  }

  /// Segments, not packets: these captures were made with so many.
  @Test(arguments: [
    ("tcp-retransmission", 2, 0, 0), ("tcp-out-of-order", 0, 2, 0), ("tcp-overlap", 2, 1, 0), ("tcp-lost-segment", 0, 0, 2), ("tcp-keep-alive", 0, 0, 0),
    ("tcp-sequence-wrap", 0, 1, 0),
  ]) func segments(capture: String, retransmissions: Int, outOfOrder: Int, gaps: Int) throws {
    let rows = try #require(try Self.statistics("\(capture).pcap")["conversations"] as? [Object])
    let sum = { (key: String) in rows.reduce(0) { $0 + ($1[key] as? Int ?? 0) } }
    #expect(sum("retransmissions") == retransmissions && sum("out_of_order") == outOfOrder && sum("gaps") == gaps)
  }
}
