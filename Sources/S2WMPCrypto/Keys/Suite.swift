/// With what a message's body is encrypted (S2WMP wire format, section 5.1).
public enum Suite: String, Sendable, CaseIterable {
  /// RSA and D-H: the default.
  case rsa
  /// D-H alone.
  case dh
}

/// The group of a D-H key (S2WMP wire format, section 5.1).
public enum KeyGroup: String, Sendable, CaseIterable {
  case ffdhe2048, ffdhe3072, ffdhe4096, x25519

  /// Bytes of the shared secret `Z`, left-padded.
  public var secretLength: Int {
    switch self {
    case .ffdhe2048: 256
    case .ffdhe3072: 384
    case .ffdhe4096: 512
    case .x25519: 32
    }
  }

  /// The prime of a finite field; nil for X25519. The generator is 2.
  var prime: [UInt8]? {
    switch self {
    case .ffdhe2048: FFDHE.prime2048
    case .ffdhe3072: FFDHE.prime3072
    case .ffdhe4096: FFDHE.prime4096
    case .x25519: nil
    }
  }
}
