import Foundation
import S2WMPCrypto
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPPeer

/// The worked packets, in the peer's hands: keys and packet come from another implementation.
@Suite("5 Worked packets of every suite and group")
struct SuiteTests {
  struct Worked: Decodable, CustomTestStringConvertible {
    let suite: String
    let group: String?
    let sender_keys: [String]?
    let receiver_keys: [String]?
    let plaintext: String
    let cek: String?
    let hex: String

    var testDescription: String { "\(suite), \(group ?? "–"), \(hex.count / 2) bytes" }
  }

  /// M of the v1 suites, one for each suite, group and kind of text: RSA keys take time to load.
  static let all: [Worked] = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    guard let text = try? String(contentsOf: root.appending(path: "Fixtures/vectors.jsonl"), encoding: .utf8) else { return [] }
    let decoder = JSONDecoder()
    return text.split(separator: "\n").filter { $0.contains("\"crypto\"") }.compactMap { line in
      guard let worked = try? decoder.decode(Worked.self, from: Data(line.utf8)), worked.suite != "legacy" else { return nil }
      return worked.hex.hasPrefix("0101") ? worked : nil
    }
  }()

  private static func identity(_ keys: [String]?) throws -> Identity {
    try Identity(pkcs8: try #require(keys).map { try #require(Hex.bytes($0)) })
  }

  @Test("They are there")
  func present() {
    #expect(Set(Self.all.map { "\($0.suite) \($0.group ?? "")" }).count >= 6)
  }

  @Test("Accepted and delivered; each is refused with a bit of its body changed", arguments: all)
  func accepted(_ worked: Worked) throws {
    let (sender, receiver) = (try Self.identity(worked.sender_keys), try Self.identity(worked.receiver_keys))
    let packet = try #require(Hex.bytes(worked.hex))
    let bench = Bench(receiver, friends: [sender]) { $0.allowedClients = [ClientID.own] }
    let connection = bench.connect()
    bench.feed(packet.changed(at: packet.count - 1), on: connection)
    bench.feed(packet, on: connection)
    let effects = bench.take()
    #expect(effects.packets(on: connection).map { $0.said.prefix(8) } == ["ACK(0,4)", "ACK(1,0)"])
    #expect(effects.messages == [worked.plaintext])
    if let cek = worked.cek { #expect(effects.keyLog.contains { $0.hasPrefix("CEK ") && $0.hasSuffix(cek) }) }
  }

  @Test("What a peer of suite rsa sends, another one takes; both log the same content key")
  func sentWithRSA() throws {
    let worked = try #require(Self.all.first { $0.suite == "rsa" && $0.group == "x25519" })
    let (sender, receiver) = (try Self.identity(worked.sender_keys), try Self.identity(worked.receiver_keys))
    let (from, to) = (Bench(sender, friends: [receiver]), Bench(receiver, friends: [sender]))
    // The receiver greets first, so that there is a connection to send on.
    let (there, back) = (to.connect(), from.connect())
    let hello = sealStatusChange(
      pair: PairKeys(secret: try receiver.sharedSecret(with: sender.key), own: receiver.userID, other: sender.userID), status: 0,
      datetime: Bench.start, client: ClientID.own)
    from.feed(hello, on: back)
    _ = from.take()
    from.perform(.send(to: receiver.userID, text: "häßlich"))
    let sent = from.take()
    to.feed(try #require(sent.packets(on: back).first { $0[1] == 1 }), on: there)
    let taken = to.take()
    #expect(taken.messages == ["häßlich"])
    let logged = sent.keyLog.filter { $0.hasPrefix("CEK") }
    #expect(logged.count == 1 && logged == taken.keyLog.filter { $0.hasPrefix("CEK") })
  }
}
