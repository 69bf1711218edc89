import ArgumentParser
import Glibc
import S2WMPCrypto
import S2WMPWire

/// Many friends, each with a connection of its own that stays open and idle.
struct Friends: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Befriends the peer many times over, keeps every connection open, prints \"ready\" and waits until standard input ends.")

  @OptionGroup var target: Target

  @Option(help: "How many friends.")
  var count = 1000

  func run() throws {
    guard let suite = Suite(rawValue: target.suite), let group = KeyGroup(rawValue: target.group), let peerID = Identifier(hex: target.peerID) else {
      throw ValidationError("--suite is rsa or dh, --group a group's name, --peer-id 32 hex digits")
    }
    var open: [(Connection, Friendship)] = []
    for index in 0..<count {
      let connection = try Connection(port: target.port)
      let friendship = try Friendship(on: connection, as: Identity.generate(suite: suite, group: group), name: "friend \(index)", with: peerID)
      // One message each, so that every friend's keys are in use.
      try connection.send(friendship.message(Array("hello".utf8), datetime: UInt64(time(nil)) * 1000))
      let answer = try connection.receive()
      guard answer[1] == PacketType.acknowledgement.rawValue, answer[2] == 1 else { throw LoadError("the peer refused the message of friend \(index)") }
      open.append((connection, friendship))
    }
    print("ready")
    fflush(nil)
    while readLine() != nil {}
    withExtendedLifetime(open) {}
  }
}
