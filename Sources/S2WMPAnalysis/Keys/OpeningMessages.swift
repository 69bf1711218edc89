import S2WMPCrypto
import S2WMPWire

/// What becomes of a body.
enum BodyOutcome {
  case opened([UInt8], OpenedPacket.Cipher)
  /// The keys are those that must open it, and do not.
  case failed
  /// A key is missing, or it is not known whether the ones there are the right ones.
  case locked
}

/// Messages and status changes of v1 (S2WMP wire format, sections 5.3 to 5.5).
extension KeyRing {
  /// What the keys tell of an M or SC; nil when the pair's secret is not known.
  func openMessage(_ view: PacketView, _ findings: inout Findings) -> OpenedPacket? {
    let (sender, receiver) = (view[Messaging.senderID], view[Messaging.receiverID])
    guard let pair = pair(sender, receiver) else { return nil }
    let message = MessageParts(view, pair, sender, receiver)
    let client = pair.decryptClientID(view[Messaging.clientID], bound: message.header)
    if view.type == .statusChange { return judge(message, plaintext: nil, nil, client, &findings) }
    // A message without a body breaks another rule first.
    if message.body.isEmpty { return OpenedPacket(client: client) }
    switch open(message) {
    case .opened(let plaintext, let cipher): return judge(message, plaintext: plaintext, cipher, client, &findings)
    case .failed:
      findings.insert(.decryptFailed)
      return OpenedPacket(client: client)
    case .locked: return OpenedPacket(client: client)
    }
  }

  /// Checks the hash. That of an SC is over the empty plaintext.
  private func judge(
    _ message: MessageParts, plaintext: [UInt8]?, _ cipher: OpenedPacket.Cipher?, _ client: Identifier, _ findings: inout Findings
  ) -> OpenedPacket {
    let isRight = (plaintext ?? []).withUnsafeBytes {
      message.pair.hashMatches(message.hash, message.direction, header: message.header, plaintext: $0)
    }
    if isRight { noteClient(client) } else { findings.insert(.hashMismatch) }
    return OpenedPacket(plaintext: plaintext, isHashRight: isRight, client: client, cipher: cipher)
  }

  /// Both sides of a pair have one suite, so either one's key tells it.
  private func open(_ message: MessageParts) -> BodyOutcome {
    switch publicKey(of: message.receiver)?.suite ?? publicKey(of: message.sender)?.suite {
    case .dh: return message.openDH().map { .opened($0, .aesGCM) } ?? .failed
    case .rsa: return openRSA(message)
    case nil:
      if let plaintext = message.openDH() { return .opened(plaintext, .aesGCM) }
      // Nothing that small holds a wrapped content key.
      if message.body.count < MessageParts.smallestRSABody { return .failed }
      return openRSA(message)
    }
  }

  private func openRSA(_ message: MessageParts) -> BodyOutcome {
    var shouldOpen = false
    let wrapped = publicKey(of: message.receiver)?.wrappedLength
    let logged = tryContentKeys(message.sender, message.receiver, message.datetime, wasTried: &shouldOpen) { message.open($0, wrapped: wrapped) }
    if let logged { return logged }
    if let identity = identity(of: message.receiver), identity.suite == .rsa {
      if let opened = message.open(identity) { return opened }
      shouldOpen = true
    }
    if shouldOpen { return .failed }
    for key in material.looseKeys {
      if let opened = message.open(key) { return opened }
    }
    return .locked
  }
}

/// One M or SC, taken apart for decryption.
struct MessageParts {
  /// RSA of 2048 bits, nonce and tag.
  static let smallestRSABody = 256 + BodySize.overhead

  let pair: PairKeys
  let direction: Direction
  let sender: Identifier
  let receiver: Identifier
  let datetime: UInt64
  let hash: Identifier
  /// `packet[0..<48]`.
  let header: UnsafeRawBufferPointer
  let body: UnsafeRawBufferPointer

  init(_ view: PacketView, _ pair: PairKeys, _ sender: Identifier, _ receiver: Identifier) {
    self.pair = pair
    direction = sender == pair.own ? .sent : .received
    self.sender = sender
    self.receiver = receiver
    datetime = view[Messaging.datetime]
    hash = view[Messaging.hash]
    header = UnsafeRawBufferPointer(rebasing: view.bytes[..<48])
    body = view[Messaging.body]
  }

  func openDH() -> [UInt8]? { pair.openBody(body, header: header, direction) }

  /// By the receiver's RSA private key.
  func open(_ identity: Identity) -> BodyOutcome? {
    pair.openBody(body, header: header, direction, identity: identity).map { .opened($0, .rsa(wrapped: identity.wrappedLength)) }
  }

  /// By the content key; the size of the receiver's RSA key is tried when it is not known.
  func open(_ contentKey: SecretBytes, wrapped: Int?) -> BodyOutcome? {
    let sizes = wrapped.map { [$0] } ?? Self.usualSizes + (256...512).filter { !Self.usualSizes.contains($0) }
    for size in sizes where size > 0 && body.count >= size + BodySize.overhead {
      if let plaintext = pair.openBody(body, header: header, direction, contentKey: contentKey, wrappedLength: size) {
        return .opened(plaintext, .rsa(wrapped: size))
      }
    }
    return nil
  }

  /// Of RSA with 3072, 2048 and 4096 bits.
  private static let usualSizes = [384, 256, 512]
}
