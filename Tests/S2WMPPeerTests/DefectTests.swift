import S2WMPCrypto
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPPeer

/// A way to tell a peer with a defect from a sound one.
struct DefectProbe: CustomTestStringConvertible {
  let name: String
  /// What the sound peer does, and what the one with the defect does.
  let sound: String
  let defective: String
  let run: @Sendable (Bench) throws -> String

  var testDescription: String { name }

  init(_ name: String, sound: String, defective: String, _ run: @escaping @Sendable (Bench) throws -> String) {
    (self.name, self.sound, self.defective, self.run) = (name, sound, defective, run)
  }

  /// The packets go in one piece on one connection; what is said is the answers, and whether the connection closes or resets.
  init(feeding name: String, sound: String, defective: String, _ packets: @escaping @Sendable () throws -> [[UInt8]]) {
    self.init(name, sound: sound, defective: defective) { bench in
      let connection = bench.connect()
      bench.feed(try packets().flatMap { $0 }, on: connection)
      return Self.said(bench.take(), connection)
    }
  }

  static func said(_ effects: PeerEffects, _ connection: ConnectionID) -> String {
    var words = effects.packets(on: connection).map { $0.said.split(separator: " ")[0] }.map(String.init)
    if effects.closes(connection) { words.append("close") }
    if effects.aborts(connection) { words.append("reset") }
    return words.joined(separator: " ")
  }

  /// Messages, delivered.
  private static func delivered(_ bench: Bench, _ packets: [[UInt8]]) -> String {
    let connection = bench.connect()
    bench.feed(packets.flatMap { $0 }, on: connection)
    let effects = bench.take()
    return "\(effects.messages) \(said(effects, connection))"
  }

  /// The answer to a datagram.
  private static func answered(_ bench: Bench, _ datagram: [UInt8]) -> String {
    bench.datagram(datagram)
    return bench.take().datagrams.map { "\($0.0.said) \(Array($0.0[10..<18]))" }.joined(separator: ", ")
  }

  static let all: [DefectProbe] = framing + checks + following + requests + others

  private static let framing: [DefectProbe] = [
    DefectProbe(feeding: "version-2", sound: "ACK(0,3) close", defective: "ACK(0,1)") { [try Build.message("x").changed(at: 0, by: 3)] },
    DefectProbe(feeding: "type-7", sound: "ACK(0,3) close", defective: "ACK(1,0)") {
      [[1, 7] + [UInt8](repeating: 0, count: 26), try Build.message("x")]
    },
    DefectProbe(feeding: "long-key", sound: "ACK(0,3) close", defective: "CRR(2)") {
      [try Build.request(key: [UInt8](repeating: 0, count: 8193))]
    },
    DefectProbe(feeding: "long-name", sound: "ACK(0,3) close", defective: "ACK(0,3)") {
      [try Build.request(name: [UInt8](repeating: 65, count: 256))]
    },
    DefectProbe(feeding: "late-fault", sound: "ACK(0,3) close", defective: "") { [[3]] },
    DefectProbe(feeding: "fault-unanswered", sound: "ACK(0,3) close", defective: "close") { [[3]] },
    DefectProbe(feeding: "fault-kept-open", sound: "ACK(0,3) close", defective: "ACK(0,3)") { [[3], try Build.message("x")] },
    DefectProbe(feeding: "fault-reset", sound: "ACK(0,3) close", defective: "ACK(0,3) reset") { [[3]] },
    DefectProbe(feeding: "resynchronises", sound: "ACK(0,3) close", defective: "ACK(1,0)") { [[3], try Build.message("x")] },
    DefectProbe(feeding: "closes-after-packet", sound: "ACK(1,0)", defective: "ACK(1,0) close") { [try Build.message("x")] },
    DefectProbe(feeding: "one-packet-a-segment", sound: "ACK(1,0) ACK(1,0)", defective: "ACK(1,0)") {
      [try Build.message("x"), try Build.status()]
    },
    DefectProbe("half-close-unanswered", sound: "ACK(0,3) close", defective: "close") { bench in
      let connection = bench.connect()
      bench.feed([1, 1], on: connection)
      bench.end(connection)
      return said(bench.take(), connection)
    },
    DefectProbe("no-read-timeout", sound: "ACK(0,3) close", defective: "") { try stalled($0) },
    DefectProbe("stall-unanswered", sound: "ACK(0,3) close", defective: "close") { try stalled($0) },
    DefectProbe(feeding: "answers-reversed", sound: "ACK(1,0) ACK(0,2)", defective: "ACK(0,2) ACK(1,0)") {
      [try Build.message("x"), try Build.message("y", datetime: 5).changed(at: 70)]
    },
  ]

  private static func stalled(_ bench: Bench) throws -> String {
    let connection = bench.connect()
    bench.feed([1, 1], on: connection)
    bench.pass(.seconds(6))
    return said(bench.take(), connection)
  }

  private static let checks: [DefectProbe] = [
    DefectProbe(feeding: "sender-before-fields", sound: "ACK(0,3)", defective: "ACK(0,1)") {
      [try Build.message(Array("x".utf8), from: Keys.carol, status: 9)]
    },
    DefectProbe(feeding: "status-unchecked", sound: "ACK(0,3)", defective: "ACK(1,0)") { [try Build.message(Array("x".utf8), status: 4)] },
    DefectProbe(feeding: "sc-body-ignored", sound: "ACK(0,3)", defective: "ACK(1,0)") { [try longStatus()] },
    DefectProbe(feeding: "empty-body-4", sound: "ACK(0,3)", defective: "ACK(0,4)") { [try VerdictCase.withBody([])] },
    DefectProbe(feeding: "undefined-checked", sound: "ACK(1,0)", defective: "ACK(0,3)") { [try withUndefined()] },
    DefectProbe(feeding: "receiver-unchecked", sound: "ACK(0,1)", defective: "ACK(1,0)") { [try misaddressed()] },
    DefectProbe(feeding: "stranger-3", sound: "ACK(0,1)", defective: "ACK(0,3)") { [try Build.message("x", from: Keys.carol)] },
    DefectProbe(feeding: "client-unchecked", sound: "ACK(0,1)", defective: "ACK(1,0)") {
      [try Build.message(Array("x".utf8), client: ClientID.of(program: "other"))]
    },
    DefectProbe(feeding: "client-replayed", sound: "ACK(1,0) ACK(0,1)", defective: "ACK(1,0) ACK(1,0)") {
      let first = try Build.message("x")
      var second = try Build.message("y", datetime: Bench.start + 1)
      second.replaceSubrange(48..<64, with: first[48..<64])
      return [first, second]
    },
    DefectProbe(feeding: "client-4", sound: "ACK(0,1)", defective: "ACK(0,4)") { [try Build.message("x").changed(at: 48)] },
    DefectProbe(feeding: "decrypt-2", sound: "ACK(0,4)", defective: "ACK(0,2)") { [try Build.message("x").changed(at: 100)] },
    DefectProbe(feeding: "hash-unchecked", sound: "ACK(0,2)", defective: "ACK(1,0)") { [try Build.message("x").changed(at: 70)] },
    DefectProbe(feeding: "hash-3", sound: "ACK(0,2)", defective: "ACK(0,3)") { [try Build.message("x").changed(at: 70)] },
    DefectProbe(feeding: "text-before-hash", sound: "ACK(0,2)", defective: "ACK(0,3)") { [try Build.message([0xff]).changed(at: 70)] },
    DefectProbe(feeding: "any-text", sound: "ACK(0,3)", defective: "ACK(1,0)") { [try Build.message([0xff])] },
    DefectProbe(feeding: "empty-text-rejected", sound: "ACK(1,0)", defective: "ACK(0,3)") { [try Build.message("")] },
  ]

  private static let following: [DefectProbe] = [
    DefectProbe("replay-delivered", sound: "[\"x\"] ACK(1,0) ACK(1,0)", defective: "[\"x\", \"x\"] ACK(1,0) ACK(1,0)") {
      delivered($0, [try Build.message("x"), try Build.message("x")])
    },
    DefectProbe("replay-rejected", sound: "[\"x\"] ACK(1,0) ACK(1,0)", defective: "[\"x\"] ACK(1,0) ACK(0,3)") {
      delivered($0, [try Build.message("x"), try Build.message("x")])
    },
    DefectProbe("late-swallowed", sound: "[\"x\", \"y\"] ACK(1,0) ACK(1,0)", defective: "[\"x\"] ACK(1,0) ACK(1,0)") {
      delivered($0, [try Build.message("x"), try Build.message("y", datetime: 5)])
    },
    DefectProbe("stale-status", sound: "busy", defective: "away") { bench in
      let connection = bench.connect()
      bench.feed(try Build.status(1, datetime: 9) + Build.status(2, datetime: 8), on: connection)
      return bench.store.friends[Keys.bob.userID]?.status?.rawValue ?? "none"
    },
    DefectProbe("echo-no-datetime", sound: "ACK(0,2) \(Bench.start) \(Keys.bob.userID)", defective: "ACK(0,2) 0 \(Keys.bob.userID)") {
      try echo($0, Build.message("x").changed(at: 70))
    },
    DefectProbe(
      "echo-receiver", sound: "ACK(1,0) \(Bench.start) \(Keys.bob.userID)", defective: "ACK(1,0) \(Bench.start) \(Keys.alice.userID)"
    ) { try echo($0, Build.message("x")) },
    DefectProbe(feeding: "ack-flag", sound: "ACK(0,2)", defective: "ACK(1,2)") { [try Build.message("x").changed(at: 70)] },
  ]

  private static func echo(_ bench: Bench, _ packet: [UInt8]) throws -> String {
    let connection = bench.connect()
    bench.feed(packet, on: connection)
    return bench.take().packets(on: connection).map(\.said).joined(separator: ", ")
  }

  private static let requests: [DefectProbe] = [
    DefectProbe(feeding: "cr-any-id", sound: "CRR(2)", defective: "CRR(0)") { [try Build.request(requestor: Keys.spare[3].userID)] },
    DefectProbe(feeding: "cr-any-key", sound: "CRR(4)", defective: "CRR(0)") {
      [try Build.request(requestor: VerdictCase.zeroID, key: VerdictCase.zeroKey)]
    },
    DefectProbe(feeding: "closes-after-name", sound: "ACK(0,3)", defective: "ACK(0,3) close") { [try Build.request(name: [65, 10])] },
    DefectProbe(feeding: "cr-any-name", sound: "ACK(0,3)", defective: "CRR(0)") { [try Build.request(name: [65, 10])] },
    DefectProbe(feeding: "cr-user-2", sound: "CRR(3)", defective: "CRR(2)") { [try Build.request(to: Keys.bob.userID)] },
    DefectProbe(feeding: "cr-key-1", sound: "CRR(4)", defective: "CRR(1)") {
      [try Build.request(requestor: VerdictCase.zeroID, key: VerdictCase.zeroKey)]
    },
    DefectProbe(feeding: "cr-key-first", sound: "CRR(3)", defective: "CRR(4)") { [try Build.request(to: Keys.bob.userID, key: [1])] },
    DefectProbe(feeding: "cr-friend-denied", sound: "CRR(0)", defective: "CRR(1)") { [try Build.request(from: Keys.bob)] },
    DefectProbe(feeding: "ic-any-id", sound: "ACK(0,1)", defective: "ACK(1,0)") { [try Build.idChange(newID: Keys.spare[3].userID)] },
    DefectProbe(feeding: "ic-unauthentic", sound: "ACK(0,1)", defective: "ACK(1,0)") { [try Build.idChange().changed(at: 60)] },
    DefectProbe(feeding: "ic-again-rejected", sound: "ACK(1,0) ACK(1,0)", defective: "ACK(1,0) ACK(0,1)") {
      [try Build.idChange(), try Build.idChange()]
    },
    DefectProbe(feeding: "ic-key-1", sound: "ACK(0,3)", defective: "ACK(0,1)") { [try Build.idChange(key: [1])] },
  ]

  private static let others: [DefectProbe] = [
    DefectProbe("udp-reflects", sound: "", defective: "ACK [0, 0, 0, 0, 0, 0, 0, 0]") { bench in
      bench.datagram([1, 2, 3])
      return bench.take().datagrams.map { "\($0.0.said.prefix(3)) \(Array($0.0[10..<18]))" }.joined()
    },
    DefectProbe("udp-trailing", sound: "", defective: "BPR [0, 0, 0, 0, 0, 0, 0, 77]") {
      answered($0, try Build.lookup(.broadcastPeer, from: Keys.carol.userID) + [0])
    },
    DefectProbe("bpm-for-others", sound: "", defective: "BPR [0, 0, 0, 0, 0, 0, 0, 77]") {
      answered($0, try Build.lookup(.broadcastPeer, from: Keys.carol.userID, for: Keys.bob.userID))
    },
    DefectProbe("bpm-invisible", sound: "", defective: "BPR [0, 0, 0, 0, 0, 0, 0, 77]") { bench in
      bench.perform(.status(.invisible))
      _ = bench.take()
      return answered(bench, try Build.lookup(.broadcastPeer, from: Keys.carol.userID))
    },
    DefectProbe("bpr-request-id", sound: "BPR [0, 0, 0, 0, 0, 0, 0, 77]", defective: "BPR [0, 0, 0, 0, 0, 0, 0, 0]") {
      answered($0, try Build.lookup(.broadcastPeer, from: Keys.carol.userID))
    },
    DefectProbe("crash-long-text", sound: "false", defective: "true") { bench in
      bench.feed(try Build.message([UInt8](repeating: 97, count: 5000)), on: bench.connect())
      return "\(bench.hasCrashed)"
    },
    DefectProbe("crash-datetime", sound: "false", defective: "true") { bench in
      bench.feed(try Build.status(datetime: .max), on: bench.connect())
      return "\(bench.hasCrashed)"
    },
    DefectProbe(feeding: "hang-invisible", sound: "ACK(1,0) ACK(1,0)", defective: "") {
      [try Build.message(Array("x".utf8), status: 3), try Build.message("y", datetime: Bench.start + 1)]
    },
    // What a leak or a slow peer does is not to be seen in its answers: these two probes look at what their rules hold.
    DefectProbe("leak", sound: "0", defective: "100") { try held($0) },
    DefectProbe("slow-growth", sound: "0", defective: "100") { try held($0) },
  ]

  /// How many packets the peer's rules remember after a hundred.
  private static func held(_ bench: Bench) throws -> String {
    let connection = bench.connect()
    for number in 0..<100 { bench.feed(try Build.status(datetime: UInt64(number)), on: connection) }
    let counts = Mirror(reflecting: bench.peer.rules).children.compactMap { ($0.value as? any Collection)?.count }
    return "\(counts.reduce(0, +))"
  }

  /// An SC with a byte of body, good but for its length.
  private static func longStatus() throws -> [UInt8] { try resealed(Build.status().changed(at: 4) + [0]) }

  /// An M whose undefined bytes are not zero, and everything else as it should be.
  private static func withUndefined() throws -> [UInt8] { try resealed(Build.message("x").changed(at: 14), text: "x") }

  /// An M for somebody else, under the keys of bob and alice.
  private static func misaddressed() throws -> [UInt8] {
    var packet = try Build.message("x")
    packet.replaceSubrange(32..<48, with: Keys.carol.userID.bytes)
    return try resealed(packet, text: "x")
  }

  /// Client ID, body and hash made anew over a changed header.
  private static func resealed(_ packet: [UInt8], text: String? = nil) throws -> [UInt8] {
    let pair = try Keys.bob.pair(with: Keys.alice)
    var packet = packet
    let header = Array(packet[..<48])
    let plaintext = Array((text ?? "").utf8)
    header.withUnsafeBytes { header in
      packet.replaceSubrange(48..<64, with: pair.encryptClientID(ClientID.own, bound: header).bytes)
      plaintext.withUnsafeBytes { plaintext in
        packet.replaceSubrange(64..<80, with: pair.hash(.sent, header: header, plaintext: plaintext).bytes)
        guard text != nil else { return }
        packet.replaceSubrange(80..., with: pair.sealBody(header: header, plaintext: plaintext, nonce: [UInt8](repeating: 3, count: 12)))
      }
    }
    return packet
  }
}

@Suite("Planted defects")
struct DefectTests {
  @Test("A sound peer does not have it, the peer with it does", arguments: DefectProbe.all)
  func deviates(_ probe: DefectProbe) throws {
    let defect = try #require(PlantedDefect(name: probe.name))
    #expect(probe.sound != probe.defective)
    #expect(try probe.run(Bench { $0.acceptance = .auto }) == probe.sound)
    #expect(try probe.run(Bench(rules: defect.rules) { $0.acceptance = .auto }) == probe.defective)
  }

  @Test("Each has a probe, a name of its own, a line of description and a requirement")
  func catalogue() {
    #expect(PlantedDefect.all.count >= 24)
    #expect(PlantedDefect.all.map(\.name) == DefectProbe.all.map(\.name).sorted { order($0) < order($1) })
    #expect(Set(PlantedDefect.all.map(\.name)).count == PlantedDefect.all.count)
    for defect in PlantedDefect.all {
      #expect(!defect.summary.isEmpty && !defect.summary.contains("\n"))
      #expect(defect.requirement.contains("/"))
    }
    #expect(PlantedDefect(name: "none of these") == nil)
  }

  private func order(_ name: String) -> Int { PlantedDefect.all.firstIndex { $0.name == name } ?? -1 }
}
