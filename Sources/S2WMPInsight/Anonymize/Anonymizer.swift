import S2WMPAnalysis
import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// Rewrites packets so that they can be shown to others: addresses, IDs, names and keys become stand-ins, ciphertexts and everything made from
/// them become bytes that nobody can decrypt. Types, codes, lengths and times stay, so that the exchange can still be studied.
///
/// What a field becomes is read from its row's relation; a field of a kind that is not known here is replaced, never copied.
public struct Anonymizer {
  private let pseudonyms: Pseudonyms
  private var addresses: AddressPseudonyms
  /// The stand-ins of IDs that are their key's: those of the key's stand-in, so that they still are.
  private var idsOfKeys: [Identifier: Identifier] = [:]

  /// IDs with a key that are remembered.
  private static let capacity = 1 << 20

  public init(secret: SecretBytes) {
    pseudonyms = Pseudonyms(secret: secret)
    addresses = AddressPseudonyms(pseudonyms)
  }

  /// Learns which IDs are those of their keys. To be called for all packets before the first is rewritten.
  public mutating func learn(_ packet: borrowing Dissection) {
    guard packet.dialect == .v1, !packet.findings.contains(.idMismatch), idsOfKeys.count < Self.capacity else { return }
    guard let view = packet.view, let (row, key) = Self.keyAndID(view), view.bytes[key].count > 0 else { return }
    let bytes = Array(view.bytes[key])
    let id = Identifier(bytes: view.bytes[row])
    guard id == bytes.withUnsafeBytes({ Digest.identifier(sha256: $0) }) else { return }
    idsOfKeys[id] = publicKey(bytes, .v1).withUnsafeBytes { Digest.identifier(sha256: $0) }
  }

  private static func keyAndID(_ view: PacketView) -> (Range<Int>, Range<Int>)? {
    let rows = view.layout.rows
    guard let id = rows.first(where: { $0.relation == .idOfKey }), let key = rows.first(where: { $0.relation == .key }) else { return nil }
    return (view.range(of: id), view.range(of: key))
  }

  public mutating func endpoint(_ endpoint: Endpoint) -> Endpoint { addresses.endpoint(endpoint) }

  /// The packet as it may be shown, as long as before; nil for bytes that frame no packet, in which anything could stand.
  public mutating func packet(_ packet: borrowing Dissection) -> [UInt8]? {
    guard let view = packet.view else { return nil }
    var out = Array(view.bytes)
    for row in view.layout.rows {
      let range = view.range(of: row)
      out.replaceSubrange(range, with: field(row, Array(view.bytes[range]), packet.dialect))
    }
    if view.layout == .legacyMessaging, !packet.findings.contains(.hashMismatch) { Self.restoreHash(view, &out) }
    return out
  }

  private mutating func field(_ row: FieldRow, _ bytes: [UInt8], _ dialect: Dialect) -> [UInt8] {
    switch row.relation {
    case .version, .type, .length, .time, .code: bytes
    case .place: row.kind == .address ? addresses.address(bytes) : bytes
    case .userID, .idOfKey: identifier(bytes)
    case .requestID, .hash: Self.isZero(bytes) ? bytes : pseudonyms.bytes(.number, bytes, count: bytes.count)
    case .clientID: bytes == LegacyCipher.clientID.bytes ? bytes : pseudonyms.bytes(.number, bytes, count: bytes.count)
    case .key: publicKey(bytes, dialect)
    case .encrypted: dialect == .legacy ? blocks(bytes) : pseudonyms.bytes(.ciphertext, bytes, count: bytes.count)
    case .userName: row.kind == .text16 ? wideName(bytes) : name(bytes)
    case .reserved: Self.isZero(bytes) ? bytes : [UInt8](repeating: 0xff, count: bytes.count)
    }
  }

  private func identifier(_ bytes: [UInt8]) -> [UInt8] {
    if Self.isZero(bytes) || bytes.allSatisfy({ $0 == 0xff }) { return bytes }
    return idsOfKeys[bytes.withUnsafeBytes { Identifier(bytes: $0[...]) }]?.bytes ?? pseudonyms.identifier(.identifier, bytes).bytes
  }

  /// The same kind and size of key with other numbers. Bytes that are no key become other bytes.
  private func publicKey(_ bytes: [UInt8], _ dialect: Dialect) -> [UInt8] {
    let numbers = bytes.withUnsafeBytes { PublicKeyField.numbers(in: $0, dialect) }
    let stand = pseudonyms.bytes(.key, bytes, count: bytes.count)
    if numbers.isEmpty { return stand }
    var out = bytes
    for range in numbers {
      // The first byte decides about the number's size in bits, and whether it is below the prime; a modulus ends odd.
      let kept = range.count == 32 ? range : range.lowerBound + 1..<range.upperBound
      out.replaceSubrange(kept, with: stand[kept])
      if range.count != 32, !kept.isEmpty { out[kept.upperBound - 1] |= 1 }
    }
    return out
  }

  /// Equal blocks stay equal, which is what the legacy cipher shows.
  private func blocks(_ bytes: [UInt8]) -> [UInt8] {
    stride(from: 0, to: bytes.count, by: 16).flatMap { start in
      let block = bytes[start..<min(start + 16, bytes.count)]
      return pseudonyms.bytes(.ciphertext, block, count: block.count)
    }
  }

  /// Lower-case letters, as many as there were bytes.
  private func name(_ bytes: [UInt8]) -> [UInt8] { pseudonyms.bytes(.name, bytes, count: bytes.count).map { 0x61 + $0 % 26 } }

  /// The same letters for a name in UTF-16; the padding stays.
  private func wideName(_ bytes: [UInt8]) -> [UInt8] {
    let units = UTF16Name.codeUnits(bytes)
    let letters = name(UTF16Name.wtf8(units))
    var out = bytes
    for (index, letter) in zip(units.indices, letters) {
      out[index * 2] = 0
      out[index * 2 + 1] = letter
    }
    return out
  }

  /// The legacy hash is one of the ciphertext (wire format, appendix L): where it was right it is right again.
  private static func restoreHash(_ view: PacketView, _ out: inout [UInt8]) {
    let body = Array(out[LegacyMessaging.headerLength...])
    let hash = LegacyMessaging.hash.offset
    out.replaceSubrange(hash..<hash + 16, with: LegacyCipher.hash(body).bytes)
  }

  private static func isZero(_ bytes: [UInt8]) -> Bool { bytes.allSatisfy { $0 == 0 } }
}

extension Identifier {
  /// Sixteen bytes in wire order.
  fileprivate init(bytes: Slice<UnsafeRawBufferPointer>) {
    let half = { (range: Slice<UnsafeRawBufferPointer>.SubSequence) in range.reduce(0 as UInt64) { $0 << 8 | UInt64($1) } }
    self.init(high: half(bytes.prefix(8)), low: half(bytes.dropFirst(8).prefix(8)))
  }
}
