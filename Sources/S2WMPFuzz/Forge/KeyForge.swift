import S2WMPCrypto
import S2WMPWire

/// Public key fields, usable and not, made from a usable one (S2WMP wire format, section 5.1).
struct KeyForge {
  let suite: Suite
  let group: KeyGroup
  private let parts: [[UInt8]]
  let otherGroupKey: [UInt8]

  /// - field: a usable `public_key` field of the target's suite and group.
  /// - other: a D-H key of another group, alone.
  init(suite: Suite, group: KeyGroup, field: [UInt8], other: [UInt8]) {
    self.suite = suite
    self.group = group
    otherGroupKey = other
    parts = DER.elements(field)
  }

  private var field: [UInt8] { parts.flatMap { $0 } }
  private var diffieHellman: [UInt8] { parts[0] }
  private var rsa: [UInt8] { parts.count > 1 ? parts[1] : [] }

  /// Nil when the choice makes no sense for the suite and group, or needs somebody else's key.
  func make(_ choice: KeyChoice) -> [UInt8]? {
    guard choice.isPossible(suite, group) else { return nil }
    switch choice {
    case .own: return field
    case .garbage(let count): return (0..<max(1, count)).map { UInt8(truncatingIfNeeded: 0xa5 &+ $0 &* 31) }
    case .truncated(let count): return Array(field.prefix(max(1, field.count - max(0, count))))
    case .trailing(let count): return field + [UInt8](repeating: 0, count: max(0, count))
    case .otherGroup: return otherGroupKey + rsa
    case .otherSuite: return suite == .rsa ? diffieHellman : diffieHellman + rsaKey(bits: 2048)
    case .longLength: return DER.withLongLength(diffieHellman) + rsa
    case .third: return field + rsaKey(bits: 2048) + (suite == .rsa ? [] : rsaKey(bits: 2048))
    case .ofOther, .ofTarget: return nil
    case .lowOrderPoint(let index): return x25519(Self.lowOrderPoints[abs(index) % Self.lowOrderPoints.count])
    case .rsaBits, .rsaExponent3, .rsaEven, .rsaNoNull, .rsaFirst, .rsaOnly: return rsaChoice(choice)
    default: return finiteField(choice)
    }
  }

  private func finiteField(_ choice: KeyChoice) -> [UInt8]? {
    let numbers = Numbers(diffieHellman)
    let (p, g, y) = (numbers.prime, numbers.generator, numbers.value)
    switch choice {
    case .valueZero: return numbers.key(p, g, DER.number([0])) + rsa
    case .valueOne: return numbers.key(p, g, DER.number([1])) + rsa
    case .valueMinusOne: return numbers.key(p, g, DER.number(Big.minus(p, 1))) + rsa
    case .valuePrime: return numbers.key(p, g, DER.number(p)) + rsa
    case .valueAbovePrime: return numbers.key(p, g, DER.number(Big.plus(p, 1))) + rsa
    case .valueLong: return numbers.key(p, g, DER.number([1] + p)) + rsa
    case .leadingZero: return numbers.key(p, g, DER.element(DER.integer, [0, 0] + y)) + rsa
    case .otherPrime: return numbers.key(Big.minus(p, 2), g, DER.number(Big.minus(y, 0))) + rsa
    case .otherGenerator: return numbers.key(p, [5], DER.number(y)) + rsa
    case .privateValueLength: return numbers.key(p, g, DER.number(y), more: DER.number([1, 0])) + rsa
    case .x942: return numbers.x942() + rsa
    default: return nil
    }
  }

  private func rsaChoice(_ choice: KeyChoice) -> [UInt8]? {
    switch choice {
    case .rsaBits(let bits): return diffieHellman + rsaKey(bits: min(max(bits, 16), 16384))
    case .rsaExponent3: return diffieHellman + rsaKey(bits: 2048, exponent: [3])
    case .rsaEven: return diffieHellman + rsaKey(bits: 2048, last: 0x10)
    case .rsaNoNull: return diffieHellman + rsaKey(bits: 2048, parameters: [])
    case .rsaFirst: return rsa + diffieHellman
    case .rsaOnly: return rsa
    default: return nil
    }
  }

  private func x25519(_ point: [UInt8]) -> [UInt8] {
    DER.element(DER.sequence, DER.element(DER.sequence, DER.x25519) + DER.bits(point)) + rsa
  }

  /// A modulus that nobody knows the factors of, as nothing is ever encrypted with it.
  private func rsaKey(bits: Int, exponent: [UInt8] = [1, 0, 1], parameters: [UInt8] = DER.null, last: UInt8 = 0x11) -> [UInt8] {
    var modulus = (0..<((bits + 7) / 8)).map { UInt8(truncatingIfNeeded: 0x35 &+ $0 &* 73) }
    modulus[0] = UInt8(1) << UInt8((bits - 1) % 8)
    modulus[modulus.count - 1] = last
    let numbers = DER.element(DER.sequence, DER.number(modulus) + DER.number(exponent))
    return DER.element(DER.sequence, DER.element(DER.sequence, DER.rsaEncryption + parameters) + DER.bits(numbers))
  }

  /// Points of small order, and of the twist, little-endian: 0, 1, the two of order 8, p−1, p, p+1 (RFC 7748, section 6.1).
  static let lowOrderPoints: [[UInt8]] = [
    [UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31),
    Hex.bytes("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800") ?? [],
    Hex.bytes("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157") ?? [],
    [0xec] + [UInt8](repeating: 0xff, count: 30) + [0x7f], [0xed] + [UInt8](repeating: 0xff, count: 30) + [0x7f],
    [0xee] + [UInt8](repeating: 0xff, count: 30) + [0x7f],
  ]
}

/// The numbers of a PKCS #3 key.
private struct Numbers {
  var prime: [UInt8] = []
  var generator: [UInt8] = []
  var value: [UInt8] = []

  init(_ key: [UInt8]) {
    let outer = DER.elements(DER.content(key))
    guard outer.count == 2 else { return }
    let algorithm = DER.elements(DER.content(outer[0]))
    guard algorithm.count == 2 else { return }
    let parameters = DER.elements(DER.content(algorithm[1]))
    guard parameters.count >= 2 else { return }
    (prime, generator) = (magnitude(parameters[0]), magnitude(parameters[1]))
    value = magnitude(Array(DER.content(outer[1]).dropFirst()))
  }

  private func magnitude(_ element: [UInt8]) -> [UInt8] { Array(DER.content(element).drop { $0 == 0 }) }

  func key(_ prime: [UInt8], _ generator: [UInt8], _ value: [UInt8], more: [UInt8] = []) -> [UInt8] {
    let parameters = DER.element(DER.sequence, DER.number(prime) + DER.number(generator) + more)
    return DER.element(DER.sequence, DER.element(DER.sequence, DER.dhKeyAgreement + parameters) + DER.bits(value))
  }

  /// The same key as X9.42 has it: with q.
  func x942() -> [UInt8] {
    let parameters = DER.element(DER.sequence, DER.number(prime) + DER.number(generator) + DER.number(Big.half(prime)))
    return DER.element(DER.sequence, DER.element(DER.sequence, DER.dhPublicNumber + parameters) + DER.bits(DER.number(value)))
  }
}

/// Just enough arithmetic on magnitudes, most significant byte first.
enum Big {
  static func minus(_ number: [UInt8], _ small: UInt8) -> [UInt8] {
    var out = number
    var borrow = Int(small)
    for index in out.indices.reversed() where borrow > 0 {
      let value = Int(out[index]) - borrow
      out[index] = UInt8(truncatingIfNeeded: value)
      borrow = value < 0 ? 1 : 0
    }
    return out
  }

  static func plus(_ number: [UInt8], _ small: UInt8) -> [UInt8] {
    var out = number
    var carry = Int(small)
    for index in out.indices.reversed() where carry > 0 {
      let value = Int(out[index]) + carry
      out[index] = UInt8(truncatingIfNeeded: value)
      carry = value >> 8
    }
    return carry > 0 ? [UInt8(carry)] + out : out
  }

  static func half(_ number: [UInt8]) -> [UInt8] {
    var carry: UInt8 = 0
    return number.map { byte in
      defer { carry = byte & 1 }
      return byte >> 1 | carry << 7
    }
  }
}
