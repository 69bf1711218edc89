import S2WMPWire
import Testing

@testable import S2WMPFuzz

@Suite("Events of a spawned peer")
struct EventScannerTests {
  private static let id = "00112233445566778899aabbccddeeff"

  private func events(_ text: String, step: Int = .max) -> [SpokenEvent] {
    var scanner = EventScanner()
    var found: [SpokenEvent] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: min(step, bytes.count)) {
      bytes[start..<min(start + min(step, bytes.count), bytes.count)].withUnsafeBytes { scanner.take($0) { found.append($0) } }
    }
    return found
  }

  private static let lines =
    #"{"event":"listening","time":"2026-01-01T00:00:00Z","address":"127.0.0.1:5000","addresses":["127.0.0.1:5000","[::1]:5000"],"user_id":"\#(id)"}"# + "\n"
    + #"{"event":"friend","time":"x","id":"\#(id)","name":"a \"b\" {","address":null,"status":"away"}"# + "\n"
    + #"{ "event" : "message", "from":"\#(id)", "name":"n", "text":"\\\" } ] , é \n", "datetime": 18446744073709551615 }"# + "\n"

  private static let expected: [SpokenEvent] = {
    guard let id = Identifier(hex: id) else { return [] }
    return [
      .listening(address: "127.0.0.1:5000", userID: id), .heard(.status(of: id, .away)), .heard(.message(from: id, datetime: .max)),
    ]
  }()

  @Test(arguments: [1, 2, 3, 7, 64, 1000])
  func areFoundHoweverTheyAreCut(step: Int) {
    #expect(events(Self.lines, step: step) == Self.expected)
  }

  @Test(arguments: [
    "", "\n\n", "hello\n", "{\n", "{}\n", "[1]\n", #"{"event":"message"}"# + "\n", #"{"event":"message","from":"xyz","datetime":1}"# + "\n",
    #"{"event":"message","from":"00112233445566778899aabbccddeeff","datetime":18446744073709551616}"# + "\n",
    #"{"event":"message","from":"00112233445566778899aabbccddeeff","datetime":1"# + "\n",
    #"{"event":"friend","id":"00112233445566778899aabbccddeeff","status":null}"# + "\n",
    #"{"event":"message\"# + "\n", #"{"a":[[[[{"# + "\n", #"{"a":"# + "\n", #"{"a"}"# + "\n",
  ])
  func anythingElseIsSkipped(text: String) {
    #expect(events(text + Self.lines) == Self.expected)
  }

  @Test func linesWithoutEndAreDropped() {
    let long = String(repeating: "x", count: EventScanner.maximumLine + 10)
    #expect(events(long + "\n" + Self.lines, step: 4096) == Self.expected)
    #expect(events(long, step: 4096).isEmpty)
  }

  @Test func lastWordsArePrintableAndShort() {
    var tail = ErrorTail()
    #expect(tail.isEmpty)
    for _ in 0..<1000 { Array("\u{1b}[31mbad\nFatal error: x\u{7}\n".utf8).withUnsafeBytes { tail.take($0) } }
    #expect(tail.words.hasSuffix("Fatal error: x"))
    #expect(tail.words.utf8.allSatisfy { (0x20...0x7e).contains($0) })
    #expect(tail.words.utf8.count <= 400)
  }
}
