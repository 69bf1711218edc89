import S2WMPFlow
import Testing

@testable import S2WMPPeer

@Suite("The memory of accepted messages")
struct AcceptedMessagesTests {
  /// A store that knows everything, and the memory in front of it.
  private struct Model {
    var store: Set<UInt64>
    var memory = AcceptedMessages()
    private(set) var questions = 0

    init(_ store: Set<UInt64> = []) { self.store = store }

    mutating func accept(_ datetime: UInt64) {
      memory.insert(datetime)
      store.insert(datetime)
    }

    mutating func load(_ count: Int) { memory.load(Array(store.sorted().suffix(count)), of: count) }

    mutating func isKnown(_ datetime: UInt64) -> Bool {
      if let known = memory.contains(datetime) { return known }
      questions += 1
      return store.contains(datetime)
    }
  }

  @Test("it never says anything else than the store, in any order, across loading and forgetting", arguments: 0..<20)
  func agreesWithTheStore(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
    func datetime() -> UInt64 {
      switch below(12) {
      case 0: [0, 1, .max, .max - 1, 1 << 63, 1 << 63 - 1][below(6)]
      case 1: random.next()
      default: 1_000_000 + UInt64(below(3000))
      }
    }
    var model = Model(Set((0..<below(400)).map { _ in datetime() }))
    let loads = below(1500)
    for step in 0..<3000 {
      if step == loads || step == loads + 700 { model.load(AcceptedMessages.limit / 2) }
      let asked = datetime()
      let isKnown = model.isKnown(asked)
      #expect(isKnown == model.store.contains(asked))
      if below(2) == 0 { model.accept(datetime()) }
    }
  }

  @Test("once loaded, messages in order and late ones near the last cost no question, even after the highest datetime there is")
  func asksSeldom() {
    var model = Model([5])
    model.load(128)
    model.accept(.max)
    for number in 1...5000 as ClosedRange<UInt64> {
      let before = model.isKnown(number * 16)
      model.accept(number * 16)
      let answers = [before, model.isKnown(number * 16 - 8), model.isKnown(number * 16), model.isKnown(.max)]
      #expect(answers == [false, false, true, true])
    }
    #expect(model.questions == 0)
    let answers = [17, 5, 16].map { model.isKnown($0) }
    #expect(answers == [false, true, true])
    #expect(model.questions == 3)
  }
}
