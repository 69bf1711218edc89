import S2WMPCrypto
import S2WMPFuzz
import S2WMPReport
import S2WMPWire
import Testing

@Suite("Case files")
struct CaseTextTests {
  @Test func everythingThatIsWrittenIsReadAsTheSame() throws {
    var random = RandomCases(seed: 1)
    for _ in 0..<2000 {
      let file = random.file()
      let text = file.text(heading: ["what\nfor \u{1b}"])
      #expect(try CaseFile(text: Array(text.utf8)) == file, "\(text)")
    }
  }

  @Test(arguments: [(Suite.dh, KeyGroup.x25519), (.rsa, .ffdhe3072)])
  func whatTheFuzzerMakesIsWrittenAndRead(_ suite: Suite, _ group: KeyGroup) throws {
    var scope = CaseGenerator.Scope(suite: suite, group: group)
    scope.isHeard = true
    let generator = CaseGenerator(seed: 5, scope: scope)
    for start in stride(from: 0, to: 5000, by: 10) {
      let file = CaseFile(cases: (start..<start + 10).map(generator.make))
      #expect(try CaseFile(text: Array(file.text().utf8)) == file)
    }
  }

  @Test func whatIsWrittenIsHarmless() {
    var random = RandomCases(seed: 2)
    for _ in 0..<200 {
      let text = random.file().text(heading: ["\u{202e}\u{7}"])
      #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && $0.value < 0x7f) || ($0.value > 0xa0 && SafeText.isHarmless($0)) })
      #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count <= 420 })
    }
  }

  @Test func aFileByHand() throws {
    let file = try CaseFile(
      text: Array(
        """
        # comments and indentation mean nothing
        s2case 1
        role peer
        suite dh   # so is this
        group x25519
        seed 0x8b2aff
        requirement 6.1/5.hash
        kind accepted-malformed
        note found on a Tuesday
        case
          send cut at 3 80
            M
              set status 2
              text "hello\\n#1"
              flip hash bit 5
            sc from other
        await
        case fresh\r
        dialect legacy
        datagram noise hex 00ff \\
          0102
        datagram
        UB from stranger
        """.utf8))
    #expect(file.cases.count == 2)
    #expect(
      file.cases[0].steps == [
        .send(
          [
            PacketPlan(.message, [.set("status", .number(2)), .text(.bytes(Array("hello\n#1".utf8))), .flip("hash", bit: 5)]),
            PacketPlan(.statusChange, from: .other),
          ], .at([3, 80])), .await,
      ])
    #expect(file.cases[1].isFresh)
    #expect(file.cases[1].dialect == .legacy)
    #expect(file.cases[1].steps == [.datagramNoise([0, 255, 1, 2]), .datagram(PacketPlan(.userBroadcast, from: .stranger))])
    #expect(file.suite == .dh && file.group == .x25519 && file.seed == 9_120_511 && file.notes == ["found on a Tuesday"])
  }

  @Test func aSmallCaseReadsLikeThis() {
    let file = CaseFile(
      cases: [
        Case(
          requirement: "6.1/5.hash",
          [.send([PacketPlan(.message, [.set("status", .number(2)), .text(.bytes(Array("hello".utf8))), .flip("hash", bit: 5)])], .whole), .await])
      ], requirement: "6.1/5.hash", kind: .acceptedMalformed, suite: .dh, group: .x25519, seed: 7)
    #expect(
      file.text(heading: ["6.1/5.hash: a wrong hash is error 2"]) == """
        s2case 1
        # 6.1/5.hash: a wrong hash is error 2
        role peer
        dialect v1
        requirement 6.1/5.hash
        kind accepted-malformed
        suite dh
        group x25519
        seed 7

        case
        requirement 6.1/5.hash
        send                # one burst of packets; cut in writes: send cut packets, send cut every 7, send cut at 3 80
          M from friend
            set status 2
            text "hello"
            flip hash bit 5
        await               # until everything owed so far has come

        """)
  }

  @Test(arguments: [
    (Repetition(384, .memory), "repeat 384 memory   # so often, all cases; the memory of the target's process must not grow"),
    (Repetition(1_000_000, .time), "repeat 1000000 time  # so often, all cases; the target's processor time for them must not grow"),
  ])
  func whatIsRepeatedSaysSo(_ repetition: Repetition, _ line: String) throws {
    var file = CaseFile(cases: [Case([.await])])
    file.repetition = repetition
    let text = file.text()
    #expect(text.split(separator: "\n").contains(Substring(line)), "\(text)")
    #expect(try CaseFile(text: Array(text.utf8)).repetition == repetition)
  }
}
