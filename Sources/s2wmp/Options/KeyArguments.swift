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

  /// `--keys a b` names two key files: what cannot be a capture and is one of keys is taken for that.
  func captures(among files: [String]) -> [String] { keys.isEmpty ? files : files.filter { !KeyFiles.isKeyFile(at: $0) } }

  /// Reads them all; `more` are further files.
  func material(and more: [String] = []) throws -> KeyMaterial {
    try KeyFiles(passphraseFile: passphraseFile).material(from: keys + more)
  }
}
