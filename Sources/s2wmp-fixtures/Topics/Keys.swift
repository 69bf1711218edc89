import S2WMPCapture
import S2WMPWire

/// Captures that carry their keys, and the keys of other captures.
extension Topics {
  static let keyed: [Fixture] = [
    Fixture(bytes: "keys-embedded.pcapng") { try embedded($0) },
    Fixture(bytes: "keys-tampered.pcapng") { try tampered($0) },
  ]

  /// The private keys of everybody, and the key log of `lan-chat`.
  static let keyFiles: [Fixture] = [
    Fixture(bytes: "alice.pem") { try KeyText.pem(keys($0, "rsa", "ffdhe3072") { $0.sender_keys }) },
    Fixture(bytes: "bob.pem") { try KeyText.pem(keys($0, "rsa", "ffdhe3072") { $0.receiver_keys }) },
    Fixture(bytes: "carol.pem") { try KeyText.pem(keys($0, "dh", "x25519") { $0.sender_keys }) },
    Fixture(bytes: "dave.pem") { try KeyText.pem(keys($0, "dh", "x25519") { $0.receiver_keys }) },
    Fixture(bytes: "bob-dh.pem") { try KeyText.pem([keys($0, "rsa", "ffdhe3072") { $0.receiver_keys }[0]]) },
    Fixture(bytes: "bob-rsa.pem") { try KeyText.pem([keys($0, "rsa", "ffdhe3072") { $0.receiver_keys }[1]]) },
    Fixture(bytes: "legacy-alice.pem") { _ in KeyText.pem([LegacyPerson("alice").privateKey]) },
    Fixture(bytes: "legacy-bob.pem") { _ in KeyText.pem([LegacyPerson("bob").privateKey]) },
    Fixture(bytes: "lan-chat.keylog") { cast in
      let lines = try KeyText.contentKeys(FrameKeeper.frames(cast, playLanChat))
      return Array(("# alice and bob in lan-chat.pcap\n" + KeyText.secret(cast.friends) + lines.joined()).utf8)
    },
    Fixture(bytes: "strangers.keylog") { Array(KeyText.secret($0.strangers).utf8) },
  ]

  private static func keys(_ cast: Cast, _ suite: String, _ group: String, _ side: (WorkedExample) -> [String]?) throws -> [[UInt8]] {
    guard let keys = side(try cast.example(suite, group, "M")) else { throw MakingError("A worked packet has no private keys.") }
    return try keys.map { try WorkedExample.bytes($0) }
  }

  /// `lan-chat`, with the secret at the beginning, each content key behind its message and a kind of secrets that is not ours, as a file looks into
  /// which a growing key log was embedded.
  private static func embedded(_ cast: Cast) throws -> [UInt8] {
    let frames = try FrameKeeper.frames(cast, playLanChat)
    var file = FileBytes()
    file.section()
    file.keyLog("# written by s2wmp-fixtures\n" + KeyText.secret(cast.friends))
    file.interface(linkType: 1, resolution: 9)
    file.block(10) {
      $0.put(0x544c_534b as UInt32)
      $0.put(4 as UInt32)
      $0.bytes += Array("none".utf8)
    }
    var late = KeyText.contentKeys(frames)[...]
    for (index, frame) in frames.enumerated() {
      file.enhancedPacket(frame, interface: 0, ticks: UInt64(frame.time.nanoseconds))
      if index % 8 == 7, let line = late.popFirst() { file.keyLog(line) }
    }
    file.keyLog(late.joined())
    return file.bytes
  }

  /// One thing wrong with each packet; carol and dave have suite `dh`, alice and bob `rsa`. Big-endian.
  private static func tampered(_ cast: Cast) throws -> [UInt8] {
    let frames = try FrameKeeper.frames(cast) { stage in
      let (carol, dave) = (cast.strangers.first, cast.strangers.second)
      let line = try stage.connect(0, from: stage.carol, port: 47010, to: stage.bob)
      try line.client(0.1, Packets.chatRequest(from: carol, to: dave.id))
      try line.server(0.15, Packets.chatResponse(from: dave, to: carol.id))
      let body = try cast.strangers.message(from: carol, to: dave, at: stage.stamp(1), "body")
      try line.exchange(1, flip(body, body.count - 1), error: 4)
      try line.exchange(2, flip(cast.strangers.message(from: carol, to: dave, at: stage.stamp(2), "hash"), 64), error: 2)
      try line.exchange(3, flip(cast.strangers.message(from: carol, to: dave, at: stage.stamp(3), "client"), 48), error: 1)
      try line.exchange(4, flip(cast.strangers.statusChange(from: carol, to: dave, 1, at: stage.stamp(4)), 79), error: 2)
      try line.exchange(5, flip(cast.strangers.message(from: carol, to: dave, at: stage.stamp(5), "status"), 2), error: 4)
      try line.exchange(6, cast.strangers.message(from: carol, to: dave, at: stage.stamp(6), "whole\u{7}\u{1b}[31m \u{202e}again"))
      try line.close(7)
      let other = try stage.connect(8, from: stage.alice, port: 47011, to: stage.bob)
      let (alice, bob) = (cast.friends.first, cast.friends.second)
      try other.exchange(8.1, cast.friends.message(from: alice, to: bob, at: stage.stamp(8.1), "no content key in the log"))
      try other.exchange(9, cast.friends.message(from: alice, to: bob, at: stage.stamp(9), "one in the log"))
      try other.exchange(10, flip(cast.friends.message(from: alice, to: bob, at: stage.stamp(10), "damaged"), 480), error: 4)
      try other.close(11)
    }
    let lines = KeyText.contentKeys(frames).suffix(2)
    var file = FileBytes(bigEndian: true)
    file.section()
    file.interface(linkType: 1, resolution: 9)
    file.keyLog(KeyText.secret(cast.strangers) + KeyText.secret(cast.friends) + lines.joined())
    for frame in frames { file.enhancedPacket(frame, interface: 0, ticks: UInt64(frame.time.nanoseconds)) }
    return file.bytes
  }

  private static func flip(_ packet: [UInt8], _ index: Int) -> [UInt8] {
    var packet = packet
    packet[index] ^= 1
    return packet
  }
}
