import S2WMPCrypto
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPPeer

/// Keys made once for all tests.
enum LegacyKeys {
  static let all = Result { try (0..<4).map { _ in try LegacyKey.generate() } }
  /// A key in a group of its own, as the authors' program makes them: prime and generator of a key in the fixtures.
  static let foreign = Result { try LegacyKey.generate(answering: foreignField) }

  static func key(_ index: Int) throws -> LegacyKey { try all.get()[index] }
  /// Its `public_key` field; empty when there are no keys.
  static func field(_ index: Int) -> [UInt8] { (try? key(index).publicKey) ?? [] }

  static let foreignField =
    Hex.bytes(
      "3081e030819706092a864886f70d010301308189024100fca682ce8e12caba26efccf7110e526db078b05edecbcd1eb4a208f3ae1617ae01f35b91a47e6df63413c5e12ed0899bcd132acd50d99151bdc43ee737592e170240678471b27a9cf44ee91a49c5147db1a9aaf244f05a434d6486931d2d14271b9e35030b71fd73da179069b32e2935630e1c2062354d0da20a6c416e50be794ca402020180034400024100c40500a902613e7a544a907a61fa860f18ba6beb6e5287cd9c21bf2dbfbde1aef5ae3446aa1ac3fc51390f42e5e7b0dce5ac6d77e7e0270b600e683e326a4d84"
    ) ?? []
}

/// alice at 10.0.0.7 and bob at 10.0.0.9 on a network of their own.
struct Couple {
  let lan: Lan
  var alice: LanHost
  var bob: LanHost

  init(seed: UInt64 = 1, acceptance: PeerConfiguration.Acceptance = .auto, areFriends: Bool = true) throws {
    lan = Lan(seed: seed)
    alice = try LanHost("alice", 7, key: LegacyKeys.key(0))
    bob = try LanHost("bob", 9, key: LegacyKeys.key(1), acceptance: acceptance)
    lan.add(alice)
    lan.add(bob)
    guard areFriends else { return }
    add()
    lan.run(.seconds(1))
    try #require(alice.store.friends[bob.id] != nil && bob.store.friends[alice.id] != nil)
  }

  /// alice asks bob.
  func add() { lan.command(alice, .add(bob.id, address: bob.address)) }

  func send(_ text: String, from sender: LanHost, to receiver: LanHost) { lan.command(sender, .send(to: receiver.id, text: text)) }
}

/// One packet as a view. Throws when it is none.
func withLegacyView<R>(_ bytes: [UInt8], _ body: (PacketView) throws -> R) throws -> R {
  try bytes.withUnsafeBytes { try body(try #require(PacketView($0, .legacy))) }
}

/// The packets of a type that the network saw on TCP.
func sent(_ type: PacketType, on lan: Lan) -> [[UInt8]] { lan.packets.filter { $0.count > 1 && $0[1] == type.rawValue } }

/// The errors of all ACKs that the network saw, in order.
func acknowledged(on lan: Lan) -> [UInt8] { sent(.acknowledgement, on: lan).map { $0[Acknowledgement.error.offset] } }
