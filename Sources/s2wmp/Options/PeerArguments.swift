import ArgumentParser
import S2WMPCrypto
import S2WMPFlow
import S2WMPNetwork
import S2WMPPeer
import S2WMPWire

/// The options of every command that is a peer.
struct PeerArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Your user name, as friends see it: 1 to 255 printable ASCII characters (default: the login name).", valueName: "name"))
  var name: String?

  @Option(
    help: ArgumentHelp(
      "Take connections and datagrams here; repeatable; [ADDRESS]:PORT for IPv6; port 0 picks one (default: port 5000 on every address).",
      valueName: "host:port"))
  var listen: [String] = []

  @Option(help: ArgumentHelp("Keep identity, friends and messages in this folder; without it all is gone when the program ends.", valueName: "dir"))
  var state: String?

  @Option(
    help: ArgumentHelp("What protects the private key in the state folder: the first line of this file (or the variable S2WMP_PASSPHRASE).", valueName: "file"))
  var passphraseFile: String?

  @Option(help: ArgumentHelp("Answer to chat requests: auto, ask or deny.", valueName: "policy"))
  var accept: PeerConfiguration.Acceptance = .ask

  @Option(help: ArgumentHelp("How messages to a new identity are encrypted: rsa or dh (default: rsa, or what the identity is of).", valueName: "suite"))
  var suite: Suite?

  @Option(
    help: ArgumentHelp(
      "Key exchange group of a new identity: ffdhe2048, ffdhe3072, ffdhe4096 or x25519 (default: ffdhe3072, or what the identity is of).", valueName: "group"))
  var group: KeyGroup?

  @Option(help: ArgumentHelp("The bootstrap server; without it one is looked for by broadcast. Default port: 5005.", valueName: "host:port"))
  var bootstrap: String?

  @Option(help: ArgumentHelp("UDP port on which bootstrap servers hear broadcasts.", valueName: "n"))
  var bootstrapPort: UInt16 = DefaultPort.bootstrap

  @Option(help: ArgumentHelp("UDP port on which peers hear each other's broadcasts.", valueName: "n"))
  var discoveryPort: UInt16 = DefaultPort.discovery

  @Flag(help: "Neither broadcast nor listen for broadcasts.")
  var noDiscovery = false

  @Option(help: ArgumentHelp("Accept messages from this client program too; repeatable. Ours is \(ClientID.ownName).", valueName: "name"))
  var allowClient: [String] = []

  @Option(help: ArgumentHelp("How long a packet may stall before its connection is closed.", valueName: "seconds"))
  var readTimeout: Double = 5

  @Option(help: ArgumentHelp("Append session keys to this file, for s2wmp decode --keys (or the variable S2WMP_KEYLOG).", valueName: "file"))
  var keylog: String?

  @Option(name: .customLong("dialect"), help: ArgumentHelp("The dialect to speak: v1 or legacy.", valueName: "dialect"))
  var dialectName = Dialect.v1.name

  var dialect: Dialect { Dialect(name: dialectName) ?? .v1 }

  @Option(help: ArgumentHelp("Legacy dialect: the port of other peers, to which all answers go.", valueName: "n"))
  var legacyPort: UInt16 = DefaultPort.peer

  @Option(help: ArgumentHelp("Deviate from the specification on purpose, to test testers; 'list' shows the names.", valueName: "name"))
  var defect: String?

  @Option(help: ArgumentHelp("What the log on standard error tells: error, warning, notice, info, debug or trace.", valueName: "level"))
  var logLevel: LogLevel = .warning

  func validate() throws {
    if Dialect(name: dialectName) == nil { throw ValidationError("--dialect is v1 or legacy, not \(Printable.text(dialectName))") }
    if let name, !UserName.isValid(name.utf8) { throw ValidationError("--name is 1 to 255 printable ASCII characters") }
    for text in listen where ListenAddress(text: text) == nil {
      throw ValidationError("--listen \(Printable.text(text)) is not HOST:PORT (an IPv6 address stands in brackets: [::1]:5000)")
    }
    if let bootstrap, serverAddress(bootstrap) == nil { throw ValidationError("--bootstrap \(Printable.text(bootstrap)) is not HOST:PORT") }
    for client in allowClient where client.isEmpty || !client.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) {
      throw ValidationError("--allow-client is the client program's name in printable ASCII, for example \(ClientID.ownName)")
    }
    guard readTimeout >= 0.01, readTimeout <= 86_400 else { throw ValidationError("--read-timeout is 0.01 to 86400 seconds") }
    if let defect, defect != "list" {
      guard PlantedDefect(name: defect) != nil else {
        throw ValidationError("--defect \(Printable.text(defect)) names no defect; '--defect list' shows them")
      }
      guard dialect == .v1 else { throw ValidationError("--defect is for the dialect v1") }
    }
    if discoveryPort == 0 { throw ValidationError("--discovery-port is 1 to 65535: others must know it") }
  }

  private func serverAddress(_ text: String) -> ListenAddress? {
    ListenAddress(text: text) ?? ListenAddress(text: text + ":\(DefaultPort.bootstrap)")
  }
}

extension PeerArguments {
  /// What a `PeerService` takes. Looks the bootstrap server's name up and reads the passphrase: throws a `CommandError`.
  func settings() throws -> PeerSettings {
    var configuration = PeerConfiguration(name: name ?? Self.loginName)
    configuration.acceptance = accept
    configuration.allowedClients = Set(allowClient.map { dialect == .legacy ? LegacyClientID.of(program: $0) : ClientID.of(program: $0) })
    configuration.bootstrapServer = try bootstrap.flatMap(serverAddress).map { try Self.lookUp($0) }
    configuration.discovers = !noDiscovery
    configuration.readTimeout = UInt64(readTimeout * 1_000_000_000)
    var settings = PeerSettings(configuration: configuration)
    settings.dialect = dialect
    settings.listen = listen.compactMap { ListenAddress(text: $0) }
    settings.stateFolder = state
    settings.passphrase = try Passphrase.read(file: passphraseFile)
    settings.suite = suite
    settings.group = group
    settings.discoveryPort = discoveryPort
    settings.bootstrapPort = bootstrapPort
    settings.legacyReplyPort = legacyPort
    settings.keyLog = keylog ?? Environment["S2WMP_KEYLOG"].flatMap { $0.isEmpty ? nil : $0 }
    settings.defect = defect
    return settings
  }

  /// Our requests leave from a socket of the server's family, so IPv4 goes first where the name has both.
  private static func lookUp(_ address: ListenAddress) throws -> Endpoint {
    do throws(PeerSetupError) {
      let found = try HostLookup.endpoints(host: address.host, port: address.port)
      return found.first { $0.isIPv4 } ?? found[0]
    } catch {
      throw CommandError(description: error.description)
    }
  }

  private static var loginName: String {
    for variable in ["USER", "LOGNAME"] {
      if let name = Environment[variable], UserName.isValid(name.utf8) { return name }
    }
    return "anonymous"
  }
}

extension PeerConfiguration.Acceptance: ExpressibleByArgument {}
extension Suite: ExpressibleByArgument {}
extension KeyGroup: ExpressibleByArgument {}
