import S2WMPFlow
import S2WMPPeer
import S2WMPWire
import Testing

@testable import S2WMPChat

@Suite("Conversations") struct ConversationTests {
  private let bob = Stage.friend(Stage.bob, "bob")
  private let carol = Stage.friend(Stage.carol, "carol")

  @Test func theOnlyFriendIsOpenAtOnce() {
    let model = ChatModel.started(friends: [bob])
    #expect(model.open == Stage.bob)
    #expect(ChatModel.started(friends: [bob, carol]).open == nil)
  }

  @Test func aMessageIsShownSentAndMarked() {
    var model = ChatModel.started(friends: [bob])
    let sent = model.typed("lunch?")
    #expect(sent.text == ["── Tuesday, 24 November 2026 ──", "14:02 … you  lunch?"])
    #expect(sent.commands == [.send(to: Stage.bob, text: "lunch?")])
    #expect(model.happened(.sent(to: Stage.bob, datetime: 5)).isEmpty)
    #expect(model.unansweredCount == 1)
    let answered = model.happened(.acknowledged(to: Stage.bob, datetime: 5))
    #expect(answered.text == ["mark ✓ else       ✓ bob has received “lunch?”"])
    #expect(model.unansweredCount == 0)
  }

  @Test func marksBelongToTheirMessages() throws {
    var model = ChatModel.started(friends: [bob])
    var keys: [MessageKey] = []
    for text in ["one", "two", "three"] {
      for case .send(_, _, let key) in model.typed(text) { keys.append(key) }
    }
    for datetime in 1...3 as ClosedRange<UInt64> { _ = model.happened(.sent(to: Stage.bob, datetime: datetime)) }
    guard case .mark(let second, .acknowledged, _)? = model.happened(.acknowledged(to: Stage.bob, datetime: 2)).first else {
      Issue.record("no mark")
      return
    }
    #expect(second == keys[1])
    let failed = model.happened(.failed(to: Stage.bob, datetime: 1, error: 2, reason: "hash didn't match", retries: false))
    #expect(failed.first == .mark(keys[0], .rejected, otherwise: nil))
    #expect(failed.text.last == "      ✗ “one” to bob: hash didn't match")
    #expect(model.failures == 1)
  }

  @Test func whatWaitsIsSaidOnce() {
    var model = ChatModel.started(friends: [bob])
    for datetime in 1...2 as ClosedRange<UInt64> {
      _ = model.typed("text \(datetime)")
      _ = model.happened(.sent(to: Stage.bob, datetime: datetime))
    }
    let first = model.happened(.failed(to: Stage.bob, datetime: 1, error: nil, reason: "connection refused", retries: true))
    #expect(first.text.count == 2)
    #expect(first.text.last?.contains("bob cannot be reached (connection refused)") == true)
    #expect(model.happened(.failed(to: Stage.bob, datetime: 2, error: nil, reason: "connection refused", retries: true)).text == ["mark ~ else nothing"])
    #expect(model.happened(.failed(to: Stage.bob, datetime: 1, error: nil, reason: "connection refused", retries: true)).text.isEmpty)
    #expect(model.undecidedCount == 0 && model.unansweredCount == 2)
    #expect(model.typed("/cancel").commands == [.cancel(to: Stage.bob, datetime: 2)])
    #expect(model.typed("/cancel all").commands == [.cancel(to: Stage.bob, datetime: 1), .cancel(to: Stage.bob, datetime: 2)])
  }

  @Test func aMessageThatThePeerRefusesIsRejected() {
    var model = ChatModel.started(friends: [bob])
    var key: MessageKey?
    for case .send(_, _, let sent) in model.typed("text") { key = sent }
    _ = model.typed("next")
    guard let key else {
      Issue.record("nothing was sent")
      return
    }
    #expect(model.receiveTaken(key, at: Stage.time()) == [.mark(key, .rejected, otherwise: nil)])
    // The next one's name does not go to the refused one.
    _ = model.happened(.sent(to: Stage.bob, datetime: 9))
    #expect(model.happened(.acknowledged(to: Stage.bob, datetime: 9)).text.first?.contains("next") == true)
    #expect(model.unansweredCount == 0)
  }

  @Test func othersAreCountedAndShownWhenOpened() {
    var model = ChatModel.started(friends: [bob, carol])
    _ = model.typed("/open bob")
    #expect(model.happened(.message(from: Stage.bob, name: "bob", text: "hi", datetime: Stage.start)).text.last == "14:02   bob  hi")
    let first = model.happened(.message(from: Stage.carol, name: "carol", text: "secret", datetime: Stage.start))
    #expect(first.text == ["14:02   carol has written: /open carol shows it."])
    #expect(model.happened(.message(from: Stage.carol, name: "carol", text: "more", datetime: Stage.start + 1)).isEmpty)
    #expect(model.book[Stage.carol]?.unread == 2)
    let opened = model.typed("/open")
    #expect(model.open == Stage.carol && model.book[Stage.carol]?.unread == 0)
    #expect(opened.contains(.loadHistory(Stage.carol, limit: 12)))
    #expect(model.typed("/open").text.first?.hasPrefix("Nobody else has written") == true)
  }

  @Test func historyShowsMarksAndIsNotShownTwice() {
    var model = ChatModel.started(friends: [bob])
    let entries = [
      ChatEntry(isOwn: false, datetime: Stage.start - 90_000_000, time: Stage.start - 90_000_000, text: "yesterday", mark: nil),
      ChatEntry(isOwn: true, datetime: 7, time: Stage.start - 60_000, text: "still waits", mark: .waiting),
      ChatEntry(isOwn: false, datetime: Stage.start, time: Stage.start, text: "just now", mark: nil),
    ]
    let shown = model.receiveHistory(with: Stage.bob, entries, at: Stage.time())
    #expect(
      shown.text == [
        "── Monday, 23 November 2026 ──", "13:02   bob  yesterday", "── Tuesday, 24 November 2026 ──", "14:01 ~ you  still waits", "14:02   bob  just now",
      ])
    #expect(model.happened(.message(from: Stage.bob, name: "bob", text: "just now", datetime: Stage.start)).isEmpty)
    #expect(model.happened(.acknowledged(to: Stage.bob, datetime: 7)).text.first?.hasPrefix("mark ✓") == true)
  }

  @Test func aSendersClockIsNotBelieved() {
    var model = ChatModel.started(friends: [bob])
    func said(_ datetime: UInt64) -> String? { model.happened(.message(from: Stage.bob, name: "bob", text: "x", datetime: datetime)).text.last }
    #expect(said(Stage.start - 3_600_000) == "14:02   bob  x  (written 13:02)")
    #expect(said(Stage.start - 86_400_000) == "14:02   bob  x  (written 14:02 on Monday, 23 November 2026)")
    #expect(said(.max) == "14:02   bob  x  (its sender's clock is wrong)")
    #expect(said(0) == "14:02   bob  x  (written 00:00 on Thursday, 1 January 1970)")
  }

  @Test func whatIsTooLongStaysWithThePerson() {
    let model = ChatModel.started(limit: 10, friends: [bob])
    #expect(model.refusal(of: "0123456789") == nil)
    #expect(model.refusal(of: "日本語日") == "That is 12 bytes of UTF-8; a message to bob holds at most 10. Make it shorter or send it in parts.")
    #expect(ChatModel.started(friends: [bob, carol]).refusal(of: "x")?.contains("bob, carol") == true)
    #expect(ChatModel.started(friends: []).refusal(of: "x")?.contains("no friends yet") == true)
    #expect(ChatModel.started(friends: []).refusal(of: "/help") == nil)
  }
}

@Suite("Friends") struct FriendTests {
  @Test func namesThatLookAlikeStandWithTheirIDs() {
    var model = ChatModel.started(friends: [Stage.friend(Stage.bob, "bob"), Stage.friend(Stage.carol, "b0b")])
    #expect(model.label(Stage.bob) == "bob 22be…0914")
    #expect(model.typed("/open bob").contains(.loadHistory(Stage.bob, limit: 12)))
    #expect(model.typed("/open 2").contains(.loadHistory(Stage.carol, limit: 12)))
    #expect(model.typed("/open bob 22be…0914").contains(.loadHistory(Stage.bob, limit: 12)))
    #expect(model.typed("/open 9e01").contains(.loadHistory(Stage.carol, limit: 12)))
  }

  @Test func theSameNameTwiceIsAskedAbout() {
    var model = ChatModel.started(friends: [Stage.friend(Stage.bob, "bob"), Stage.friend(Stage.carol, "bob")])
    let asked = model.typed("/open bob")
    #expect(asked.text.first == "bob could be any of these; use the number or the ID:")
    #expect(asked.text.count == 3 && model.open == nil)
  }

  @Test func aNameCannotTakeANumbersPlace() {
    var model = ChatModel.started(friends: [Stage.friend(Stage.bob, "bob"), Stage.friend(Stage.carol, "1")])
    _ = model.typed("/open 1")
    #expect(model.open == Stage.bob)
  }

  @Test func nobodyCanTakeOurName() {
    #expect(ChatModel.started(friends: [Stage.friend(Stage.bob, "A1ice")]).label(Stage.bob) == "A1ice 22be…0914")
  }

  @Test func aRequestShowsWhoItIs() {
    var model = ChatModel.started(friends: [])
    let asked = model.happened(.request(id: Stage.bob, name: "bob\u{1b}[2J", address: Stage.address))
    #expect(asked.text[0] == "bob<U+001B>[2J asks to be your friend, from 10.0.0.9:5000:")
    #expect(asked.text[1] == "  ID \(Stage.bob.hex)" && asked.text[2] == "  fingerprint half of 22be…0914")
    #expect(model.happened(.request(id: Stage.bob, name: "bob", address: Stage.address)).isEmpty)
    #expect(model.typed("/accept").commands == [.accept(Stage.bob)])
    #expect(model.typed("/deny").text == ["Nobody asks to be your friend."])
    let added = model.happened(.friend(id: Stage.bob, name: "bob", address: nil, status: nil))
    #expect(added.contains(.loadFriends) && model.open == Stage.bob)
  }

  @Test func manyRequestsAreNotAllShown() {
    var model = ChatModel.started(friends: [])
    var lines = 0
    for index in 1...1000 as ClosedRange<UInt64> {
      lines += model.happened(.request(id: Identifier(high: index, low: 1), name: "spam", address: Stage.address)).text.count
    }
    #expect(lines == 17)
    #expect(model.requests.rows.count == 256)
    #expect(model.typed("/accept").commands.isEmpty)
    #expect(model.typed("/deny 200").commands == [.deny(Identifier(high: 200, low: 1))])
    // Numbers are never given again.
    #expect(model.typed("/deny 200").commands.isEmpty)
  }

  @Test func addingTakesANumberOrAnIDAndAnAddress() {
    var model = ChatModel.started(friends: [])
    #expect(model.typed("/discover").commands == [.discover])
    #expect(model.happened(.peerFound(id: Stage.bob, address: Stage.address)).text == ["  1  \(Stage.bob.hex)  10.0.0.9:5000"])
    #expect(model.typed("/add 1").commands == [.add(Stage.bob, address: Stage.address)])
    #expect(model.isAsking)
    #expect(model.happened(.addFailed(id: Stage.bob, reason: "denied")).text == ["22be…0914 is not added: denied."])
    #expect(!model.isAsking)
    #expect(model.typed("/add \(Stage.carol.hex)").commands == [.add(Stage.carol, address: nil)])
    #expect(model.typed("/add \(Stage.carol.hex) [::1]:77").commands == [.add(Stage.carol, address: Endpoint(text: "[::1]:77"))])
    #expect(model.typed("/add \(Stage.carol.hex) host.example:77") == [.resolve(host: "host.example", port: 77, for: Stage.carol)])
    #expect(model.receiveResolved(Stage.carol, host: "host.example", nil, at: Stage.time()).text == ["No address is known for the host host.example."])
    for wrong in ["/add", "/add 2", "/add xyz", "/add \(Stage.alice.hex)", "/add \(Stage.carol.hex) nonsense", "/add \(Stage.carol.hex) 1.2.3.4:5 6"] {
      #expect(model.typed(wrong).commands.isEmpty, "\(wrong)")
    }
  }

  @Test func peersThatAnswerLaterAreOnlyKept() {
    var model = ChatModel.started(friends: [])
    #expect(model.happened(.peerFound(id: Stage.bob, address: Stage.address)).isEmpty)
    #expect(model.typed("/discover").text.last?.contains(Stage.bob.hex) == true)
    #expect(model.happened(.peerFound(id: Stage.carol, address: Stage.address), 60).isEmpty)
    #expect(model.happened(.peerFound(id: Stage.alice, address: Stage.address)).isEmpty)
  }

  @Test func removingWantsToBeSaidTwice() {
    var model = ChatModel.started(friends: [Stage.friend(Stage.bob, "bob")])
    #expect(model.typed("/remove bob").commands.isEmpty)
    #expect(model.typed("/friends").commands.isEmpty)
    #expect(model.typed("/remove bob").commands.isEmpty)
    #expect(model.typed("/remove bob").commands == [.remove(Stage.bob)])
    #expect(model.typed("/regenerate-key").commands.isEmpty)
    #expect(model.typed("/regenerate-key").commands == [.regenerateKey])
    _ = model.happened(.friendRemoved(id: Stage.bob))
    #expect(model.open == nil && model.book.all.isEmpty)
  }

  @Test func aNewKeyIsToldAndKeepsTheConversation() {
    var model = ChatModel.started(friends: [Stage.friend(Stage.bob, "bob")])
    _ = model.typed("text")
    _ = model.happened(.sent(to: Stage.bob, datetime: 3))
    let told = model.happened(.friendChanged(old: Stage.bob, new: Stage.carol))
    #expect(told.text.first?.contains(Stage.carol.hex) == true)
    #expect(model.open == Stage.carol)
    #expect(model.happened(.acknowledged(to: Stage.carol, datetime: 3)).text.first?.hasPrefix("mark ✓") == true)
  }

  @Test func refusedPacketsCannotFloodTheScreen() {
    var model = ChatModel.started(friends: [])
    var lines: [String] = []
    for index in 0..<1000 as Range<UInt64> {
      lines += model.happened(.rejected(error: 3, remote: Stage.address, reason: "not framed"), index / 20).text
    }
    #expect(lines == ["A packet from 10.0.0.9:5000 was refused: not framed.", "A packet from 10.0.0.9:5000 was refused: not framed (and 599 more before it)."])
  }
}

@Suite("Commands") struct CommandTests {
  @Test func aSlashAndALetterBeginACommand() {
    var model = ChatModel.started(friends: [Stage.friend(Stage.bob, "bob")])
    #expect(model.typed("//usr/bin").commands == [.send(to: Stage.bob, text: "/usr/bin")])
    for mistake in ["/usr/bin", "/nosuch", "/r", "/help\nmore"] {
      let effects = model.typed(mistake)
      #expect(effects.commands.isEmpty && effects.text.count == 1, "\(mistake)")
    }
    #expect(model.typed("/STATUS away").commands == [.status(.away)])
    #expect(model.typed("/stat busy").commands == [.status(.busy)])
    #expect(model.typed("/status gone").commands.isEmpty)
    #expect(model.typed("/quit") == [.quit])
  }

  @Test func helpFitsTheScreen() {
    var model = ChatModel.started(friends: [])
    let help = model.typed("/help")
    let rows = help.flatMap { effect -> [TextRow] in
      guard case .line(let line, _) = effect else { return [] }
      return Wrapping.rows(of: line, width: 79)
    }
    #expect(rows.count == help.count, "no line is wrapped")
    #expect(rows.count + 2 <= 24, "with the status row and the line being written")
  }

  @Test func tabCompletes() {
    let model = ChatModel.started(friends: [Stage.friend(Stage.bob, "bob"), Stage.friend(Stage.carol, "bobby")])
    #expect(model.completion(of: "/re").candidates == ["/requests ", "/remove ", "/regenerate-key "])
    #expect(model.completion(of: "/open b").candidates == ["bob", "bobby"])
    #expect(model.completion(of: "/open B").commonPrefix == "bob")
    #expect(model.completion(of: "/status a").candidates == ["away"])
    #expect(model.completion(of: "hello b").candidates.isEmpty)
    #expect(model.completion(of: "/open  bobb").start == 7)
  }

  @Test func fingerprintsAreShownSideBySide() {
    var model = ChatModel.started(friends: [Stage.friend(Stage.bob, "bob")])
    let shown = model.typed("/fingerprint").text
    #expect(shown.contains("       fingerprint 12345") && shown.contains("       fingerprint print of 22be…0914"))
  }

  @Test func everythingCanBeTyped() {
    var generator = SeededGenerator(seed: 11)
    var model = ChatModel.started(friends: [Stage.friend(Stage.bob, "bob"), Stage.friend(Stage.carol, "b0b")])
    let arguments = ["", "1", "bob", "0", "-1", "99999999999999999999", Stage.bob.hex, "all", "日本", "\u{202e}", "1 2 3", "[::1]:5", ":", "x:70000"]
    for _ in 0..<4000 {
      let command = ChatCommand.all[Int.random(in: 0..<ChatCommand.all.count, using: &generator)].names[0]
      let effects = model.typed("/\(command) \(arguments[Int.random(in: 0..<arguments.count, using: &generator)])")
      for text in effects.text { #expect(!text.contains("Optional")) }
    }
  }
}
