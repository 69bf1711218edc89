import S2WMPAnalysis
import S2WMPInsight
import Testing

/// Each weakness is found by exactly its evidence (S2WMP §6).
@Suite("Security findings") struct SecurityWatchTests {
  struct Expected: Sendable, CustomTestStringConvertible {
    var capture: String
    var findings: [String]
    var testDescription: String { capture }
  }

  /// Everything that is found, with the frames that show it.
  static let expected = [
    Expected(capture: "security-friend-list.pcap", findings: ["security.friend_list 1 3 5 7 9"]),
    Expected(
      capture: "security-false-id.pcap",
      findings: ["security.key_substitution 4 14", "security.false_id_accepted 14 16", "security.false_id 14"]),
    Expected(capture: "security-name-reused.pcap", findings: ["security.name_reused 4 14"]),
    Expected(
      capture: "security-ecb.pcap",
      findings: ["security.legacy_unauthenticated 4 12 20", "security.ecb_repetition 4 20", "security.clear_metadata 4 12 20"]),
    Expected(
      capture: "security-ban.pcap",
      findings: ["security.flood 101", "security.server_silent \((123...142).map(String.init).joined(separator: " ")) 145 148", "security.friend_list"]),
    Expected(capture: "security-id-moved.pcap", findings: ["security.id_moved 3 5"]),
    Expected(capture: "expert-id-collision.pcap", findings: ["security.id_squatting 1 3 4 5 7"]),
    Expected(capture: "expert-key-changed.pcap", findings: ["security.key_substitution 4 20", "security.weak_key 4 12 20"]),
    Expected(capture: "expert-keys.pcap", findings: ["security.false_id 4", "security.weak_key 12", "security.invalid_key 8"]),
    Expected(
      capture: "expert-replay.pcap",
      findings: ["security.replay_accepted 4 28 30", "security.replay 4 18 28", "security.clear_metadata 4 8 18 28"]),
    Expected(capture: "security-resent.pcap", findings: ["security.clear_metadata 4 12", "security.resent 4 12"]),
    Expected(capture: "tcp-overlap.pcap", findings: ["security.segment_conflict 6", "security.clear_metadata"]),
    Expected(capture: "expert-clock-skew.pcap", findings: ["security.clear_metadata", "security.clock_skew 4 16 20"]),
  ]

  @Test(arguments: expected) func exactEvidence(_ scene: Expected) throws {
    let found = try SecurityScene.findings(scene.capture)
    #expect(found.count == scene.findings.count, "\(found.map(\.summary))")
    for (finding, wanted) in zip(found, scene.findings) {
      // Without frames only the code is compared.
      #expect(wanted.contains(" ") ? finding.summary == wanted : finding.code.name == wanted, "\(finding.summary)")
    }
  }

  @Test func probing() throws {
    let found = try SecurityScene.findings("security-probing.pcap")
    #expect(found.map(\.code) == [.probing, .clearMetadata])
    #expect(found.first?.frameCount == 12)
    #expect(found.first?.message.contains("10.0.0.66") == true)
  }

  @Test func downgrade() throws {
    let found = try SecurityScene.findings("security-downgrade.pcap")
    #expect(found.map(\.code) == [.nameReused, .weakKey, .downgrade])
    #expect(found.last?.frames == [4, 14])
  }

  /// What is sound, or differs from what is sound only by accidents of the network, makes notes at most.
  @Test(
    arguments: SecurityScene.captures.filter { name in
      ["file-", "link-", "ipv4-", "ipv6-", "ethernet-", "port-", "foreign-", "live-"].contains { name.hasPrefix($0) }
        || name.hasPrefix("tcp-") && name != "tcp-overlap.pcap"
    })
  func soundTraffic(_ capture: String) throws {
    let loud = try SecurityScene.findings(capture).filter { $0.severity > .note }
    #expect(loud.isEmpty, "\(loud.map(\.summary))")
  }

  /// The first capture that anybody opens has one damaged message and one that is sent again by somebody else; the ID change joins the two IDs.
  @Test func lanChat() throws {
    let found = try SecurityScene.findings("lan-chat.pcap")
    #expect(found.map(\.summary).prefix(2) == ["security.replay 22 59", "security.tampering 48 50"])
    #expect(found.dropFirst(2).map(\.code) == [.friendList, .clearMetadata])
    #expect(found.first?.message.contains("10.0.0.66") == true)
  }

  /// The same in every run and in both orders of delivery, apart from what only later frames tell.
  @Test(arguments: SecurityScene.captures) func deterministic(_ capture: String) throws {
    let first = try SecurityScene.findings(capture)
    #expect(try SecurityScene.findings(capture).map(\.summary) == first.map(\.summary))
    let live = try SecurityScene.findings(capture, sorted: false)
    #expect(Set(live.map(\.code)).symmetricDifference(first.map(\.code)).isEmpty, "\(live.map(\.summary)) \(first.map(\.summary))")
    for finding in first { try check(finding) }
    #expect(zip(first, first.dropFirst()).allSatisfy { $0.severity >= $1.severity })
  }

  private func check(_ finding: SecurityFinding) throws {
    #expect(finding.frames == finding.frames.sorted() && Set(finding.frames).count == finding.frames.count)
    #expect(finding.frames.count <= 64 && UInt64(finding.frames.count) <= finding.frameCount)
    #expect(finding.users.count <= 64)
    #expect(finding.severity == finding.code.severity)
    #expect(!finding.message.hasSuffix(".") && !finding.message.contains("\""))
  }

  @Test func codesExplainThemselves() {
    #expect(SecurityCode.allCases.map(\.severity) == SecurityCode.allCases.map(\.severity).sorted(by: >))
    for code in SecurityCode.allCases {
      #expect(code.name.hasPrefix("security."))
      for sentence in [code.meaning, code.advice] {
        #expect(sentence.hasSuffix(".") && !sentence.contains("\"") && !sentence.contains("\n"))
      }
    }
  }

  /// What is fed in at any time between is answered as well.
  @Test func askedBetween() throws {
    let watch = SecurityWatch()
    #expect(watch.findings().isEmpty)
    try SecurityScene.read("security-friend-list.pcap", into: watch)
    #expect(watch.findings().map(\.code) == [.friendList])
    #expect(watch.findings().map(\.summary) == watch.findings().map(\.summary))
  }
}
