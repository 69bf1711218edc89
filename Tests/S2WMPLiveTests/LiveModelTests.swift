import S2WMPAnalysis
import S2WMPChat
import S2WMPReport
import Testing

@testable import S2WMPLive

@Suite("Live model") struct LiveModelTests {
  @Test func theNewestPacketStaysSelectedUntilOneMovesUp() {
    var model = LiveModel.sample()
    model.receive(Made.packets(1...50))
    // Twelve rows of packets.
    #expect(model.row(3).contains("   39  "))
    #expect(model.selectedPacket?.frame == 50)
    model.press(.up, .up)
    model.receive(Made.packets(51...60))
    #expect(model.selectedPacket?.frame == 48 && !model.isFollowing)
    model.press(.end)
    model.receive(Made.packets(61...61))
    #expect(model.selectedPacket?.frame == 61 && model.isFollowing)
    model.press(.text("f"), .home)
    #expect(model.selectedPacket?.frame == 1)
    model.press(.pageDown)
    #expect(model.selectedPacket?.frame == 12)
    model.press(.down, .text("j"), .text("k"))
    #expect(model.selectedPacket?.frame == 13)
    model.press(.text("f"))
    #expect(model.selectedPacket?.frame == 61)
  }

  @Test func onlyTheLastPacketsAreKept() {
    var model = LiveModel.sample(keep: 100)
    model.receive(Made.packets(1...100))
    model.press(.home)
    #expect(model.oldestFrame == 1)
    model.receive(Made.packets(101...250))
    #expect(model.history.count == 100 && model.oldestFrame == 151)
    // What was selected is gone: the next that is kept is.
    #expect(model.selectedPacket?.frame == 151)
    #expect(model.totals.packets == 250)
    #expect(model.row(1).hasSuffix("150 older dropped"))
  }

  @Test func bytesAreBoundedToo() {
    var settings = LiveSettings(device: "lo", keep: 1000, text: TextOptions(), saveName: { "" })
    settings.keepBytes = 100_000
    var model = LiveModel(settings, size: LiveSize(columns: 80, rows: 24))
    model.receive((1...50).map { Made.packet($0, bytes: [1, 6] + [UInt8](repeating: 0, count: 9_998)) })
    #expect(model.history.count == 9)
    // Even one that is larger than all may be stays, as it is looked at.
    model.receive([Made.packet(51, bytes: [1, 6] + [UInt8](repeating: 0, count: 200_000))])
    #expect(model.history.count == 1 && model.selectedPacket?.frame == 51)
  }

  @Test func aFilterAppliesAsItIsTyped() throws {
    var model = LiveModel.sample()
    model.receive((1...30).map { Made.packet($0, stream: UInt32($0 % 3), error: $0 % 10 == 0 ? 2 : 0) })
    model.type("/stream == 1")
    #expect(model.list.count == 10 && model.filter.isEditing)
    model.type(" and error == ")
    #expect(model.filter.mistake != nil)
    // The last good one is still in force.
    #expect(model.list.filter?.text == "stream == 1 and error " && model.list.count == 10)
    #expect(model.press(.enter) == [.bell])
    model.type("2")
    #expect(model.list.count == 1 && model.selectedPacket?.frame == 10)
    model.press(.enter)
    #expect(!model.filter.isEditing && model.row(1).hasPrefix("filter: stream == 1 and error == 2"))
    model.receive([Made.packet(31, stream: 1, error: 2), Made.packet(32, stream: 2, error: 2)])
    #expect(model.list.count == 2)
    model.press(.text("/"), .control("u"))
    #expect(model.list.count == 32)
    model.press(.escape)
    #expect(model.list.filter?.text == "stream == 1 and error == 2")
    model.press(.escape)
    #expect(model.list.filter == nil && model.list.count == 32)
    model.press(.text("/"), .up)
    #expect(model.filter.editor.string == "stream == 1 and error == 2")
  }

  @Test func namesAreCompleted() {
    var model = LiveModel.sample()
    model.type("/expert.sev")
    model.press(.tab)
    #expect(model.filter.editor.string == "expert.severity ")
    model.press(.control("u"))
    model.type("latenc")
    model.press(.tab)
    #expect(model.filter.editor.string == "latency ")
    #expect(model.press(.tab) == [.bell])
  }

  @Test func theScreenStandsStillWhilePaused() {
    var model = LiveModel.sample(keep: 20)
    model.receive(Made.packets(1...5))
    let before = (1..<23).map { model.row($0) }
    model.press(.text(" "))
    model.receive(Made.packets(6...45))
    #expect(model.row(0).hasSuffix("PAUSED, 40 wait"))
    #expect(model.history.count == 5 && model.totals.packets == 45)
    #expect((1..<23).map { model.row($0) } == before)
    model.press(.text(" "))
    #expect(model.history.count == 20 && model.oldestFrame == 26 && model.selectedPacket?.frame == 45)
    #expect(model.row(0).hasSuffix("following"))
  }

  @Test func findingsAreJumpedTo() {
    var model = LiveModel.sample()
    model.receive((1...30).map { Made.packet($0, findings: $0 == 7 ? Findings(.replay) : $0 == 20 ? Findings(.fieldAck) : Findings(.ackUnmatched)) })
    model.press(.text("N"))
    #expect(model.selectedPacket?.frame == 20)
    model.press(.text("N"))
    #expect(model.selectedPacket?.frame == 7)
    #expect(model.press(.text("N")) == [.bell])
    #expect(model.notice?.text.contains("No earlier packet") == true)
    model.press(.text("n"))
    #expect(model.selectedPacket?.frame == 20 && model.notice == nil)
    #expect(model.row(0).contains("1 error  1 warning"))
  }

  @Test func savingAsksForANameAndNeverReplacesSilently() throws {
    var model = LiveModel.sample()
    model.press(.text("s"))
    #expect(model.prompt == nil && model.notice != nil)
    model.receive((1...6).map { Made.packet($0, stream: UInt32($0 % 2)) })
    model.press(.text("s"))
    #expect(model.row(23).hasPrefix("Save all as: live.pcapng"))
    let all = SaveRequest(path: "live.pcapng", frames: nil, replaces: false)
    #expect(model.press(.enter) == [.save(all)])
    model.receive(saved: .exists(path: "live.pcapng"), of: all)
    #expect(model.row(23).contains("live.pcapng exists: y replaces it"))
    #expect(model.press(.text("n")).isEmpty)
    model.press(.backspace)
    let other = SaveRequest(path: "live.pcapn", frames: nil, replaces: false)
    #expect(model.press(.enter) == [.save(other)])
    model.receive(saved: .exists(path: "live.pcapn"), of: other)
    #expect(model.press(.text("y")) == [.save(SaveRequest(path: "live.pcapn", frames: nil, replaces: true))])
    model.receive(saved: .saved(path: "live.pcapn", frames: 6, missing: 3), of: other)
    #expect(model.prompt == nil && model.screen().contains("Saved 6 frames to live.pcapn. 3 older ones were no longer kept"))
  }

  @Test func whatMatchesCanBeSavedAlone() throws {
    var model = LiveModel.sample()
    model.receive((1...6).map { Made.packet($0, stream: UInt32($0 % 2)) })
    model.type("/stream == 1")
    model.press(.enter, .text("s"))
    #expect(model.row(23).hasPrefix("Save the 3 that match (Tab: all) as: live.pcapng"))
    #expect(model.press(.enter) == [.save(SaveRequest(path: "live.pcapng", frames: [1, 3, 5], replaces: false))])
    model.receive(saved: .failed("The disk is full."), of: SaveRequest(path: "live.pcapng", frames: [1, 3, 5], replaces: false))
    // The name can be changed, and everything saved instead.
    #expect(model.prompt?.step == .name)
    model.press(.tab, .control("u"))
    #expect(model.press(.enter) == [.bell])
    model.type("x")
    #expect(model.press(.enter) == [.save(SaveRequest(path: "x", frames: nil, replaces: false))])
  }

  @Test func conversationsUsersAndFindingsBecomeFilters() throws {
    let recorded = try Recorded("expert-replay.pcap")
    var model = LiveModel.sample(80, 24, of: recorded)
    model.press(.tab, .enter)
    #expect(model.list.filter?.text.hasPrefix("stream == ") == true && model.focus == .packets && model.list.count > 0)
    model.press(.escape, .tab, .tab, .enter)
    #expect(model.list.filter?.text.hasPrefix("id == ") == true && model.list.count > 0)
    model.press(.escape, .tab, .tab, .tab)
    #expect(model.focus == .findings)
    model.press(.enter)
    let text = try #require(model.list.filter?.text)
    #expect(text.hasPrefix("expert == ") || text.hasPrefix("frame in {"))
    #expect(model.list.count > 0 && model.notice != nil)
  }

  @Test func keysThatMeanTheSameEverywhere() {
    var model = LiveModel.sample()
    #expect(model.press(.text("q")) == [.quit])
    model.type("/q")
    #expect(model.press(.control("c")) == [.quit] && model.press(.control("z")) == [.suspend] && model.press(.control("l")) == [.redraw])
    #expect(model.filter.editor.string == "q")
  }

  @Test func theEndOfTheCaptureIsTold() {
    var model = LiveModel.sample()
    model.receive(Made.packets(1...2))
    model.receiveEnd("The device lo was lost.")
    #expect(model.row(0).hasSuffix("ENDED") && model.screen().contains("The device lo was lost."))
    model.press(.up)
    #expect(!model.screen().contains("The device lo was lost.") && model.row(0).hasSuffix("ENDED"))
  }
}
