import Foundation
import S2WMPCrypto
import S2WMPPeer
import S2WMPWire
import Testing

@testable import S2WMPNetwork

/// Keys made once: RSA takes half a second each.
enum SharedKeys {
  static let rsa: [UInt8] = {
    let identity = try? Identity.generate(suite: .rsa, group: .x25519)
    return (try? identity?.pkcs8().last?.withBytes { Array($0) }) ?? []
  }()

  /// A new identity, with an RSA key that others have too.
  static func identity(_ suite: Suite, _ group: KeyGroup) throws -> Identity {
    let fresh = try Identity.generate(suite: .dh, group: group)
    if suite == .dh { return fresh }
    return try Identity(pkcs8: [try fresh.pkcs8()[0].withBytes { Array($0) }, rsa])
  }

  /// A state folder that holds just that key.
  static func folder(_ scratch: ScratchFolder, _ name: String, _ identity: Identity) throws -> String {
    try FileManager.default.createDirectory(atPath: scratch.path(name), withIntermediateDirectories: false)
    try scratch.write(try identity.pem(passphrase: nil).withBytes { Data($0) }, "\(name)/identity.pem")
    return scratch.path(name)
  }
}

@Suite("s2wmp peer", .serialized) struct HeadlessPeerTests {
  static let cheap = ["--suite", "dh", "--group", "x25519"]

  @Test(arguments: Suite.allCases, KeyGroup.allCases) func messagesBothWays(suite: Suite, group: KeyGroup) async throws {
    let scratch = try ScratchFolder()
    let alice = try PeerProcess(["--name", "alice", "--state", SharedKeys.folder(scratch, "a", SharedKeys.identity(suite, group))])
    let bob = try PeerProcess(["--name", "bob", "--accept", "auto", "--state", SharedKeys.folder(scratch, "b", SharedKeys.identity(suite, group))])
    let (aliceID, bobID) = (try await alice.userID(), try await bob.userID())
    try alice.say(#"{"do":"add","id":"\#(bobID)","address":"\#(try await bob.address())"}"#)
    try await alice.event("friend", ["id": bobID, "name": "bob"])
    try await bob.event("friend", ["id": aliceID, "name": "alice"])
    try alice.say(#"{"do":"send","to":"\#(bobID)","text":"h\u00e9llo \"bob\""}"#)
    let message = try await bob.event("message", ["from": aliceID, "name": "alice", "text": "h\u{e9}llo \"bob\""])
    #expect(try await alice.event("sent")["datetime"] == message["datetime"])
    try await alice.event("acked", ["to": bobID, "datetime": message["datetime"] ?? "", "error": "0"])
    try bob.say(#"{"do":"send","to":"\#(aliceID)","text":"\n\u0007"}"#)
    try await alice.event("message", ["from": bobID, "text": "\n\u{7}"])
    try await bob.event("acked", ["to": aliceID])
    #expect(try await alice.quit() == 0)
    #expect(try await bob.quit() == 0)
  }

  @Test func askedPeersAnswer() async throws {
    let alice = try PeerProcess(Self.cheap + ["--name", "alice"])
    let bob = try PeerProcess(Self.cheap + ["--name", "bob", "--accept", "ask"])
    let (aliceID, bobID) = (try await alice.userID(), try await bob.userID())
    try alice.say(#"{"do":"add","id":"\#(bobID)","address":"\#(try await bob.address())"}"#)
    try await bob.event("request", ["id": aliceID, "name": "alice"])
    try bob.say(#"{"do":"deny","id":"\#(aliceID)"}"#)
    try await alice.event("add-failed", ["id": bobID])
    try bob.say(#"{"do":"friends"}"#)
    try await bob.event("friends", ["count": "0"])
    bob.signal(SIGTERM)
    alice.signal(SIGINT)
    #expect(try await bob.wait() == 0)
    #expect(try await alice.wait() == 0)
  }

  @Test func linesThatAreNoCommands() async throws {
    let peer = try PeerProcess(Self.cheap)
    for line in ["nonsense", "{\"do\":\"dance\"}", "{\"do\":\"friends\",\"x\":1}", "{}", "[]", "", "   "] { try peer.say(line) }
    try peer.say("{\"do\":\"send\",\"to\":\"00\",\"text\":\"x\"}")
    try peer.say(String(repeating: "x", count: 3 << 20))
    try peer.say("{\"do\":\"friends\"}")
    try await peer.event("friends")
    #expect(peer.events("error").count == 7)
    #expect(peer.events("error").allSatisfy { !($0["message"] ?? "").isEmpty })
    // The end of the commands is not the end of the peer.
    try peer.endInput()
    peer.signal(SIGTERM)
    #expect(try await peer.wait() == 0)
  }

  @Test func endOfInputCanEndIt() async throws {
    let peer = try PeerProcess(Self.cheap + ["--quit-on-eof"])
    try peer.endInput()
    #expect(try await peer.wait() == 0)
    try await peer.event("listening")
  }

  @Test func anAddressInUseIsStatus3() async throws {
    let taken = try PlainSocket.bound(udp: false)
    let peer = try PeerProcess(Self.cheap + ["--listen", "127.0.0.1:\(taken.port)"])
    #expect(try await peer.wait() == 3)
    #expect(peer.events.isEmpty)
  }

  @Test func theStateFolderIsForOneProcess() async throws {
    let scratch = try ScratchFolder()
    let first = try PeerProcess(Self.cheap + ["--state", scratch.path("state")])
    let id = try await first.userID()
    let second = try PeerProcess(Self.cheap + ["--state", scratch.path("state")])
    #expect(try await second.wait() == 3)
    first.signal(SIGKILL)
    #expect(try await first.wait() == -SIGKILL)
    // After a kill the folder is free, and the identity the same.
    let third = try PeerProcess(["--state", scratch.path("state")])
    #expect(try await third.userID() == id)
    #expect(try await third.quit() == 0)
  }

  @Test func aWrongPassphraseIsStatus3() async throws {
    let scratch = try ScratchFolder()
    let arguments = Self.cheap + ["--state", scratch.path("state")]
    let first = try PeerProcess(arguments, environment: ["S2WMP_PASSPHRASE": "right"])
    let id = try await first.userID()
    #expect(try await first.quit() == 0)
    #expect(try await PeerProcess(arguments, environment: ["S2WMP_PASSPHRASE": "wrong"]).wait() == 3)
    try scratch.write(Data("right\nand more\n".utf8), "phrase")
    let again = try PeerProcess(arguments + ["--passphrase-file", scratch.path("phrase")])
    #expect(try await again.userID() == id)
    #expect(try await again.quit() == 0)
  }
}
