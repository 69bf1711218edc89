import S2WMPWire

/// Which way a packet of a pair goes.
public enum Direction: Sendable, CaseIterable {
  /// From us to the other.
  case sent
  /// From the other to us.
  case received
}

/// The keys of a pair of users, all derived from `Z` (S2WMP wire format, sections 5.3 to 5.5).
///
/// Ciphers are set up once, when first used. Not thread-safe: one owner.
public final class PairKeys {
  public let own: Identifier
  public let other: Identifier

  private let secret: SecretBytes
  private lazy var clientCipher = BlockCipher(key: derive("S2WMP1 client id", nil, count: 16))
  private let digest = PiecewiseDigest()
  private lazy var sent = DirectionKeys(self, from: own, to: other)
  private lazy var received = DirectionKeys(self, from: other, to: own)

  /// - secret: `Z`, left-padded.
  public init(secret: SecretBytes, own: Identifier, other: Identifier) {
    self.secret = secret
    self.own = own
    self.other = other
  }

  /// The keys of one direction.
  func keys(_ direction: Direction) -> DirectionKeys { direction == .sent ? sent : received }

  /// HKDF over `Z` with both IDs, sorted, as the salt; a direction adds sender and receiver to the label.
  func derive(_ label: String, _ direction: (sender: Identifier, receiver: Identifier)?, count: Int) -> SecretBytes {
    let salt = min(own, other).bytes + max(own, other).bytes
    let info = Array(label.utf8) + (direction.map { $0.sender.bytes + $0.receiver.bytes } ?? [])
    return HKDF.derive(secret, salt: salt, info: info, count: count)
  }
}

/// The client ID (S2WMP wire format, section 5.3).
extension PairKeys {
  /// The `client_id` field of a packet whose bound bytes are given: `packet[0..<48]` in M and SC, `packet[0..<50]` and `packet[66...]` in IC.
  public func encryptClientID(_ client: Identifier, bound: UnsafeRawBufferPointer, _ more: UnsafeRawBufferPointer? = nil) -> Identifier {
    let mask = digest.hash(bound, more)
    let (high, low) = clientCipher.encrypt(client.high ^ mask.high, client.low ^ mask.low)
    return Identifier(high: high, low: low)
  }

  /// The client ID behind a `client_id` field; a changed packet gives another one.
  public func decryptClientID(_ field: Identifier, bound: UnsafeRawBufferPointer, _ more: UnsafeRawBufferPointer? = nil) -> Identifier {
    let mask = digest.hash(bound, more)
    let (high, low) = clientCipher.decrypt(field.high, field.low)
    return Identifier(high: high ^ mask.high, low: low ^ mask.low)
  }
}

/// The keyed hash (S2WMP wire format, section 5.4).
extension PairKeys {
  /// - header: `packet[0..<48]`.
  public func hash(_ direction: Direction, header: UnsafeRawBufferPointer, plaintext: UnsafeRawBufferPointer) -> Identifier {
    keys(direction).mac.hash(header, plaintext)
  }

  /// Whether a `hash` field is right, in constant time.
  public func hashMatches(_ field: Identifier, _ direction: Direction, header: UnsafeRawBufferPointer, plaintext: UnsafeRawBufferPointer) -> Bool {
    let right = hash(direction, header: header, plaintext: plaintext)
    return (right.high ^ field.high) | (right.low ^ field.low) == 0
  }
}

/// What one direction of a pair needs.
final class DirectionKeys {
  let mac: KeyedHash
  /// `K_body`.
  let body: SecretBytes
  private(set) lazy var sealing = GCM(key: body, sealing: true)
  private(set) lazy var opening = GCM(key: body, sealing: false)

  init(_ pair: PairKeys, from sender: Identifier, to receiver: Identifier) {
    mac = KeyedHash(key: pair.derive("S2WMP1 hash", (sender, receiver), count: 32))
    body = pair.derive("S2WMP1 message", (sender, receiver), count: 32)
  }

  /// `K`: the key of one message of suite `rsa`.
  func messageKey(contentKey: SecretBytes) -> SecretBytes {
    contentKey.withBytes { content in
      body.withBytes { salt in
        Array("S2WMP1 rsa body".utf8).withUnsafeBytes { HKDF.derive(content, salt: salt, info: $0, count: 32) }
      }
    }
  }
}
