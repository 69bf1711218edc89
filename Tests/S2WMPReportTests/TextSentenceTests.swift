import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPReport

@Suite("Text format: what each packet says")
struct TextSentenceTests {
  private let alice = SampleIDs.alice.value
  private let bob = SampleIDs.bob.value
  private let here = FieldValue.address([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 9])

  /// One packet's words, runs of spaces made two.
  private func says(_ sample: PacketSample, after earlier: [PacketSample] = []) -> String {
    what(earlier + [sample]).split(separator: "  ").map { $0.drop { $0 == " " } }.joined(separator: "  ")
  }

  private func code(_ number: UInt64) -> FieldValue { .unsigned(number) }

  @Test("M and SC of both dialects")
  func messages() throws {
    let names = try [introduction("alice", SampleIDs.alice), introduction("bob", SampleIDs.bob, to: SampleIDs.alice)]
    #expect(try says(message(SampleIDs.alice, SampleIDs.bob, body: 1), after: names) == "alice → bob  online  1 byte")
    let change = try PacketSample(.statusChange, ["status": code(2), "sender_id": alice, "receiver_id": bob])
    #expect(says(change, after: names) == "alice → bob  now away")
    let legacy = try PacketSample(.message, .legacy, ["status": code(3), "sender_id": alice, "receiver_id": bob, "body": .bytes([1, 2])])
    #expect(says(legacy) == "7f3a…c1d0 → 22be…0914  busy  2 bytes")
    #expect(try says(PacketSample(.statusChange, .legacy, ["status": code(4)])) == "now offline")
    #expect(try says(PacketSample(.statusChange, .legacy, ["status": code(9)])) == "now status 9")
  }

  @Test("ACK")
  func acknowledgements() throws {
    #expect(try says(PacketSample(.acknowledgement, ["ack": code(1)])) == "accepted")
    #expect(try says(PacketSample(.acknowledgement, ["error": code(4)])) == "rejected: could not be decrypted")
    #expect(try says(PacketSample(.acknowledgement, ["error": code(9)])) == "rejected: error 9")
    #expect(try says(PacketSample(.acknowledgement, ["ack": code(1), "error": code(2)])) == "ack accepted, error hash didn't match")
  }

  @Test("CR and CRR")
  func requests() throws {
    #expect(try says(introduction("alice", SampleIDs.alice)) == "alice asks 22be…0914  X25519")
    func response(_ status: UInt64) throws -> String {
      try says(PacketSample(.chatRequestResponse, ["status": code(status), "user_id": bob, "requestor_id": alice]))
    }
    #expect(try response(1) == "denied by 22be…0914")
    #expect(try response(4) == "refused: invalid key")
    #expect(try response(77) == "refused: status 77")
    let stranger = try introduction("alice", SampleIDs.mallory).changed { $0.codes = [.idMismatch] }
    #expect(says(stranger).hasPrefix("6666…6666 as alice asks 22be…0914  X25519  ! requestor_id is not the ID of the public key"))
  }

  @Test("legacy CR: a request, a refusal, a weak key")
  func legacyRequests() throws {
    let fields: [String: FieldValue] = ["requestor_id": alice, "user_id": bob, "public_key": .bytes([1]), "name": text("zoë")]
    let request = try PacketSample(.chatRequest, .legacy, fields.merging(["status": code(1)]) { $1 })
    #expect(says(request) == "\"zoë\" 7f3a…c1d0 asks 22be…0914  no valid key")
    let refusal = try PacketSample(.chatRequest, .legacy, fields.merging(["status": code(3)]) { $1 })
    #expect(says(refusal) == "refused: invalid friend ID")
  }

  @Test("REG, RREG and IC")
  func registrations() throws {
    #expect(try says(PacketSample(.registration, ["user_id": alice])) == "7f3a…c1d0 registers")
    #expect(try says(PacketSample(.registrationResponse)) == "registered")
    #expect(try says(PacketSample(.registrationResponse, ["status": code(1)])) == "refused: key or address collision")
    #expect(try says(PacketSample(.registration, .legacy, ["user_id": alice])) == "7f3a…c1d0 registers")
    #expect(try says(PacketSample(.registrationResponse, .legacy, ["status": code(1)])) == "refused: ID collision")
    let change = try PacketSample(.idChange, ["user_id": alice, "new_id": bob, "public_key": .bytes(sampleKey)])
    #expect(says(change) == "7f3a…c1d0 is now 22be…0914  X25519")
  }

  @Test("LP, LPR and their broadcast forms")
  func lookups() throws {
    let ask: [String: FieldValue] = ["user_id": alice, "lookup_id": bob]
    let found: [String: FieldValue] = ["lookup_id": bob, "address": here, "port": code(5000)]
    #expect(try says(PacketSample(.lookup, ask)) == "7f3a…c1d0 looks up 22be…0914")
    #expect(try says(PacketSample(.lookupResponse, found)) == "22be…0914 is at 10.0.0.9:5000")
    #expect(try says(PacketSample(.lookupResponse, found.merging(["status": code(1)]) { $1 })) == "22be…0914 not found")
    #expect(try says(PacketSample(.lookupResponse, found.merging(["status": code(3)]) { $1 })) == "refused: invalid user ID")
    #expect(try says(PacketSample(.broadcastServer, ["user_id": alice])) == "where is a bootstrap server?  7f3a…c1d0")
    #expect(try says(PacketSample(.broadcastServerResponse, found)) == "server here: 10.0.0.9:5000  22be…0914")
    #expect(try says(PacketSample(.broadcastPeer, ["user_id": alice])) == "who is there?  7f3a…c1d0")
    #expect(try says(PacketSample(.broadcastPeer, ask)) == "where is 22be…0914?  7f3a…c1d0")
    #expect(try says(PacketSample(.broadcastPeerResponse, found)) == "here: 10.0.0.9:5000  22be…0914")
    let six = FieldValue.address([0xfe, 0x80] + [UInt8](repeating: 0, count: 13) + [1])
    #expect(try says(PacketSample(.lookupResponse, ["lookup_id": bob, "address": six, "port": code(1)])) == "22be…0914 is at [fe80::1]:1")
  }

  @Test("legacy LP, LPR and UB")
  func legacyServices() throws {
    #expect(try says(PacketSample(.lookup, .legacy, ["user_id": alice, "lookup_id": bob])) == "7f3a…c1d0 looks up 22be…0914")
    let found: [String: FieldValue] = ["user_id": bob, "lookup_id": alice, "address": .address([10, 0, 0, 9])]
    #expect(try says(PacketSample(.lookupResponse, .legacy, found)) == "22be…0914 is at 10.0.0.9")
    #expect(try says(PacketSample(.lookupResponse, .legacy, found.merging(["status": code(1)]) { $1 })) == "22be…0914 not found")
    #expect(try says(PacketSample(.lookupResponse, .legacy, found.merging(["status": code(2)]) { $1 })) == "refused: invalid lookup ID")
    let broadcast: [String: FieldValue] = ["user_id": alice, "name": text("alice")]
    #expect(try says(PacketSample(.userBroadcast, .legacy, broadcast)) == "alice: who is there?")
    #expect(try says(PacketSample(.userBroadcast, .legacy, broadcast.merging(["reply": code(1)]) { $1 })) == "alice is here")
  }

  @Test("bytes that are no packet: the first of them, how many, and why")
  func malformed() {
    let rest = PacketSample([1, 99, 0]).changed {
      $0.isMalformed = true
      $0.codes = [.malformedType]
      $0.length = 70_000
    }
    #expect(says(rest) == "no packet: 01 63 00 …  70000 bytes  ! type 99 is not defined in v1")
    #expect(says(PacketSample([])) == "no packet:   0 bytes".split(separator: "  ").map { $0.drop { $0 == " " } }.joined(separator: "  "))
  }

  @Test("IDs in full or not at all, names off")
  func identifiers() throws {
    let samples = try [introduction("alice", SampleIDs.alice), message(SampleIDs.alice, SampleIDs.bob)]
    #expect(what(samples, TextOptions(ids: .full)).hasPrefix("alice → 22be0000000000000000000000000914  online"))
    #expect(what(samples, TextOptions(ids: .none)).hasPrefix("alice → someone  online"))
    #expect(what(samples, TextOptions(showsNames: false)).hasPrefix("7f3a…c1d0 → 22be…0914  online"))
  }
}
