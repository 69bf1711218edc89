import Glibc
import S2WMPAnalysis
import S2WMPCapture
import S2WMPCrypto
import S2WMPReport

/// Reads what `--keys` names: key logs, PEM files, state folders. What a file is, its content says.
struct KeyFiles {
  /// More than any key log that is read whole.
  static let limit = 64 << 20

  var passphraseFile: String?
  private var material = KeyMaterial()
  /// PEM files of one half of an identity, which another file may complete.
  private var halves: (diffieHellman: [SecretBytes], rsa: [(path: String, pem: SecretBytes)]) = ([], [])

  init(passphraseFile: String?) { self.passphraseFile = passphraseFile }

  func material(from paths: [String]) throws -> KeyMaterial {
    var files = self
    for path in paths { try files.add(path) }
    try files.joinHalves()
    return files.material
  }

  private mutating func add(_ path: String) throws {
    var status = stat()
    guard path != "-" else { throw CommandError(description: "--keys - would read keys from standard input: name a file") }
    guard stat(path, &status) == 0 else { throw Self.unreadable(path, errno) }
    if status.st_mode & S_IFMT == S_IFDIR { return try addFolder(path) }
    let bytes = try Self.read(path)
    if Self.isPEM(bytes) { try addPEM(bytes, path) } else { material.add(try Self.log(bytes, path)) }
  }

  static func read(_ path: String) throws -> [UInt8] {
    do {
      return try InputBytes.read(path, limit: limit)
    } catch let error as WholeFileError {
      if case .tooLarge = error.problem { throw CommandError(description: "\(Printable.text(path)) is larger than any key file") }
      throw CommandError(description: "the key file \(Printable.text("\(error)"))")
    }
  }

  private static func unreadable(_ path: String, _ code: Int32) -> CommandError {
    CommandError(description: "the key file \(Printable.text(path)) cannot be read: \(String(cString: strerror(code)).lowercased())")
  }

  static func log(_ bytes: [UInt8], _ path: String) throws -> KeyLog {
    do {
      return try bytes.withUnsafeBytes { try KeyLog(parsing: $0) }
    } catch {
      throw CommandError(
        description: "\(Printable.text(path)) cannot be used: \(error); a key file is a key log, PEM private keys, or a peer's state folder")
    }
  }

  static func isPEM(_ bytes: [UInt8]) -> Bool { KeyText.contains(bytes, "-----BEGIN ") }

  /// Whether a file among captures is one of keys: for those that stand behind `--keys` without an option of their own.
  static func isKeyFile(at path: String) -> Bool {
    var status = stat()
    guard path != "-", stat(path, &status) == 0 else { return false }
    if status.st_mode & S_IFMT == S_IFDIR { return true }
    guard status.st_mode & S_IFMT == S_IFREG, let file = fopen(path, "rb") else { return false }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
    return isPEM(bytes) || ["Z ", "CEK ", "#"].contains { bytes.starts(with: $0.utf8) }
  }

  /// A regular file that holds no private keys.
  static func isKeyLog(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, let bytes = try? InputBytes.read(path, limit: limit) else { return false }
    return !isPEM(bytes)
  }

  // MARK: - Folders

  /// `identity*.pem` and key logs: `keylog`, `keylog.txt`, `NAME.keylog`.
  private mutating func addFolder(_ path: String) throws {
    let names = try Self.names(in: path).filter { Self.isKeyFile(named: $0) }
    guard !names.isEmpty else {
      throw CommandError(description: "the folder \(Printable.text(path)) holds no keys: a peer's state folder has an identity.pem")
    }
    var seen: Set<[UInt8]> = []
    for name in names {
      let bytes = try Self.read(path + "/" + name)
      // The current key is there twice: as identity.pem and under its ID.
      guard seen.insert(bytes).inserted else { continue }
      if Self.isPEM(bytes) { try addPEM(bytes, path + "/" + name) } else { material.add(try Self.log(bytes, path + "/" + name)) }
    }
  }

  private static func isKeyFile(named name: String) -> Bool {
    name.hasPrefix("identity") && name.hasSuffix(".pem") || name == "keylog" || name == "keylog.txt" || name.hasSuffix(".keylog")
  }

  private static func names(in path: String) throws -> [String] {
    guard let folder = opendir(path) else { throw unreadable(path, errno) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      names.append(withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names.sorted()
  }

  // MARK: - Private keys

  private mutating func addPEM(_ bytes: [UInt8], _ path: String) throws {
    let pem = SecretBytes(bytes)
    let isEncrypted = KeyText.contains(bytes, "-----BEGIN ENCRYPTED PRIVATE KEY-----")
    let passphrase = isEncrypted ? try Passphrase.read(file: passphraseFile) : nil
    do throws(IdentityError) {
      let identity = try Identity(pem: pem, passphrase: passphrase)
      material.add(identity)
      if identity.suite == .dh { halves.diffieHellman.append(try identity.pem(passphrase: nil)) }
    } catch .onlyRSA {
      try addRSA(pem, passphrase, path)
    } catch .notAllowed(let fault) {
      // A group that v1 does not have may be the legacy dialect's.
      guard let key = try? LegacyKey(pem: bytes, passphrase: passphrase) else { throw Self.unusable(path, .notAllowed(fault)) }
      material.add(key)
    } catch {
      throw Self.unusable(path, error)
    }
  }

  private mutating func addRSA(_ pem: SecretBytes, _ passphrase: SecretBytes?, _ path: String) throws {
    halves.rsa.append((path, pem))
    material.add(looseKey: try Self.join(try Self.throwaway(), pem, passphrase, path))
  }

  /// D-H and RSA keys in files of their own: which belong together is not said, so each is tried with each.
  private mutating func joinHalves() throws {
    for rsa in halves.rsa {
      let isEncrypted = rsa.pem.withBytes { KeyText.contains($0, "-----BEGIN ENCRYPTED PRIVATE KEY-----") }
      let passphrase = isEncrypted ? try Passphrase.read(file: passphraseFile) : nil
      for first in halves.diffieHellman.prefix(16) { material.add(try Self.join(first, rsa.pem, passphrase, rsa.path)) }
    }
  }

  /// A D-H key that stands in for the one that was not given.
  private static func throwaway() throws -> SecretBytes { try Identity.generate(suite: .dh, group: .x25519).pem(passphrase: nil) }

  private static func join(_ first: SecretBytes, _ second: SecretBytes, _ passphrase: SecretBytes?, _ path: String) throws -> Identity {
    let both = SecretBytes(count: first.count + second.count) { out in
      first.withBytes { out.copyMemory(from: $0) }
      second.withBytes { UnsafeMutableRawBufferPointer(rebasing: out[first.count...]).copyMemory(from: $0) }
    }
    do throws(IdentityError) { return try Identity(pem: both, passphrase: passphrase) } catch { throw unusable(path, error) }
  }

  private static func unusable(_ path: String, _ error: IdentityError) -> CommandError {
    let hint = error == .passphraseMissing ? " with --passphrase-file or the variable S2WMP_PASSPHRASE" : ""
    return CommandError(description: "the key file \(Printable.text(path)) cannot be used: \(error)\(hint)")
  }
}

/// Looking for words in bytes.
enum KeyText {
  static func contains(_ bytes: UnsafeRawBufferPointer, _ words: String) -> Bool {
    let wanted = Array(words.utf8)
    guard let base = bytes.baseAddress, let first = wanted.first else { return false }
    var at = 0
    while at + wanted.count <= bytes.count, let found = memchr(base + at, Int32(first), bytes.count - at) {
      at = UnsafeRawPointer(found) - base
      if bytes[at...].starts(with: wanted) { return true }
      at += 1
    }
    return false
  }

  static func contains(_ bytes: [UInt8], _ words: String) -> Bool { bytes.withUnsafeBytes { contains($0, words) } }
}
