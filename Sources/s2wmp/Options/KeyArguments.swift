import ArgumentParser
import S2WMPAnalysis

/// What to decrypt with: the same for recorded and live traffic.
struct KeyArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Decrypt with a key log, a file of PEM private keys, or a peer's state folder (repeatable).", valueName: "file"))
  var keys: [String] = []

  @Option(
    help: ArgumentHelp(
      "What protects encrypted private keys: the first line of this file (or the variable S2WMP_PASSPHRASE).", valueName: "file"))
  var passphraseFile: String?

  /// Reads them all; `more` are further files.
  func material(and more: [String] = []) throws -> KeyMaterial {
    try KeyFiles(passphraseFile: passphraseFile).material(from: keys + more)
  }
}
