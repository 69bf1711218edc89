import S2WMPCrypto
import S2WMPWire

/// A private key as read from where the user said.
struct IdentitySource {
  /// A key of either dialect.
  enum Key {
    case v1(Identity)
    case legacy(LegacyKey)
  }

  var path: String
  var key: Key
  var isEncrypted: Bool

  /// Reads back what was just written: what is shown is what is there.
  init(written path: String, pemPassphrase: SecretBytes?) throws {
    self.path = path
    isEncrypted = pemPassphrase != nil
    do throws(IdentityFileError) { key = try Self.key(IdentityFile.read(path).pem, pemPassphrase, path) } catch {
      throw CommandError(description: Printable.text(error.description))
    }
  }

  /// Reads the key; asks for the passphrase when it is encrypted and none was given. Throws a `CommandError`.
  init(_ place: IdentityPlace, _ passphrase: PassphraseArguments) throws {
    path = place.path
    do {
      let content = try IdentityFile.read(path)
      isEncrypted = content.isEncrypted
      if content.isExposed {
        StandardError.complain("warning: others may read or change \(Printable.text(path)); chmod 600 keeps it yours")
      }
      let secret = try content.isEncrypted ? Self.passphrase(passphrase, for: path) : nil
      key = try Self.key(content.pem, secret, path)
    } catch let error as IdentityFileError {
      throw CommandError(description: Printable.text(error.description))
    }
  }

  /// What v1 does not take may still be a key of the legacy dialect.
  private static func key(_ pem: SecretBytes, _ passphrase: SecretBytes?, _ path: String) throws(IdentityFileError) -> Key {
    do throws(IdentityError) { return .v1(try Identity(pem: pem, passphrase: passphrase)) } catch {
      if error == .notAllowed(.unknownGroup), let legacy = try? LegacyKey(pem: pem, passphrase: passphrase) { return .legacy(legacy) }
      throw IdentityFileError(path, .content(error))
    }
  }

  private static func passphrase(_ arguments: PassphraseArguments, for path: String) throws -> SecretBytes? {
    if let given = try Passphrase.read(file: arguments.passphraseFile) { return given }
    return try PassphrasePrompt.ask("Passphrase of \(Printable.text(path)): ")
  }
}

/// What is public about a key.
extension IdentitySource {
  /// The `public_key` field.
  var publicKey: [UInt8] {
    switch key {
    case .v1(let identity): identity.publicKey
    case .legacy(let key): key.publicKey
    }
  }

  var fingerprint: String { PeerKey.fingerprint(ofField: publicKey) }

  /// Nil in the legacy dialect, whose IDs are random.
  var userID: Identifier? {
    guard case .v1(let identity) = key else { return nil }
    return identity.userID
  }

  /// `ffdhe3072 + RSA-3072`.
  var kind: String {
    switch key {
    case .v1: PublicKeyField.parse(publicKey)?.description ?? ""
    case .legacy: PublicKeyField.parse(publicKey, .legacy)?.description ?? ""
    }
  }
}

extension IdentityPlace {
  var path: String { file ?? (state ?? ".") + "/" + IdentityFile.name }
}
