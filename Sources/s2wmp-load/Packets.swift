import ArgumentParser
import Glibc
import S2WMPCrypto
import S2WMPWire

/// Messages of one friend, each valid once, in a file for `ping-pong`.
struct Packets: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Befriends the peer and writes messages for it to a file, each behind its length.",
    discussion: "A length has 4 bytes, big-endian. The size of the packets is printed.")

  @OptionGroup var target: Target

  @Option(help: "How many messages.")
  var count = 100_000

  @Option(help: "Bytes of each plaintext.")
  var size = 92

  @Option(help: "The file.")
  var output: String

  func run() throws {
    guard let suite = Suite(rawValue: target.suite), let group = KeyGroup(rawValue: target.group), let peerID = Identifier(hex: target.peerID) else {
      throw ValidationError("--suite is rsa or dh, --group a group's name, --peer-id 32 hex digits")
    }
    let identity = try Identity.generate(suite: suite, group: group)
    let friendship = try Friendship(on: Connection(port: target.port), as: identity, name: "load", with: peerID)
    guard let file = fopen(output, "wb") else { throw LoadError("\(output) cannot be written: \(String(cString: strerror(errno)))") }
    defer { fclose(file) }
    let plaintext = (0..<size).map { UInt8(ascii: "a") + UInt8($0 % 26) }
    let start = UInt64(time(nil)) * 1000
    for index in 0..<count {
      let packet = try friendship.message(plaintext, datetime: start + UInt64(index))
      let length = UInt32(packet.count).bigEndian
      _ = withUnsafeBytes(of: length) { fwrite($0.baseAddress, 1, 4, file) }
      guard fwrite(packet, 1, packet.count, file) == packet.count else { throw LoadError("\(output) cannot be written: \(String(cString: strerror(errno)))") }
    }
    print(80 + packetBody(suite, friendship))
  }

  /// Bytes of one body, so that the caller knows the size of the packets.
  private func packetBody(_ suite: Suite, _ friendship: Friendship) -> Int {
    12 + size + 16 + (suite == .rsa ? (friendship.peer.rsaBits ?? 0) / 8 : 0)
  }
}

extension Friendship {
  func message(_ plaintext: [UInt8], datetime: UInt64) throws -> [UInt8] {
    let contentKey = peer.suite == .rsa ? SecretBytes(Self.random(32)) : nil
    return try sealMessage(
      pair: pair, suite: peer.suite, receiver: peer, status: 0, datetime: datetime, client: ClientID.own, plaintext: plaintext, nonce: Self.random(12),
      contentKey: contentKey)
  }

  private static func random(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: .min ... .max) } }
}
