import ArgumentParser
import S2WMPCrypto
import S2WMPWire

/// `s2wmp identity export`.
struct IdentityExport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the public key of a private one.",
    discussion: """
      s2wmp identity export alice.pem                        PEM, for openssl
      s2wmp identity export alice.pem --format hex           as a packet's public_key
      s2wmp identity export alice.pem --format der -o k.der  the same, raw bytes

      In suite rsa there are two keys: two PEM blocks, or two DER structures back to \
      back, the D-H key first. The user ID is the first half of the SHA-256 of the \
      der output.
      """)

  /// What the key is written as.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case pem, der, hex
  }

  @OptionGroup var place: IdentityPlace
  @Option(help: "pem, der or hex.") var format: Format = .pem
  @Option(name: [.short, .long], help: ArgumentHelp("Write to this file; - is standard output.", valueName: "file")) var output = "-"
  @OptionGroup var passphrase: PassphraseArguments

  func run() throws {
    let field = try IdentitySource(place, passphrase).publicKey
    do {
      try OutputBytes.write(bytes(field), to: output)
    } catch let error as WholeFileError {
      throw CommandError(description: Printable.text(error.description))
    }
  }

  private func bytes(_ field: [UInt8]) -> [UInt8] {
    switch format {
    case .der: field
    case .hex: Array((Hex.string(field) + "\n").utf8)
    case .pem: Array(PublicKeyPEM.text(field).utf8)
    }
  }
}
