import S2WMPWire

/// Sizes of a `body` (S2WMP wire format, section 5.5).
public enum BodySize {
  /// What `dh` adds to the plaintext: nonce and tag.
  public static let overhead = GCM.nonceLength + GCM.tagLength
  /// Bytes of a content key.
  public static let contentKey = 32

  /// The longest plaintext that fits one M: its `length` has two bytes.
  public static func maximumPlaintext(_ suite: Suite, to receiver: PeerKey) -> Int {
    65_535 - overhead - (suite == .rsa ? receiver.wrappedLength : 0)
  }
}

extension PeerKey {
  /// Bytes that RSA makes of a content key; 0 in suite `dh`.
  public var wrappedLength: Int { rsaBits.map { ($0 + 7) / 8 } ?? 0 }
}

/// Encrypting a body. It always goes from us to the other.
extension PairKeys {
  /// Suite `dh`: `nonce ‖ ciphertext ‖ tag`.
  ///
  /// - header: `packet[0..<48]`.
  /// - nonce: 12 bytes, never used twice.
  public func sealBody(header: UnsafeRawBufferPointer, plaintext: UnsafeRawBufferPointer, nonce: [UInt8]) -> [UInt8] {
    filled(plaintext.count + BodySize.overhead) { seal(header: header, plaintext, nonce, with: keys(.sent).sealing, into: $0) }
  }

  /// Suite `rsa`: `wrapped content key ‖ nonce ‖ ciphertext ‖ tag`.
  ///
  /// - contentKey: 32 unpredictable bytes, used once.
  public func sealBody(
    header: UnsafeRawBufferPointer, plaintext: UnsafeRawBufferPointer, nonce: [UInt8], contentKey: SecretBytes, to key: PeerKey
  ) throws(KeyFault) -> [UInt8] {
    guard let rsa = key.rsa else { throw .noRSAKey }
    var done = false
    let body = filled(key.wrappedLength + plaintext.count + BodySize.overhead) { out in
      done = sealWrapped(header: header, plaintext, nonce, contentKey, rsa, key.wrappedLength, into: out)
    }
    guard done else { throw .rsaModulus }
    return body
  }

  /// False when RSA refuses the content key.
  func sealWrapped(
    header: UnsafeRawBufferPointer, _ plaintext: UnsafeRawBufferPointer, _ nonce: [UInt8], _ contentKey: SecretBytes, _ rsa: KeyHandle,
    _ wrappedLength: Int, into out: UnsafeMutableRawBufferPointer
  ) -> Bool {
    guard rsa.wrap(contentKey, into: UnsafeMutableRawBufferPointer(rebasing: out[..<wrappedLength])) else { return false }
    let cipher = GCM(key: keys(.sent).messageKey(contentKey: contentKey), sealing: true)
    seal(header: header, plaintext, nonce, with: cipher, into: UnsafeMutableRawBufferPointer(rebasing: out[wrappedLength...]))
    return true
  }

  func seal(
    header: UnsafeRawBufferPointer, _ plaintext: UnsafeRawBufferPointer, _ nonce: [UInt8], with cipher: GCM, into out: UnsafeMutableRawBufferPointer
  ) {
    precondition(nonce.count == GCM.nonceLength, "a nonce has 12 bytes")
    nonce.withUnsafeBytes { nonce in
      out.copyMemory(from: nonce)
      cipher.seal(nonce: nonce, associated: header, plaintext, into: UnsafeMutableRawBufferPointer(rebasing: out[GCM.nonceLength...]))
    }
  }
}

/// Decrypting a body. Nil: too short, or RSA or the tag says no; nothing says which.
extension PairKeys {
  /// Suite `dh`.
  public func openBody(_ body: UnsafeRawBufferPointer, header: UnsafeRawBufferPointer, _ direction: Direction) -> [UInt8]? {
    guard body.count >= BodySize.overhead else { return nil }
    return open(body, header: header, with: keys(direction).opening)
  }

  /// Suite `rsa`, by the receiver's RSA private key.
  public func openBody(_ body: UnsafeRawBufferPointer, header: UnsafeRawBufferPointer, _ direction: Direction, identity: Identity) -> [UInt8]? {
    let length = identity.wrappedLength
    guard length > 0, body.count >= length + BodySize.overhead else { return nil }
    guard let contentKey = identity.unwrap(UnsafeRawBufferPointer(rebasing: body[..<length])) else { return nil }
    return openBody(body, header: header, direction, contentKey: contentKey, wrappedLength: length)
  }

  /// Suite `rsa`, by the message's content key.
  ///
  /// - wrappedLength: the size of the receiver's RSA modulus in bytes.
  public func openBody(
    _ body: UnsafeRawBufferPointer, header: UnsafeRawBufferPointer, _ direction: Direction, contentKey: SecretBytes, wrappedLength: Int
  ) -> [UInt8]? {
    guard contentKey.count == BodySize.contentKey, wrappedLength >= 0, body.count - BodySize.overhead >= wrappedLength else { return nil }
    let cipher = GCM(key: keys(direction).messageKey(contentKey: contentKey), sealing: false)
    return open(UnsafeRawBufferPointer(rebasing: body[wrappedLength...]), header: header, with: cipher)
  }

  /// The caller has checked that nonce and tag are there.
  private func open(_ sealed: UnsafeRawBufferPointer, header: UnsafeRawBufferPointer, with cipher: GCM) -> [UInt8]? {
    let end = sealed.count - GCM.tagLength
    let (nonce, text, tag) = (sealed[..<GCM.nonceLength], sealed[GCM.nonceLength..<end], sealed[end...])
    var right = false
    let plaintext = filled(text.count) { out in
      right = cipher.open(
        nonce: UnsafeRawBufferPointer(rebasing: nonce), associated: header, UnsafeRawBufferPointer(rebasing: text),
        tag: UnsafeRawBufferPointer(rebasing: tag), into: out)
    }
    return right ? plaintext : nil
  }
}

/// An array of that many bytes, all of which `fill` writes.
func filled(_ count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: count) { out, written in
    fill(UnsafeMutableRawBufferPointer(start: out.baseAddress, count: count))
    written = count
  }
}
