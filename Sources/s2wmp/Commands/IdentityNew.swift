import ArgumentParser
import Glibc
import S2WMPCrypto
import S2WMPWire

/// `s2wmp identity new`.
struct IdentityNew: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Make a key and write it to a file.",
    discussion: """
      s2wmp identity new alice.pem
      s2wmp identity new alice.pem --suite dh --group x25519
      s2wmp identity new --state ~/.s2wmp --encrypt

      The file is written whole or not at all, with mode 0600. An existing key is never \
      overwritten, except by --force: the old ID is lost then, and friends have to be \
      made anew. (A running peer changes its key in order: regenerate-key.)
      """)

  /// For which dialect a key is.
  enum KeyDialect: String, ExpressibleByArgument, CaseIterable {
    case v1, legacy
  }

  @OptionGroup var place: IdentityPlace

  @Option(help: ArgumentHelp("How messages to you are encrypted: rsa or dh.", valueName: "suite"))
  var suite: Suite = .rsa

  @Option(help: ArgumentHelp("Key exchange group: ffdhe2048, ffdhe3072, ffdhe4096 or x25519.", valueName: "group"))
  var group: KeyGroup = .ffdhe3072

  @Option(help: ArgumentHelp("Size of the RSA key, 2048 to 4096.", valueName: "bits"))
  var rsaBits = 3072

  @Option(help: ArgumentHelp("Kind of key: v1, or legacy for the 512-bit D-H of the 2016 program.", valueName: "dialect"))
  var dialect: KeyDialect = .v1

  @OptionGroup var passphrase: PassphraseArguments

  @Flag(help: "Protect the key with a passphrase that is asked for on the terminal.")
  var encrypt = false

  @Flag(help: "Replace a key that is there already.")
  var force = false

  func validate() throws {
    if dialect == .legacy, place.state != nil { throw ValidationError("--dialect legacy makes a key file, not a state folder: name the file") }
    guard Identity.rsaSizes.contains(rsaBits) else { throw ValidationError("--rsa-bits is \(Identity.rsaSizes.lowerBound) to \(Identity.rsaSizes.upperBound)") }
  }

  func run() throws {
    let lock = try place.state.map { try StateLock(folder: $0) }
    defer { lock?.release() }
    // Before a passphrase is asked for and time is spent.
    if !force, access(place.path, F_OK) == 0 { throw CommandError(description: Printable.text(Self.taken(place.path))) }
    let secret = try Passphrase.read(file: passphrase.passphraseFile) ?? (encrypt ? PassphrasePrompt.askForNew() : nil)
    try write(make(secret))
    let source = try IdentitySource(written: place.path, pemPassphrase: secret)
    StandardOutput.write(IdentityText.summary(source))
  }

  private func make(_ passphrase: SecretBytes?) throws -> SecretBytes {
    do throws(IdentityError) {
      if dialect == .legacy { return try LegacyKey.generate().pem(passphrase: passphrase) }
      return try Identity.generate(suite: suite, group: group, rsaBits: rsaBits).pem(passphrase: passphrase)
    } catch {
      throw CommandError(description: error.description)
    }
  }

  private func write(_ pem: SecretBytes) throws {
    do throws(IdentityFileError) { try IdentityFile.write(pem, to: place.path, replacing: force) } catch {
      throw CommandError(description: Printable.text(error.problem == .exists ? Self.taken(place.path) : error.description))
    }
  }

  private static func taken(_ path: String) -> String {
    "\(path) exists already and was not touched; name another file, or give --force to lose that key and its ID"
  }
}

/// Holds a peer's state folder, so that no peer runs on it meanwhile.
struct StateLock {
  private var file: Int32

  /// Makes the folder when there is none. Throws a `CommandError`.
  init(folder: String) throws {
    let name = Printable.text(folder)
    if mkdir(folder, 0o700) != 0, errno != EEXIST {
      throw CommandError(description: "the state folder \(name) cannot be made: \(String(cString: strerror(errno)))")
    }
    file = open(folder + "/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw CommandError(description: "the state folder \(name) cannot be used: \(String(cString: strerror(errno)))") }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      throw CommandError(description: "the state folder \(name) is in use by another process: end that one, or name another folder")
    }
  }

  func release() { close(file) }
}
