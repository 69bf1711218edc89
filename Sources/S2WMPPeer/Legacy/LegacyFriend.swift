import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// A friend in the legacy dialect: what is stored of it, the pair's cipher, and its messages on the way out.
struct LegacyFriend {
  var record: FriendRecord
  let cipher: LegacyCipher
  /// The `public_key` field by which this friend knows us.
  let ownPublicKey: [UInt8]
  /// In order of `datetime`; the first is the one on its way, since one at a time keeps them in order.
  var outgoing: [OutgoingRecord] = []
  /// Tries of the first outgoing message so far.
  var tries = 0
  /// The CR answered last, and how often.
  var answered: (datetime: UInt64, count: Int) = (0, 0)

  init(_ record: FriendRecord, _ agreement: LegacyAgreement) {
    self.record = record
    cipher = LegacyCipher(secret: agreement.secret)
    ownPublicKey = agreement.own.publicKey
  }
}

/// What our key and another one make. Z lives no longer than this.
struct LegacyAgreement {
  let own: LegacyKey
  let secret: SecretBytes
}

/// A friend that we asked for and that has not answered yet.
struct LegacyRequest {
  /// As whom we asked.
  let identity: LegacyIdentity
  /// Nil until the bootstrap server says where.
  var address: Endpoint?
  let datetime: UInt64
  /// CRs that went out.
  var repetitions = 0
  /// Connections in a row that could not be opened.
  var failures = 0
}

/// Somebody who asks us and waits for the user.
struct LegacyRequestor {
  /// As whom we are asked.
  var identity: LegacyIdentity
  var key: [UInt8]
  var name: String
  /// Where the answer goes.
  var address: Endpoint
  var datetime: UInt64
}
