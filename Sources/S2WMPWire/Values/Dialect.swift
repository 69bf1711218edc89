/// The two forms of the protocol found in the wild.
public enum Dialect: UInt8, Sendable, CaseIterable {
  /// The document, byte-aligned.
  case v1 = 0
  /// What the authors' own 2016 program sends.
  case legacy = 1

  /// The name used in every output and option.
  public var name: String { self == .v1 ? "v1" : "legacy" }

  public init?(name: String) {
    switch name {
    case "v1": self = .v1
    case "legacy": self = .legacy
    default: return nil
    }
  }
}

/// Port numbers that peers and servers use unless configured otherwise (S2WMP §2.1).
public enum DefaultPort {
  /// Peer: TCP, and UDP unicast.
  public static let peer: UInt16 = 5000
  /// Peer discovery: UDP broadcast.
  public static let discovery: UInt16 = 5001
  /// Bootstrap server's replies in the legacy dialect: UDP.
  public static let legacyReply: UInt16 = 5002
  /// Bootstrap server: UDP and TCP.
  public static let bootstrap: UInt16 = 5005
}

/// The protocol version that both dialects carry in their first byte (S2WMP §3.2.1, field V).
@inlinable public var protocolVersion: UInt8 { 1 }
