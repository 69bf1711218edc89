import S2WMPWire

/// The ID of a client program (S2WMP wire format, section 5.3).
public enum ClientID {
  /// Ours is named so.
  public static let ownName = "s2wmp-swift/1"
  public static let own = of(program: ownName)

  /// SHA-256 of the name, truncated.
  public static func of(program name: String) -> Identifier {
    Array(name.utf8).withUnsafeBytes { Digest.identifier(sha256: $0) }
  }
}
