import S2WMPCrypto
import S2WMPWire

/// A made-up user who talks to the target, and what they said last.
final class Actor {
  let sender: Sender
  var identity: Identity
  /// The `public_key` field by which the target knows them, and its ID.
  var publicKey: [UInt8]
  var id: Identifier
  var name: [UInt8]
  /// The keys of this user and the target.
  var pair: PairKeys
  var secret: SecretBytes
  var isFriend = false

  /// The highest `datetime` used, and how far below it unused ones were taken.
  var lastTime: UInt64
  private var lateSteps: UInt64 = 0
  /// The last valid packets: M, SC and IC, whole.
  var lastMessage: [UInt8] = []
  var lastStatusChange: [UInt8] = []
  var lastIDChange: [UInt8] = []

  init(_ sender: Sender, _ identity: Identity, name: String, target: PeerKey, targetID: Identifier, start: UInt64) throws(KeyFault) {
    self.sender = sender
    self.identity = identity
    self.name = Array(name.utf8)
    publicKey = identity.publicKey
    id = identity.userID
    secret = try identity.sharedSecret(with: target)
    pair = PairKeys(secret: secret, own: identity.userID, other: targetID)
    lastTime = start
  }

  /// Whether `Z` begins with a zero byte, which padding put there or not (S2WMP wire format, section 5.3).
  var hasShortSecret: Bool { secret.withBytes { $0.first == 0 } }

  /// Steps of 16 leave room for late ones in between.
  func nextTime() -> UInt64 {
    lastTime &+= 16
    lateSteps = 0
    return lastTime
  }

  /// Below the last one and never used; when there is no room any more, room is made first.
  func lateTime() -> UInt64 {
    if lateSteps == 15 { _ = nextTime() }
    lateSteps += 1
    return lastTime &- lateSteps
  }

  /// The target began anew: nothing was said yet.
  func forget() {
    isFriend = false
    (lastMessage, lastStatusChange, lastIDChange) = ([], [], [])
  }

  /// The target knows this user by another form of the same key.
  func adopt(_ field: [UInt8], target: Identifier) {
    publicKey = field
    id = field.withUnsafeBytes { Digest.identifier(sha256: $0) }
    pair = PairKeys(secret: secret, own: id, other: target)
  }
}
