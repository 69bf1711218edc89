import S2WMPCrypto
import S2WMPPeer
import S2WMPWire

/// Our users at one peer of the legacy dialect (S2WMP wire format, appendix L): who they are, what they share with it, and what they said last.
public final class LegacySession {
  public internal(set) var targetID: Identifier
  /// Whether the target took our chat request.
  public internal(set) var isFriend = false
  /// Whether it takes those of strangers.
  public internal(set) var acceptsRequests = true
  private var users: [Sender: LegacyUser] = [:]
  private let start: UInt64
  var random: SeededRandom

  /// - start: milliseconds since 1970; `datetime` grows from it.
  public init(targetID: Identifier, start: UInt64, seed: UInt64) throws {
    self.targetID = targetID
    self.start = start
    random = SeededRandom(seed: seed)
    for sender in Sender.allCases { users[sender] = try makeUser("legacy \(sender.rawValue)") }
  }

  func user(_ sender: Sender) -> LegacyUser {
    // Every sender has one from the start.
    users[sender] ?? users[.friend] ?? LegacyUser(id: .zero, key: nil, name: [], lastTime: start)
  }

  /// A chat request of a newcomer comes from somebody who was never there.
  func arriveNewcomer() throws { users[.newcomer] = try makeUser("legacy newcomer") }

  private func makeUser(_ name: String) throws -> LegacyUser {
    var generator = SystemRandomNumberGenerator()
    let id = LegacyIdentity.userID(from: (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    return LegacyUser(id: id, key: try LegacyKey.generate(), name: Array(name.utf8), lastTime: start)
  }

  func id(_ party: Party, own: Identifier) -> Identifier {
    switch party {
    case .own: own
    case .target: targetID
    case .friend: user(.friend).id
    case .other: user(.other).id
    case .stranger: user(.stranger).id
    case .zero: .zero
    case .nobody: Identifier(high: .max, low: .max)
    }
  }

  /// The target began anew and knows nobody.
  func forget() throws {
    isFriend = false
    for sender in Sender.allCases { users[sender] = try makeUser("legacy \(sender.rawValue)") }
  }
}

/// A made-up user of the legacy dialect.
final class LegacyUser {
  let id: Identifier
  /// Nil only for nobody.
  let key: LegacyKey?
  let name: [UInt8]
  /// What is shared with the target; nil while they are no friends.
  var cipher: LegacyCipher?
  var isFriend = false
  var lastTime: UInt64
  var lastMessage: [UInt8] = []

  init(id: Identifier, key: LegacyKey?, name: [UInt8], lastTime: UInt64) {
    (self.id, self.key, self.name, self.lastTime) = (id, key, name, lastTime)
  }

  var publicKey: [UInt8] { key?.publicKey ?? [] }

  func nextTime() -> UInt64 {
    lastTime &+= 16
    return lastTime
  }

  /// D-H with the key that the target answered with. Throws when that is of no use.
  func befriend(_ field: [UInt8]) throws {
    guard let key else { return }
    cipher = LegacyCipher(secret: try key.sharedSecret(with: field))
    isFriend = true
  }
}
