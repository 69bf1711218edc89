import S2WMPWire

/// A whole M (S2WMP §3.2.1), encrypted for the pair's other side.
///
/// - receiver: whose RSA key wraps the content key in suite `rsa`.
/// - nonce: 12 bytes, never used twice.
/// - contentKey: 32 bytes for suite `rsa`; without them new ones are drawn.
public func sealMessage(
  pair: PairKeys, suite: Suite, receiver: PeerKey, status: UInt8, datetime: UInt64, client: Identifier, plaintext: [UInt8], nonce: [UInt8],
  contentKey: SecretBytes?
) throws(KeyFault) -> [UInt8] {
  let rsa = suite == .rsa ? receiver.rsa : nil
  guard suite == .dh || rsa != nil else { throw .noRSAKey }
  let limit = BodySize.maximumPlaintext(suite, to: receiver)
  guard plaintext.count <= limit else { throw .messageTooLong(plaintext.count, limit: limit) }
  let wrapped = rsa == nil ? 0 : receiver.wrappedLength
  let length = wrapped + BodySize.overhead + plaintext.count
  var done = true
  let packet = filled(Messaging.headerLength + length) { out in
    let header = writeHeader(pair, .message, status, length, datetime, client, into: out)
    let body = UnsafeMutableRawBufferPointer(rebasing: out[Messaging.headerLength...])
    plaintext.withUnsafeBytes { text in
      out.storeBytes(of: pair.hash(.sent, header: header, plaintext: text), at: Messaging.hash)
      guard let rsa else { return pair.seal(header: header, text, nonce, with: pair.keys(.sent).sealing, into: body) }
      done = pair.sealWrapped(header: header, text, nonce, contentKey ?? .random(BodySize.contentKey), rsa, wrapped, into: body)
    }
  }
  guard done else { throw .rsaModulus }
  return packet
}

/// A whole SC, or Hello (S2WMP §3.2.1).
public func sealStatusChange(pair: PairKeys, status: UInt8, datetime: UInt64, client: Identifier) -> [UInt8] {
  filled(Messaging.headerLength) { out in
    let header = writeHeader(pair, .statusChange, status, 0, datetime, client, into: out)
    out.storeBytes(of: pair.hash(.sent, header: header, plaintext: UnsafeRawBufferPointer(start: nil, count: 0)), at: Messaging.hash)
  }
}

/// A whole IC to a friend (S2WMP wire format, section 3.8).
///
/// - pair: the old one, `own` being the old ID.
public func sealIDChange(
  pair: PairKeys, timestamp: UInt64, requestID: UInt64, newIdentityKey: [UInt8], newID: Identifier, client: Identifier
) -> [UInt8] {
  filled(IDChange.fixedLength + newIdentityKey.count) { out in
    out.storeBytes(of: protocolVersion, at: IDChange.version)
    out.storeBytes(of: PacketType.idChange.rawValue, at: IDChange.type)
    out.storeBytes(of: timestamp, at: IDChange.timestamp)
    out.storeBytes(of: Opaque64(requestID), at: IDChange.requestID)
    out.storeBytes(of: pair.own, at: IDChange.userID)
    out.storeBytes(of: newID, at: IDChange.newID)
    out.storeBytes(of: UInt32(truncatingIfNeeded: newIdentityKey.count), at: IDChange.keyLength)
    UnsafeMutableRawBufferPointer(rebasing: out[IDChange.fixedLength...]).copyBytes(from: newIdentityKey)
    let whole = UnsafeRawBufferPointer(out)
    let (bound, more) = (whole[..<IDChange.clientID.offset], whole[IDChange.clientID.end...])
    let field = pair.encryptClientID(client, bound: UnsafeRawBufferPointer(rebasing: bound), UnsafeRawBufferPointer(rebasing: more))
    out.storeBytes(of: field, at: IDChange.clientID)
  }
}

/// Everything of M and SC up to the hash. Gives back the first 48 bytes, which hash and body bind.
private func writeHeader(
  _ pair: PairKeys, _ type: PacketType, _ status: UInt8, _ length: Int, _ datetime: UInt64, _ client: Identifier,
  into out: UnsafeMutableRawBufferPointer
) -> UnsafeRawBufferPointer {
  out.storeBytes(of: protocolVersion, at: Messaging.version)
  out.storeBytes(of: type.rawValue, at: Messaging.type)
  out.storeBytes(of: status, at: Messaging.status)
  out.storeBytes(of: UInt16(truncatingIfNeeded: length), at: Messaging.length)
  out.storeBytes(of: datetime, at: Messaging.datetime)
  out.storeBytes(of: UInt24(0), at: Messaging.undefined)
  out.storeBytes(of: pair.own, at: Messaging.senderID)
  out.storeBytes(of: pair.other, at: Messaging.receiverID)
  let header = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(out)[..<Messaging.clientID.offset])
  out.storeBytes(of: pair.encryptClientID(client, bound: header), at: Messaging.clientID)
  return header
}
