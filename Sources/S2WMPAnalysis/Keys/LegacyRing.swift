import S2WMPCrypto
import S2WMPWire

/// Keys of the legacy dialect (S2WMP wire format, appendix L). Its IDs say nothing about keys, so whose a private key is follows from the chat requests
/// seen: it belongs to the ID with which its public half came.
struct LegacyRing {
  private static let mostBytes = 16 << 20
  private static let mostKeysOfOne = 4
  private static let mostCiphers = 16
  private static let mostPairs = 4096

  struct Candidate {
    var cipher: LegacyCipher
    /// It is the newest key of both; else it is only tried.
    var isCertain: Bool
  }

  private let own: [LegacyKey]
  /// Keys that came with an ID, newest first.
  private var fields: [Identifier: [[UInt8]]] = [:]
  private var fieldBytes = 0
  private var ciphers: [UserPair: [Candidate]] = [:]

  init(_ own: [LegacyKey]) { self.own = own }

  mutating func forget(_ pair: UserPair) { ciphers[pair] = nil }

  /// Remembers the key of a chat request.
  mutating func learn(_ id: Identifier, _ field: UnsafeRawBufferPointer) {
    if own.isEmpty || fields[id]?.first?.elementsEqual(field) == true { return }
    guard fieldBytes + field.count <= Self.mostBytes else { return }
    fieldBytes += field.count
    var list = fields[id] ?? []
    list.insert(Array(field), at: 0)
    if list.count > Self.mostKeysOfOne { fieldBytes -= list.removeLast().count }
    fields[id] = list
    ciphers.removeAll()
  }

  /// What may decrypt messages between two users, the most likely first.
  mutating func candidates(_ a: Identifier, _ b: Identifier, logged: SecretBytes?) -> [Candidate] {
    let pair = UserPair(a, b)
    if let known = ciphers[pair] { return known }
    var found = logged.map { [Candidate(cipher: LegacyCipher(secret: $0), isCertain: true)] } ?? []
    found += derived(a, b)
    if ciphers.count >= Self.mostPairs { ciphers.removeAll() }
    // Without any, keys may still come: nothing is remembered.
    if !found.isEmpty { ciphers[pair] = found }
    return found
  }

  /// By each private key and each key that came with the other one's ID.
  private func derived(_ a: Identifier, _ b: Identifier) -> [Candidate] {
    var (certain, guessed): ([Candidate], [Candidate]) = ([], [])
    for (mine, theirs) in [(a, b), (b, a)] {
      for key in own {
        let isNewest = fields[mine]?.first.map(key.isOther(half:)) ?? false
        for (index, field) in (fields[theirs] ?? []).enumerated() where certain.count + guessed.count < Self.mostCiphers {
          guard let secret = try? key.sharedSecret(with: field) else { continue }
          let candidate = Candidate(cipher: LegacyCipher(secret: secret), isCertain: isNewest && index == 0)
          if candidate.isCertain { certain.append(candidate) } else { guessed.append(candidate) }
        }
      }
    }
    return certain + guessed
  }
}

/// Messages of the legacy dialect.
extension KeyRing {
  func openLegacyMessage(_ view: PacketView, _ findings: inout Findings) -> OpenedPacket? {
    let (sender, receiver) = (view[LegacyMessaging.senderID], view[LegacyMessaging.receiverID])
    let candidates = legacy.candidates(sender, receiver, logged: legacySecret(sender, receiver))
    let body = view[LegacyMessaging.body]
    if candidates.isEmpty || body.isEmpty { return nil }
    for candidate in candidates {
      guard let plaintext = candidate.cipher.decrypt(body) else { continue }
      // Padding alone fits one time in 256 under a wrong key.
      guard candidate.isCertain || String(validating: plaintext, as: UTF8.self) != nil else { continue }
      return OpenedPacket(
        plaintext: plaintext, isHashRight: !findings.contains(.hashMismatch), client: view[LegacyMessaging.clientID], cipher: .aesECB)
    }
    if candidates.contains(where: \.isCertain) { findings.insert(.decryptFailed) }
    return nil
  }
}
