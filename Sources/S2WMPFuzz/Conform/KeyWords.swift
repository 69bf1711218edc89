extension CaseWords {
  /// `the key's public value is p−1`.
  public static func key(_ key: KeyChoice) -> String {
    switch key {
    case .garbage(let count): "the key is \(counted(count, "byte")) that are no DER"
    case .truncated(let count): "the key lacks its last \(count == 1 ? "byte" : "\(count) bytes")"
    case .trailing(let count): "\(counted(count, "byte")) behind the key"
    case .otherGroup: "a key of another group"
    case .otherSuite: "a key of the other suite"
    case .valueZero, .valueOne, .valueMinusOne, .valuePrime, .valueAbovePrime, .valueLong: "the key's public value is \(publicValue(key))"
    case .lowOrderPoint(let number): "the key is X25519 point \(number) that makes the secret zero"
    case .x942: "the key is marked as X9.42"
    case .otherPrime: "the key's prime is no group's"
    case .otherGenerator: "the key has another generator"
    case .longLength: "a length in the key takes a byte too many"
    case .leadingZero: "a number in the key has a needless leading zero"
    case .privateValueLength: "the key has a privateValueLength"
    case .rsaBits, .rsaExponent3, .rsaEven, .rsaNoNull, .rsaFirst, .rsaOnly: rsa(key)
    case .third: "a third key behind the two"
    case .ofOther: "another friend's key"
    case .ofTarget: "the target's key"
    case .own: "the sender's own key"
    }
  }

  private static func publicValue(_ key: KeyChoice) -> String {
    switch key {
    case .valueZero: "0"
    case .valueOne: "1"
    case .valueMinusOne: "p−1"
    case .valuePrime: "p"
    case .valueAbovePrime: "p+1"
    default: "longer than p"
    }
  }

  private static func rsa(_ key: KeyChoice) -> String {
    switch key {
    case .rsaBits(let bits): "an RSA key of \(counted(bits, "bit"))"
    case .rsaExponent3: "an RSA key with exponent 3"
    case .rsaEven: "an RSA key with an even modulus"
    case .rsaNoNull: "an RSA key without NULL parameters"
    case .rsaFirst: "the RSA key first"
    default: "the RSA key alone"
    }
  }
}
