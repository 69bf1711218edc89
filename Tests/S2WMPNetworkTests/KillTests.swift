import Foundation
import S2WMPCrypto
import S2WMPPeer
import S2WMPWire
import Testing

@testable import S2WMPNetwork

/// Peers that are killed in the middle of traffic, and what the others were told.
@Suite("kill -9", .serialized) struct KillTests {
  private struct Pair {
    let scratch: ScratchFolder
    var alice: PeerProcess
    var bob: PeerProcess
    var bobID: String
    var aliceID: String
    var bobAddress: String

    init() async throws {
      scratch = try ScratchFolder()
      let cheap = HeadlessPeerTests.cheap
      alice = try PeerProcess(cheap + ["--name", "alice", "--state", scratch.path("a")])
      bob = try PeerProcess(cheap + ["--name", "bob", "--accept", "auto", "--state", scratch.path("b")])
      (aliceID, bobID, bobAddress) = (try await alice.userID(), try await bob.userID(), try await bob.address())
      try alice.say(#"{"do":"add","id":"\#(bobID)","address":"\#(bobAddress)"}"#)
      try await alice.event("friend", ["id": bobID])
      try await bob.event("friend", ["id": aliceID])
    }

    func send(_ range: Range<Int>) throws {
      for number in range { try alice.say(#"{"do":"send","to":"\#(bobID)","text":"\#(number)"}"#) }
    }

    /// Texts that a store holds as received, in order of their numbers.
    func received(_ folder: String, from id: String) throws -> [Int] {
      let sender = try #require(Identifier(hex: id))
      return try PeerStore(folder: scratch.path(folder)).history(with: sender, limit: 100_000).filter { $0.direction == .received }
        .compactMap { Int($0.text) }.sorted()
    }
  }

  @Test func whatTheReceiverAcknowledgedItHas() async throws {
    var pair = try await Pair()
    for round in 0..<3 {
      try pair.send(round * 200..<(round + 1) * 200)
      let known = pair.alice.events("acked").count
      try await eventually("traffic flows") { pair.alice.events("acked").count > known + 20 }
      pair.bob.signal(SIGKILL)
      #expect(try await pair.bob.wait() == -SIGKILL)
      let acknowledged = Set(pair.alice.events("acked").compactMap { $0["datetime"] })
      let sender = try #require(Identifier(hex: pair.aliceID))
      do {
        let store = try PeerStore(folder: pair.scratch.path("b"))
        for datetime in acknowledged { #expect(try store.hasAccepted(sender: sender, datetime: UInt64(datetime) ?? 0)) }
      }
      pair.bob = try PeerProcess(["--name", "bob", "--state", pair.scratch.path("b"), "--listen", pair.bobAddress])
      try await pair.bob.event("listening")
    }
    try await eventually("all are acknowledged") { Set(pair.alice.events("acked").compactMap { $0["datetime"] }).count == 600 }
    #expect(try await pair.bob.quit() == 0)
    #expect(try await pair.alice.quit() == 0)
    #expect(try pair.received("b", from: pair.aliceID) == Array(0..<600))
  }

  @Test func whatTheSenderQueuedItSendsAgain() async throws {
    var pair = try await Pair()
    try pair.send(0..<300)
    try await eventually("all are queued, and some on their way") { pair.alice.events("sent").count == 300 }
    pair.alice.signal(SIGKILL)
    #expect(try await pair.alice.wait() == -SIGKILL)
    pair.alice = try PeerProcess(["--name", "alice", "--state", pair.scratch.path("a")])
    try await pair.alice.event("listening")
    try await eventually("all arrive") { Set(pair.bob.events("message").compactMap { $0["text"] }).count == 300 }
    // None was shown twice: what came before the kill is in the replay memory.
    #expect(pair.bob.events("message").count == 300)
    #expect(try await pair.alice.quit() == 0)
    #expect(try await pair.bob.quit() == 0)
    #expect(try pair.received("b", from: pair.aliceID) == Array(0..<300))
    let store = try PeerStore(folder: pair.scratch.path("a"))
    #expect(try store.snapshot().outgoing.isEmpty)
  }
}
