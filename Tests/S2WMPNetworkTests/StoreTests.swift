import Foundation
import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire
import Testing

@testable import S2WMPNetwork

@Suite("The store") struct StoreTests {
  static let bob = Identifier(high: 1, low: 2)
  static let carol = Identifier(high: 3, low: 4)

  private static func friend(_ id: Identifier) -> FriendRecord {
    var friend = FriendRecord(id: id, name: "bob", publicKey: [1, 2, 3], address: .ipv4(0x0a00_0007, port: 5000), knowsUsAs: Identifier(high: 9, low: 9))
    friend.status = .away
    friend.statusDatetime = 7
    friend.receivedDatetime = 8
    friend.sentDatetime = .max
    friend.formerKeys = [
      FormerKey(userID: carol, newID: id, ownID: Identifier(high: 9, low: 9), sharedSecret: [5, 6]),
      FormerKey(userID: id, newID: carol, ownID: Identifier(high: 8, low: 8), sharedSecret: []),
    ]
    return friend
  }

  @Test func everythingComesBack() throws {
    let scratch = try ScratchFolder()
    let identity = try Identity.generate(suite: .dh, group: .x25519)
    do {
      let store = try PeerStore(folder: scratch.path("state"))
      #expect(try store.snapshot().identities.isEmpty)
      try store.apply([.identityAdded(identity), .friendSaved(Self.friend(Self.bob)), .ownStatus(.busy)])
      try store.apply([.messageQueued(OutgoingRecord(to: Self.bob, datetime: 30, text: "second"))])
      try store.apply([.messageQueued(OutgoingRecord(to: Self.bob, datetime: 20, text: "first \u{1F600}"))])
    }
    let snapshot = try PeerStore(folder: scratch.path("state")).snapshot()
    #expect(snapshot.identities.map(\.userID) == [identity.userID])
    #expect(snapshot.identities.map(\.publicKey) == [identity.publicKey])
    #expect(snapshot.friends == [Self.friend(Self.bob)])
    #expect(snapshot.outgoing.map(\.text) == ["first \u{1F600}", "second"])
    #expect(snapshot.status == .busy)
  }

  @Test func filesAreForTheirOwnerOnly() throws {
    let scratch = try ScratchFolder()
    let store = try PeerStore(folder: scratch.path("state"))
    try store.apply([.identityAdded(try Identity.generate(suite: .dh, group: .x25519)), .friendSaved(Self.friend(Self.bob))])
    #expect(try scratch.mode("state") == 0o700)
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path("state")).sorted()
    #expect(names.contains("identity.pem") && names.contains("peer.sqlite") && names.contains("peer.sqlite-wal"))
    for name in names { #expect(try scratch.mode("state/\(name)") == 0o600, "\(name)") }
    withExtendedLifetime(store) {}
  }

  @Test(arguments: [0, 1, UInt64(Int64.max), UInt64(Int64.max) + 1, .max]) func datetimesAreUnsigned(datetime: UInt64) throws {
    let store = try PeerStore(folder: nil)
    try store.apply([.friendSaved(FriendRecord(id: Self.bob, name: "b", publicKey: [1], address: nil, knowsUsAs: .zero))])
    try store.apply([.messageReceived(from: Self.bob, datetime: datetime, text: "x", at: 1)])
    #expect(try store.hasAccepted(sender: Self.bob, datetime: datetime))
    #expect(try !store.hasAccepted(sender: Self.bob, datetime: datetime ^ 1))
    #expect(try !store.hasAccepted(sender: Self.carol, datetime: datetime))
    try store.apply([.messageQueued(OutgoingRecord(to: Self.bob, datetime: datetime, text: "y")), .messageSettled(to: Self.bob, datetime: datetime, error: 0)])
    try store.apply([.messageReceived(from: Self.bob, datetime: 5, text: "late", at: 2)])
    let friend = try #require(try store.friends().first)
    #expect(friend.receivedDatetime == max(datetime, 5))
    #expect(friend.sentDatetime == datetime)
  }

  @Test("the latest by datetime, unsigned, at most so many")
  func latestAccepted() throws {
    let store = try PeerStore(folder: nil)
    let datetimes: [UInt64] = [7, 0, 1 << 63, .max, 1 << 63 - 1, 8]
    for datetime in datetimes { try store.apply([.messageReceived(from: Self.bob, datetime: datetime, text: "x", at: 1)]) }
    let falling = datetimes.sorted(by: >)
    for limit in 0...7 { #expect(try store.latestAccepted(sender: Self.bob, limit: limit) == Array(falling.prefix(limit))) }
    #expect(try store.latestAccepted(sender: Self.carol, limit: 3) == [])
  }

  @Test func historyTellsWhatBecameOfEachMessage() throws {
    let store = try PeerStore(folder: nil)
    for (datetime, text) in [(10, "a"), (20, "b"), (30, "c"), (40, "d")] as [(UInt64, String)] {
      try store.apply([.messageQueued(OutgoingRecord(to: Self.bob, datetime: datetime, text: text))])
    }
    try store.apply([
      .messageSettled(to: Self.bob, datetime: 10, error: 0), .messageSettled(to: Self.bob, datetime: 20, error: 4),
      .messageSettled(to: Self.bob, datetime: 30, error: nil), .messageReceived(from: Self.bob, datetime: 1000, text: "e", at: 25),
    ])
    let all = try store.history(with: Self.bob, limit: 10)
    #expect(all.map(\.text) == ["a", "b", "e", "c", "d"])
    #expect(all.map(\.state) == [.acknowledged, .rejected(4), .acknowledged, .givenUp, .waiting])
    #expect(all.map(\.direction) == [.sent, .sent, .received, .sent, .sent])
    #expect(try store.history(with: Self.bob, limit: 2).map(\.text) == ["c", "d"])
    #expect(try store.history(with: Self.bob, limit: -1).isEmpty)
    #expect(try store.history(with: Self.carol, limit: 9).isEmpty)
    #expect(try store.snapshot().outgoing.map(\.text) == ["d"])
  }

  @Test func aRepeatedMessageIsKeptOnce() throws {
    let store = try PeerStore(folder: nil)
    for text in ["first", "again"] { try store.apply([.messageReceived(from: Self.bob, datetime: 1, text: text, at: 1)]) }
    #expect(try store.history(with: Self.bob, limit: 9).map(\.text) == ["first"])
  }

  @Test func aFriendWithANewIDKeepsItsMessages() throws {
    let store = try PeerStore(folder: nil)
    try store.apply([
      .friendSaved(Self.friend(Self.bob)), .messageReceived(from: Self.bob, datetime: 1, text: "in", at: 1),
      .messageQueued(OutgoingRecord(to: Self.bob, datetime: 2, text: "out")),
    ])
    try store.apply([.friendMoved(old: Self.bob, new: Self.carol), .friendSaved(Self.friend(Self.carol))])
    #expect(try store.friends() == [Self.friend(Self.carol)])
    #expect(try store.hasAccepted(sender: Self.carol, datetime: 1))
    #expect(try !store.hasAccepted(sender: Self.bob, datetime: 1))
    #expect(try store.snapshot().outgoing.map(\.to) == [Self.carol])
  }

  @Test func aRemovedFriendIsGoneAndItsReplaysAreStillKnown() throws {
    let store = try PeerStore(folder: nil)
    try store.apply([
      .friendSaved(Self.friend(Self.bob)), .messageReceived(from: Self.bob, datetime: 1, text: "in", at: 1),
      .messageQueued(OutgoingRecord(to: Self.bob, datetime: 2, text: "out")), .friendRemoved(Self.bob),
    ])
    #expect(try store.friends().isEmpty)
    #expect(try store.snapshot().outgoing.isEmpty)
    #expect(try store.hasAccepted(sender: Self.bob, datetime: 1))
  }

  @Test func aNewKeyBecomesTheCurrentOneAndTheOldOneStays() throws {
    let scratch = try ScratchFolder()
    let (first, second) = (try Identity.generate(suite: .dh, group: .x25519), try Identity.generate(suite: .dh, group: .x25519))
    do {
      let store = try PeerStore(folder: scratch.path("state"))
      try store.apply([.identityAdded(first)])
      let before = try scratch.bytes("state/identity.pem")
      try store.apply([.identityAdded(second)])
      // As after a crash between the commit and the rename.
      try scratch.write(before, "state/identity.pem")
    }
    #expect(try PeerStore(folder: scratch.path("state")).snapshot().identities.map(\.userID) == [second.userID, first.userID])
    #expect(try Identity(pem: Array(scratch.bytes("state/identity.pem")), passphrase: nil).userID == second.userID)
    try PeerStore(folder: scratch.path("state")).apply([.identityForgotten(first.userID)])
    #expect(try PeerStore(folder: scratch.path("state")).snapshot().identities.map(\.userID) == [second.userID])
    #expect(!FileManager.default.fileExists(atPath: scratch.path("state/identity-\(first.userID.hex).pem")))
  }

  @Test func aKeyPutThereByItsOwnerIsTaken() throws {
    let scratch = try ScratchFolder()
    let own = try Identity.generate(suite: .dh, group: .ffdhe2048)
    try FileManager.default.createDirectory(atPath: scratch.path("state"), withIntermediateDirectories: false)
    try scratch.write(try own.pem(passphrase: nil).withBytes { Data($0) }, "state/identity.pem")
    for _ in 0..<2 { #expect(try PeerStore(folder: scratch.path("state")).snapshot().identities.map(\.userID) == [own.userID]) }
  }
}

@Suite("Stores that cannot be used") struct BadStoreTests {
  private func failure(_ scratch: ScratchFolder, passphrase: String? = nil) -> String {
    do throws(PeerStoreError) {
      _ = try PeerStore(folder: scratch.path("state"), passphrase: passphrase.map { SecretBytes($0.utf8) }).snapshot()
      return "it opened"
    } catch {
      return error.description
    }
  }

  private func filled(_ passphrase: String? = nil, messages: Int = 1) throws -> ScratchFolder {
    let scratch = try ScratchFolder()
    let store = try PeerStore(folder: scratch.path("state"), passphrase: passphrase.map { SecretBytes($0.utf8) })
    try store.apply([.identityAdded(try Identity.generate(suite: .dh, group: .x25519))])
    try store.apply((0..<messages).map { .messageReceived(from: StoreTests.bob, datetime: UInt64($0), text: String(repeating: "x", count: 500), at: 1) })
    return scratch
  }

  @Test func inUseByAnother() throws {
    let scratch = try filled()
    do {
      let first = try PeerStore(folder: scratch.path("state"))
      #expect(failure(scratch) == "the state folder \(scratch.path("state")) is in use by another process: end that one, or name another folder")
      withExtendedLifetime(first) {}
    }
    #expect(failure(scratch) == "it opened")
  }

  @Test func damagedFromTheStart() throws {
    let scratch = try filled()
    let garbage = Data((0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 3) })
    try scratch.write(garbage, "state/peer.sqlite")
    #expect(failure(scratch).hasPrefix("the store \(scratch.path("state"))/peer.sqlite is damaged ("))
    #expect(try scratch.bytes("state/peer.sqlite") == garbage)
  }

  @Test func damagedInTheMiddle() throws {
    let scratch = try filled(messages: 200)
    var bytes = try scratch.bytes("state/peer.sqlite")
    #expect(bytes.count > 30 * 4096)
    for index in 20 * 4096..<22 * 4096 { bytes[index] = 0xa5 }
    try scratch.write(bytes, "state/peer.sqlite")
    #expect(failure(scratch).contains("is damaged ("))
    #expect(try scratch.bytes("state/peer.sqlite") == bytes)
  }

  @Test func wrongPassphrase() throws {
    let scratch = try filled("right")
    #expect(failure(scratch, passphrase: "right") == "it opened")
    let before = try scratch.bytes("state/identity.pem")
    for wrong in ["wrong", nil] as [String?] {
      let text = failure(scratch, passphrase: wrong)
      #expect(text.hasPrefix("the key file \(scratch.path("state"))/identity.pem cannot be used: "), "\(text)")
      #expect(text.contains("passphrase"), "\(text)")
    }
    #expect(try scratch.bytes("state/identity.pem") == before)
    #expect(failure(scratch, passphrase: "right") == "it opened")
  }

  @Test func missingKeyFile() throws {
    let scratch = try filled()
    for name in try FileManager.default.contentsOfDirectory(atPath: scratch.path("state")) where name.hasSuffix(".pem") {
      try FileManager.default.removeItem(atPath: scratch.path("state/\(name)"))
    }
    #expect(failure(scratch).contains("is missing, which the store"))
  }

  @Test func notAFolder() throws {
    let scratch = try ScratchFolder()
    try scratch.write(Data([1]), "state")
    #expect(failure(scratch) == "the state folder \(scratch.path("state")) cannot be written: not a directory")
  }
}
