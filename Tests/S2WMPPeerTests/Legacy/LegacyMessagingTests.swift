import S2WMPCrypto
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPPeer

@Suite("Appendix L: messages of two legacy peers") struct LegacyMessagingTests {
  @Test("A message is delivered once and acknowledged on a connection to port 5000")
  func isDelivered() throws {
    let couple = try Couple()
    couple.send("lunch? \u{e9}\u{4f60}\u{1f600}", from: couple.alice, to: couple.bob)
    couple.send("", from: couple.bob, to: couple.alice)
    couple.lan.run(.seconds(1))
    #expect(couple.bob.texts == ["lunch? \u{e9}\u{4f60}\u{1f600}"] && couple.alice.texts == [""])
    #expect(acknowledged(on: couple.lan) == [0, 0])
    for host in [couple.alice, couple.bob] {
      #expect(host.store.outgoing.isEmpty && host.store.settled.values.map { $0 } == [0])
      #expect(host.events.contains { if case .acknowledged = $0 { true } else { false } })
    }
  }

  @Test("Nothing is lost, doubled or out of order when the network is bad", arguments: [UInt64](1...12))
  func survivesWeather(_ seed: UInt64) throws {
    let couple = try Couple(seed: seed)
    couple.lan.weather = Lan.Weather(loss: 250, resets: 150, duplicates: 300, delay: .milliseconds(3000))
    let texts = (0..<20).map { "message \($0)" }
    for text in texts {
      couple.send("a " + text, from: couple.alice, to: couple.bob)
      couple.send("b " + text, from: couple.bob, to: couple.alice)
      couple.lan.run(.milliseconds(700))
    }
    couple.lan.run(.seconds(6 * 3600))
    #expect(couple.bob.texts == texts.map { "a " + $0 } && couple.alice.texts == texts.map { "b " + $0 })
    #expect(couple.alice.store.outgoing.isEmpty && couple.bob.store.outgoing.isEmpty)
    #expect(couple.alice.store.settled.values.allSatisfy { $0 == 0 } && couple.alice.store.settled.count == texts.count)
  }

  @Test("A message that was not acknowledged before a crash is sent again after it, and not shown twice")
  func survivesCrash() throws {
    var couple = try Couple()
    couple.lan.weather.loss = 1000
    couple.send("one", from: couple.alice, to: couple.bob)
    couple.send("two", from: couple.alice, to: couple.bob)
    couple.lan.run(.seconds(2))
    #expect(couple.bob.texts.isEmpty && couple.alice.store.outgoing.count == 2)
    couple.lan.remove(couple.alice)
    couple.lan.weather.loss = 0
    couple.alice = try couple.alice.restarted()
    couple.lan.add(couple.alice)
    // bob crashes as soon as it has stored the message, before its ACK can leave.
    couple.lan.run(0)
    couple.lan.run(.milliseconds(4))
    #expect(couple.bob.texts.contains("one"))
    couple.lan.remove(couple.bob)
    couple.bob = try couple.bob.restarted()
    couple.lan.add(couple.bob)
    couple.lan.run(.seconds(600))
    #expect(couple.bob.store.texts == ["one", "two"] && couple.alice.store.outgoing.isEmpty)
  }

  @Test("What cannot be sent is refused with a reason")
  func refusesCommands() throws {
    let couple = try Couple()
    let before = couple.alice.events.count
    couple.lan.command(couple.alice, .send(to: .zero, text: "hi"))
    couple.lan.command(couple.alice, .send(to: couple.bob.id, text: String(repeating: "x", count: LegacyPeer.largestText + 1)))
    couple.lan.command(couple.alice, .cancel(to: couple.bob.id, datetime: 5))
    let errors = couple.alice.events[before...].compactMap { if case .error(let text) = $0 { text } else { nil } }
    #expect(errors.count == 3 && couple.alice.store.outgoing.isEmpty)
    couple.send(String(repeating: "x", count: LegacyPeer.largestText), from: couple.alice, to: couple.bob)
    couple.lan.run(.seconds(1))
    #expect(couple.bob.texts.map(\.count) == [LegacyPeer.largestText])
  }

  @Test("A message given up is not sent any more, and the next one goes out")
  func cancels() throws {
    let couple = try Couple()
    couple.lan.weather.loss = 1000
    for text in ["one", "two", "three"] { couple.send(text, from: couple.alice, to: couple.bob) }
    couple.lan.run(.seconds(1))
    for message in couple.alice.store.outgoing.dropFirst() { couple.lan.command(couple.alice, .cancel(to: couple.bob.id, datetime: message.datetime)) }
    couple.send("four", from: couple.alice, to: couple.bob)
    couple.lan.command(couple.alice, .cancel(to: couple.bob.id, datetime: couple.alice.store.outgoing[0].datetime))
    couple.lan.weather.loss = 0
    couple.lan.run(.seconds(120))
    #expect(couple.bob.texts == ["four"] && couple.alice.store.settled.values.filter { $0 == nil }.count == 3)
  }

  @Test("A status reaches the friend at that address; a message carries it too")
  func tellsStatus() throws {
    let couple = try Couple()
    for status in UserStatus.allCases {
      couple.lan.command(couple.alice, .status(status))
      couple.lan.run(.seconds(1))
      #expect(couple.bob.store.friends[couple.alice.id]?.status == status)
    }
    couple.lan.weather.loss = 1000
    couple.lan.command(couple.alice, .status(.away))
    couple.lan.run(.seconds(1))
    couple.lan.weather.loss = 0
    #expect(couple.bob.store.friends[couple.alice.id]?.status == .invisible)
    couple.send("hi", from: couple.alice, to: couple.bob)
    couple.lan.run(.seconds(1))
    #expect(couple.bob.store.friends[couple.alice.id]?.status == .away)
  }
}
