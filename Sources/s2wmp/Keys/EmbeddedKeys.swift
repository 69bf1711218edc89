import S2WMPAnalysis
import S2WMPCapture
import S2WMPCrypto

/// Key logs inside captures: what our kind of decryption secrets is.
enum EmbeddedKeys {
  /// "S2WK": the secrets are the text of a key log (S2WMP wire format, section 5.6).
  static let type: UInt32 = 0x5332_574b

  static func secrets(_ text: [UInt8]) -> DecryptionSecrets { DecryptionSecrets(type: type, bytes: text) }

  /// The key logs among secrets; nil for those that cannot be read as one.
  static func logs(_ secrets: [DecryptionSecrets]) -> [KeyLog?] {
    secrets.filter { $0.type == type }.map { secrets in secrets.bytes.withUnsafeBytes { try? KeyLog(parsing: $0) } }
  }
}

/// The secrets of one recorded capture on their way to its analysis and, with `--write`, to another capture.
final class CarriedSecrets: SecretsSupply {
  private(set) var all: [DecryptionSecrets] = []
  private var known: Set<DecryptionSecrets> = []
  private var told = 0

  func add(_ secrets: DecryptionSecrets) {
    if known.insert(secrets).inserted { all.append(secrets) }
  }

  func everything() -> [DecryptionSecrets] {
    told = all.count
    return all
  }

  func news() -> [DecryptionSecrets] {
    if told == all.count { return [] }
    defer { told = all.count }
    return Array(all[told...])
  }
}
