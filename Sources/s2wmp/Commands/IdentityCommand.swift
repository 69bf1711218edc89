import ArgumentParser

/// `s2wmp identity`: keys, the IDs that are made of them, and their fingerprints.
struct IdentityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identity",
    abstract: "Make or show a key, its user ID and fingerprint.",
    discussion: """
      s2wmp identity new alice.pem                  a key file (mode 0600)
      s2wmp identity new --state ~/.s2wmp           a key for a peer
      s2wmp identity show alice.pem
      s2wmp identity fingerprint --state ~/.s2wmp   to compare by telephone
      s2wmp identity export alice.pem               the public key

      An identity is a D-H private key and, in suite rsa, an RSA private key, as PKCS #8 \
      PEM. The user ID is a hash of the public half: a new key is a new ID.

      A passphrase comes from --passphrase-file, from the variable S2WMP_PASSPHRASE, or \
      is asked for on the terminal; never from the command line, which everybody on the \
      machine can read. Exit status: 3 when a key cannot be read, made or written.
      """,
    subcommands: [IdentityNew.self, IdentityShow.self, IdentityFingerprint.self, IdentityExport.self])
}

/// Which key file is meant.
struct IdentityPlace: ParsableArguments {
  @Argument(help: ArgumentHelp("The key file.", valueName: "file"))
  var file: String?

  @Option(help: ArgumentHelp("The key of this state folder of a peer (its identity.pem).", valueName: "dir"))
  var state: String?

  func validate() throws {
    guard (file == nil) != (state == nil) else { throw ValidationError("name a key file, or the state folder by --state, and not both") }
    if file?.isEmpty == true || state?.isEmpty == true { throw ValidationError("an empty name is neither a file nor a folder") }
  }
}

/// Where the passphrase of a key comes from.
struct PassphraseArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The passphrase of the key: the first line of this file (or the variable S2WMP_PASSPHRASE).", valueName: "file"))
  var passphraseFile: String?
}
