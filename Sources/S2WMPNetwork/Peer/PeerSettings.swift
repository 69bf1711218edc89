import S2WMPCrypto
import S2WMPPeer
import S2WMPWire

/// Where to listen: a host name, an address or the any-address, and a port; port 0 picks one that is free for TCP and UDP.
public struct ListenAddress: Hashable, Sendable {
  public var host: String
  public var port: UInt16

  public init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// `HOST:PORT`; an IPv6 address stands in brackets.
  public init?(text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    var host = text[..<colon]
    if host.first == "[", host.last == "]" {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty else { return nil }
    self.init(host: String(host), port: port)
  }

  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// What a `PeerService` needs to know before it starts.
public struct PeerSettings: Sendable {
  public var configuration: PeerConfiguration
  public var dialect: Dialect = .v1
  /// Empty: the default port on every IPv4 address, and on every IPv6 address where the machine has IPv6.
  public var listen: [ListenAddress] = []
  /// Nil: nothing is kept, and the identity is a new one.
  public var stateFolder: String?
  /// Protects the private keys in the state folder.
  public var passphrase: SecretBytes?
  /// Nil: that of the identity in the state folder, or `rsa` for a new one.
  public var suite: Suite?
  /// Nil: that of the identity in the state folder, or `ffdhe3072` for a new one.
  public var group: KeyGroup?
  /// UDP port of peer discovery.
  public var discoveryPort: UInt16 = DefaultPort.discovery
  /// UDP port to which BSM is broadcast.
  public var bootstrapPort: UInt16 = DefaultPort.bootstrap
  /// Legacy dialect: the TCP port at which others take our answers (S2WMP wire format, appendix L).
  public var legacyReplyPort: UInt16 = DefaultPort.peer
  /// File to which key log lines are appended (S2WMP wire format, section 5.6).
  public var keyLog: String?
  /// Name of a planted deviation from the specification.
  public var defect: String?

  public init(configuration: PeerConfiguration) { self.configuration = configuration }
}
