import Foundation
import S2WMPAnalysis
import S2WMPFlow
import S2WMPInsight
import S2WMPReport
import S2WMPWire
import Testing

@Suite("Transcripts") struct TranscriptTests {
  private func book(_ capture: String, stream: UInt32? = nil) throws -> TranscriptBook {
    let book = TranscriptBook(stream: stream)
    try SecurityScene.read(capture, into: book)
    return book
  }

  private func error(_ book: TranscriptBook, _ selection: TranscriptSelection) -> TranscriptError? {
    do throws(TranscriptError) {
      _ = try book.transcript(selection)
      return nil
    } catch { return error }
  }

  // MARK: - Which conversation

  @Test func theOnlyConversationIsTold() throws {
    let told = try book("lan-chat.pcap").transcript(.only)
    #expect(told.users.count == 2)
    #expect(told.messageCount == 7)
    #expect(told.events.map(\.kind.name).prefix(5) == ["presence", "lookup", "request", "accepted", "status"])
    #expect(told.events.last?.kind.name == "id-change")
  }

  @Test func severalHaveToBeChosenFrom() throws {
    let book = try book("keys-tampered.pcapng")
    #expect(error(book, .only) == .several(2))
    #expect(book.choices().map(\.messages) == [5, 3])
    #expect(book.choices().map(\.streams) == [[0], [1]])
  }

  @Test func usersAreFoundByIDPrefixAndName() throws {
    let book = try book("lan-chat.pcap")
    let ways = [
      ("alice", "bob"), ("ALICE", "Bob"), ("a44c", "b9f4"), ("a44c9fe2d916a7e1f90d3c1c1cc976a6", "bob"), ("5729", "bob"), ("bob", "alice"),
    ]
    for (first, second) in ways { #expect(try book.transcript(.pair(first, second)).messageCount == 7, "\(first) \(second)") }
    #expect(error(book, .pair("alice", "5729")) == .samePerson("alice", "\"5729\""))
    #expect(error(book, .user("a44"))?.description.hasPrefix("nobody is called a44; there are ") == true)
    #expect(error(book, .user("zoe\u{1b}[2J"))?.description.contains("\u{1b}") == false)
  }

  @Test func ambiguousNamesAreListed() throws {
    let book = try book("security-name-reused.pcap")
    #expect(error(book, .user("ALICE")) == .ambiguousUser("ALICE", candidates: ["alice a44c…76a6", "Alice 41d8…8a2e"]))
    #expect(try book.transcript(.user("Alice")).users.count == 1)
  }

  @Test func streamsThatAreNot() throws {
    #expect(error(try book("lan-chat.pcap"), .stream(8)) == .unknownStream(8, last: 7))
    #expect(error(try book("file-empty-capture.pcap"), .stream(0)) == .unknownStream(0, last: nil))
    #expect(error(try book("file-empty-capture.pcap"), .only) == .noConversation)
    let told = try book("lan-chat.pcap", stream: 6).transcript(.stream(6))
    #expect(told.events.map(\.kind.name) == ["message", "message"])
    #expect(told.events.allSatisfy { $0.answer?.code == 0 })
  }

  // MARK: - What is told

  @Test func anIDChangeKeepsThePerson() throws {
    var scene = TranscriptScene()
    let new = Identifier(high: 0xcccc_0000_0000_0000, low: 3)
    scene.befriend("alice")
    scene.say("before", at: 1)
    scene.show(.idChange) {
      $0.set(IDChange.timestamp, 2)
      $0.set(IDChange.userID, TranscriptScene.alice)
      $0.set(IDChange.newID, new)
      $0.set(IDChange.publicKey, [4, 5])
    }
    scene.acknowledge(0, at: 2, replyTo: 3)
    scene.say("after", at: 3, from: new)
    let told = try scene.book.transcript(.user("alice"))
    #expect(told.messageCount == 2)
    #expect(try scene.book.transcript(.pair("alice", "b0b0")).events.map(\.kind.name) == ["request", "message", "id-change", "message"])
    #expect(told.people.ids(of: new) == [TranscriptScene.alice, new])
    #expect(told.text().contains("alice  after"))
  }

  /// Whoever was refused stays two.
  @Test func aRefusedIDChangeJoinsNobody() throws {
    var scene = TranscriptScene()
    let new = Identifier(high: 0xcccc_0000_0000_0000, low: 3)
    scene.say("before", at: 1)
    scene.show(.idChange) {
      $0.set(IDChange.timestamp, 2)
      $0.set(IDChange.userID, TranscriptScene.alice)
      $0.set(IDChange.newID, new)
      $0.set(IDChange.publicKey, [4, 5])
    }
    scene.acknowledge(1, at: 2, replyTo: 2)
    scene.say("after", at: 3, from: new)
    #expect(scene.book.choices().count == 2)
  }

  @Test func answersGoToTheirOwnMessage() throws {
    var scene = TranscriptScene()
    scene.say("one", at: 1)
    scene.say("two", at: 2)
    scene.acknowledge(4, at: 2, replyTo: 2)
    scene.acknowledge(0, at: 1, replyTo: 1)
    scene.say("three", at: 3, findings: Findings(.requestUnanswered))
    scene.acknowledge(2, at: 77, replyTo: 0)
    let told = try scene.book.transcript(.only)
    #expect(told.events.map { $0.answer?.code } == [0, 4, nil, 2])
    let lines = told.text().split(separator: "\n").suffix(4)
    #expect(zip(lines, ["✓", "✗", "?", "–"]).allSatisfy { $0.contains(" \($1) ") }, "\(lines)")
    #expect(lines.last?.contains("rejects something that was not captured") == true)
  }

  @Test func repetitions() throws {
    let told = try book("expert-replay.pcap").transcript(.only)
    #expect(told.events.map { $0.repetition?.isSameHost } == [nil, true, false, false])
    #expect(told.events.map { $0.repetition?.isSameBytes } == [nil, true, true, false])
    #expect(told.events.compactMap { $0.repetition?.frame } == [4, 4, 4])
  }

  @Test func whatIsMissingIsSaid() throws {
    let told = try book("tcp-lost-segment.pcap").transcript(.only)
    let gaps = told.events.filter { $0.kind.name == "gap" }
    #expect(gaps.count == 2)
    #expect(gaps.allSatisfy { !$0.from.isZero })
    #expect(told.text().contains("is missing here"))
  }

  /// A status change of the legacy dialect names nobody.
  @Test func legacyStatusesFindTheirOwner() throws {
    let told = try book("legacy-chat.pcap").transcript(.only)
    let change = try #require(told.events.first { $0.kind.name == "status" })
    #expect(told.people.book.count == 2)
    #expect(told.text().contains("– alice is now away"))
    #expect(change.from == told.events.first { $0.isSaid }?.from)
  }

  @Test func userWithDatagramsOnly() throws {
    let told = try book("security-id-moved.pcap").transcript(.user("41d8"))
    #expect(told.events.map(\.kind.name) == Array(repeating: "registration", count: 4))
    #expect(told.events.allSatisfy { $0.answer?.code == 0 })
  }

  /// Where a user talks with several, it is said with whom.
  @Test func severalFriends() throws {
    var scene = TranscriptScene()
    let carol = Identifier(high: 0xca40_0000_0000_0000, low: 4)
    scene.befriend("alice")
    scene.befriend("carol", carol, host: 21)
    scene.say("to one", at: 1)
    scene.say("to the other", at: 2, to: carol)
    #expect(try scene.book.transcript(.user("alice")).text().contains("to the other  · to carol"))
    #expect(try scene.book.transcript(.pair("alice", "carol")).text().contains("· to carol") == false)
  }

  // MARK: - Hostile input

  private static let hostile = "<img src=x onerror=alert(1)>\n13:42:00.009  ✓ bob  I owe you\u{1b}[2J\u{202e}\u{0}\"'&"

  private func hostileTranscript() throws -> Transcript {
    var scene = TranscriptScene()
    scene.befriend("</b><script>\u{7}\n\"bob\"")
    scene.say(Self.hostile, at: 1)
    scene.say(String(repeating: "x", count: 500), at: 2)
    return try scene.book.transcript(.only)
  }

  @Test(arguments: [nil, 40, 80]) func textIsHarmless(_ width: Int?) throws {
    let text = try hostileTranscript().text(width: width)
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0.value != 0x7f && $0 != "\u{202e}" })
    // What looks like another line of the transcript stands under the indent: only the date and the three events begin at the left.
    let lines: [Substring] = text.split(separator: "\n")
    let heading = lines.firstIndex { $0.hasSuffix("UTC") } ?? 0
    #expect(lines[heading...].filter { !$0.hasPrefix("                ") }.count == 4, "\(text)")
    if let width { #expect(lines.allSatisfy { $0.count <= width }, "\(text)") }
  }

  @Test func pageIsEscaped() throws {
    let page = try hostileTranscript().page()
    #expect(!page.contains("<img") && !page.contains("<script") && !page.contains("a<b>"))
    #expect(page.contains("&lt;img src=x onerror=alert(1)&gt;"))
    #expect(page.contains("Content-Security-Policy") && page.contains("default-src 'none'"))
    #expect(!page.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0 == "\u{202e}" })
    for tag in ["li", "ol", "p", "main", "header"] {
      let opened = page.components(separatedBy: "<\(tag)>").count + page.components(separatedBy: "<\(tag) ").count - 2
      #expect(opened == page.components(separatedBy: "</\(tag)>").count - 1, "\(tag)")
    }
  }

  @Test func linesAreJSON() throws {
    let lines: [Substring] = try hostileTranscript().ndjson().split(separator: "\n")
    #expect(lines.count == 3)
    let objects = try lines.map { try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]) }
    #expect(objects.map { $0["event"] as? String } == ["request", "message", "message"])
    #expect(objects[1]["plaintext"] as? String == Self.hostile)
    #expect(objects[1]["delivery"] as? String == "unknown")
    #expect(lines.allSatisfy { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{202e}" } })
  }

  @Test func memoryIsBounded() throws {
    var limits = TranscriptBook.Limits()
    limits.events = 3
    var scene = TranscriptScene(limits: limits)
    for index in 0..<10 { scene.say("\(index)", at: UInt64(index + 1)) }
    let told = try scene.book.transcript(.only)
    #expect(told.events.count == 3 && told.leftOut == 7)
    #expect(told.page().contains("7 further events"))
  }

  /// Every capture can be told in every form, whoever is asked for.
  @Test(arguments: SecurityScene.captures) func everyCapture(_ capture: String) throws {
    let book = try book(capture)
    for person in book.people.all.prefix(4) {
      let told = try book.transcript(.user(person.hex))
      let lines: [Substring] = told.text(width: 60).split(separator: "\n")
      #expect(lines.allSatisfy { $0.count <= 60 }, "\(lines.filter { $0.count > 60 })")
      #expect(told.ndjson().split(separator: "\n").count == told.events.count)
      for line in told.ndjson().split(separator: "\n") { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
      #expect(told.page().components(separatedBy: "<li").count - 1 == told.events.count)
    }
  }
}

extension TranscriptEvent {
  fileprivate var isSaid: Bool { kind.name == "message" }
}
