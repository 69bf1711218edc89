import S2WMPWire

/// One packet of a case: its type, who sends it, and how it differs from the plainest valid one.
public struct PacketPlan: Hashable, Sendable {
  public var type: PacketType
  public var sender: Sender
  /// In the order in which they apply. Some are harmless, such as another status; some are defects: `Consequences` tells which.
  public var changes: [Change]

  public init(_ type: PacketType, from sender: Sender = .friend, _ changes: [Change] = []) {
    self.type = type
    self.sender = sender
    self.changes = changes
  }
}

/// Whose packet it is.
public enum Sender: String, Hashable, Sendable, CaseIterable {
  /// The friend who does most of the talking.
  case friend
  /// Another friend.
  case other
  /// Somebody with a usable key who is no friend, and never asked.
  case stranger
  /// A new user with a new key: for chat requests.
  case newcomer
  /// The friend whose IDs change.
  case mover
}

/// One difference from the plainest valid packet.
public enum Change: Hashable, Sendable {
  /// The field has this value, and all cryptography is made for the changed packet: nothing else is wrong with it. A length set so does not change what follows.
  case set(String, Value)
  /// The field gets this value when all is sealed: what was bound to it does not fit any more.
  case tamper(String, Value)
  /// That bit of the field is inverted when all is sealed; bit 0 is the most significant one of the first byte.
  case flip(String, bit: Int)
  /// The plaintext of an M.
  case text(Plaintext)
  case time(Time)
  case client(ClientChoice)
  case hash(HashChoice)
  case body(BodyChoice)
  /// The `public_key` field. The ID that must be the key's (`requestor_id`, `new_id`) follows it, unless it is set itself.
  case key(KeyChoice)
  /// Only the first bytes of the packet, that many.
  case cut(Int)
  /// Bytes behind the packet.
  case append([UInt8])
}

/// What a field is set to.
public enum Value: Hashable, Sendable {
  case number(UInt64)
  case bytes([UInt8])
  case party(Party)
}

/// Somebody's ID.
public enum Party: String, Hashable, Sendable, CaseIterable {
  /// The sender's own.
  case own
  case target
  /// The ID of the friend, of the other friend, of the stranger.
  case friend, other, stranger
  case zero
  /// All bits set; nobody's ID.
  case nobody
}

public enum Plaintext: Hashable, Sendable {
  /// That many letters.
  case letters(Int)
  case bytes([UInt8])
}

/// `datetime` of M and SC, `timestamp` of the others.
public enum Time: Hashable, Sendable {
  /// Later than everything before it from this sender. What a packet has unless something else is said.
  case next
  /// That of the last valid packet of this sender and type.
  case again
  /// Earlier than the last valid packet, and never used.
  case late
  case exact(UInt64)
}

/// Which client ID is encrypted into `client_id`.
public enum ClientChoice: Hashable, Sendable {
  /// Another program's, by name.
  case program(String)
  /// The right one, bound to nothing.
  case unbound
  /// The field of the last valid packet of this sender.
  case previous
  /// Encrypted under the key of another pair.
  case otherPair
}

/// What `hash` covers, or is.
public enum HashChoice: Hashable, Sendable {
  case zero
  /// Of another plaintext: one byte longer.
  case otherText
  /// By the key of the other direction.
  case otherDirection
  /// The field of the last valid M of this sender.
  case previous
}

/// What becomes of an M's `body`. `length` follows it.
public enum BodyChoice: Hashable, Sendable {
  /// That many bytes of the sealed body are left.
  case short(Int)
  /// Encrypted under another key.
  case otherKey
  /// The body of the last valid M of this sender.
  case previous
  /// That bit of the sealed body inverted; counted from its end when negative.
  case bit(Int)
  /// Bytes instead of anything encrypted.
  case garbage(Int)
  /// Suite `rsa`: the content key wrapped for somebody else; the wrapped key zero; all its bits set; a content key of so many bytes.
  case wrappedForOther, wrappedZero, wrappedOnes, contentKey(Int)
}

/// A `public_key` field.
public enum KeyChoice: Hashable, Sendable {
  /// That many bytes that are no DER.
  case garbage(Int)
  /// The sender's key less its last bytes, that many.
  case truncated(Int)
  /// The sender's key and bytes behind it.
  case trailing(Int)
  /// Another group, or the other suite, than the target's; usable otherwise.
  case otherGroup, otherSuite
  /// A finite-field public value of 0, 1, p−1, p, p+1 or more bits than p.
  case valueZero, valueOne, valueMinusOne, valuePrime, valueAbovePrime, valueLong
  /// The X25519 points whose shared secret is zero, from 0.
  case lowOrderPoint(Int)
  /// X9.42 `dhpublicnumber` instead of PKCS #3.
  case x942
  /// A finite field that is none of RFC 7919's; or its prime with another generator.
  case otherPrime, otherGenerator
  /// A length in DER in more bytes than it needs; a number with a needless leading zero.
  case longLength, leadingZero
  /// PKCS #3 with a privateValueLength, which is to be ignored: a usable key.
  case privateValueLength
  /// An RSA key of that many bits; with exponent 3; with an even modulus; without NULL parameters.
  case rsaBits(Int), rsaExponent3, rsaEven, rsaNoNull
  /// The RSA key first; the RSA key alone; a third key behind the two.
  case rsaFirst, rsaOnly, third
  /// The key of the other friend, of the target, or the sender's own again.
  case ofOther, ofTarget, own
}
