import S2WMPCrypto
import S2WMPWire

/// Stand-ins for values, made from a secret: the same value always has the same one, and without the secret nobody can tell which value it was,
/// nor try out guesses (HMAC-SHA-256).
public final class Pseudonyms {
  /// What a value is, so that equal bytes of different kinds have different stand-ins.
  enum Kind: UInt8 {
    case address, identifier, name, key, ciphertext, number
  }

  private let keyed: KeyedHash

  /// - secret: any bytes; at least 16 that nobody can guess, or guesses can be tried out.
  public init(secret: SecretBytes) {
    let digest = secret.withBytes { Digest.sha256($0) }
    keyed = KeyedHash(key: SecretBytes(digest))
  }

  /// Sixteen bytes for a value.
  func identifier(_ kind: Kind, _ value: some Collection<UInt8>, _ counter: UInt32 = 0) -> Identifier {
    let head = [kind.rawValue] + withUnsafeBytes(of: counter.bigEndian) { Array($0) }
    let bytes = Array(value)
    return head.withUnsafeBytes { head in bytes.withUnsafeBytes { keyed.hash(head, $0) } }
  }

  /// As many bytes as wanted for a value.
  func bytes(_ kind: Kind, _ value: some Collection<UInt8>, count: Int) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(count + 16)
    var counter: UInt32 = 0
    while out.count < count {
      out += identifier(kind, value, counter).bytes
      counter += 1
    }
    return Array(out.prefix(count))
  }

  /// One bit for a value.
  func bit(_ kind: Kind, _ value: some Collection<UInt8>) -> UInt8 { UInt8(truncatingIfNeeded: identifier(kind, value).low & 1) }
}
