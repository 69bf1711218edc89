import S2WMPAnalysis
import S2WMPCapture
import S2WMPCrypto

/// Key logs inside captures: what our kind of decryption secrets is.
enum EmbeddedKeys {
  /// "S2WK": the secrets are the text of a key log (S2WMP wire format, section 5.6).
  static let type: UInt32 = 0x5332_574b

  static func secrets(_ text: [UInt8]) -> DecryptionSecrets { DecryptionSecrets(type: type, bytes: text) }

  /// What the key logs among secrets say, and how many of their lines cannot be read.
  static func log(in secrets: [DecryptionSecrets]) -> (log: KeyLog, badLines: Int) {
    var found: (log: KeyLog, badLines: Int) = (KeyLog(), 0)
    for secrets in secrets where secrets.type == type {
      let (log, badLines) = readable(in: secrets.bytes)
      found.log.merge(log)
      found.badLines += badLines
    }
    return found
  }

  /// The lines of a key log that can be read.
  static func readable(in text: [UInt8]) -> (log: KeyLog, badLines: Int) {
    if let log = text.withUnsafeBytes({ try? KeyLog(parsing: $0) }) { return (log, 0) }
    var found: (log: KeyLog, badLines: Int) = (KeyLog(), 0)
    for line in text.split(separator: 0x0a) {
      if let log = line.withUnsafeBytes({ try? KeyLog(parsing: $0) }) { found.log.merge(log) } else { found.badLines += 1 }
    }
    return found
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
