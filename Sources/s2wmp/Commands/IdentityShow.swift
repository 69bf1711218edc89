import ArgumentParser
import S2WMPCrypto
import S2WMPWire

/// `s2wmp identity show`.
struct IdentityShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a key's user ID, fingerprint and kind; never the private key.",
    discussion: """
      s2wmp identity show alice.pem
      s2wmp identity show --state ~/.s2wmp --format json
      """)

  /// How it is shown.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  @OptionGroup var place: IdentityPlace
  @Option(help: "text, or json: one object on one line.") var format: Format = .text
  @OptionGroup var passphrase: PassphraseArguments

  func run() throws {
    let source = try IdentitySource(place, passphrase)
    StandardOutput.write(format == .text ? IdentityText.summary(source) : IdentityText.json(source))
  }
}

/// `s2wmp identity fingerprint`.
struct IdentityFingerprint: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fingerprint",
    abstract: "Print a key's fingerprint, for reading aloud.",
    discussion: """
      Eight groups of five digits, made of the SHA-256 of the public key. Two people who \
      see the same one for a key hold the same key: nobody sits between them.
      """)

  @OptionGroup var place: IdentityPlace
  @OptionGroup var passphrase: PassphraseArguments

  func run() throws {
    StandardOutput.write(try IdentitySource(place, passphrase).fingerprint + "\n")
  }
}

/// What is printed about a key.
enum IdentityText {
  static func summary(_ source: IdentitySource) -> String {
    var lines: [(String, String)] = []
    if let id = source.userID { lines.append(("user ID", id.hex)) }
    lines.append(("fingerprint", source.fingerprint))
    switch source.key {
    case .v1(let identity): lines.append(("suite", identity.suite.rawValue))
    case .legacy: lines.append(("dialect", "legacy"))
    }
    lines.append(("key", source.kind))
    lines.append(("file", Printable.text(source.path) + (source.isEncrypted ? " (encrypted)" : "")))
    return lines.map { $0 + String(repeating: " ", count: 13 - $0.count) + $1 + "\n" }.joined()
  }

  static func json(_ source: IdentitySource) -> String {
    var members: [String] = []
    if let id = source.userID { members.append("\"user_id\":\"\(id.hex)\"") }
    members.append("\"fingerprint\":\"\(source.fingerprint)\"")
    switch source.key {
    case .v1(let identity):
      members.append("\"dialect\":\"v1\",\"suite\":\"\(identity.suite.rawValue)\",\"group\":\"\(identity.group.rawValue)\"")
      members.append("\"rsa_bits\":\(identity.key.rsaBits.map(String.init) ?? "null")")
    case .legacy: members.append("\"dialect\":\"legacy\"")
    }
    members.append("\"encrypted\":\(source.isEncrypted),\"public_key\":\"\(Hex.string(source.publicKey))\"")
    return "{\(members.joined(separator: ","))}\n"
  }
}
