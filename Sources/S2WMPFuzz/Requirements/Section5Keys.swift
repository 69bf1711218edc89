import S2WMPWire

/// Keys and the IDs that follow from them (S2WMP wire format, sections 5.1 and 5.2).
extension Requirements {
  static let keys: [Check] = keyForms + keyValues + keyPairs + userIDs

  private static let keyForms: [Check] = [
    refused("5.1/der.garbage", "a key that is no DER", "The key field is DER, and nothing else.", .garbage(1), .garbage(64)),
    refused("5.1/der.truncated", "a key that ends early", "The key field holds whole structures.", .truncated(1), .truncated(30)),
    refused("5.1/der.trailing", "a key with bytes behind it", "Nothing follows the last key.", .trailing(1), .trailing(100)),
    refused("5.1/der.length", "a key with a length in more bytes than it takes", "DER has one form for each length.", .longLength),
    refused("5.1/der.number", "a key with a needless leading zero", "DER has one form for each number.", .leadingZero),
    refused("5.1/field.third", "a third key", "The key field is one or two keys.", .third),
    refused("5.1/field.order", "the RSA key first, or alone", "The D-H key comes first, and is always there.", .rsaFirst, .rsaOnly),
    refused("5.1/field.suite", "a key of another suite", "Both sides use the responder's suite.", .otherSuite),
    refused("5.1/field.group", "a key of another group", "Both sides use the responder's group.", .otherGroup),
  ]

  private static let keyValues: [Check] = [
    refused("5.1/dh.small", "a public value of 0 or 1", "A public value is 2 at least.", .valueZero, .valueOne),
    refused(
      "5.1/dh.large", "a public value of p−1 or more", "A public value is p−2 at most.", .valueMinusOne, .valuePrime, .valueAbovePrime, .valueLong),
    refused("5.1/dh.prime", "a prime that is no group's", "Only the groups of RFC 7919 are allowed.", .otherPrime),
    refused("5.1/dh.generator", "a group's prime with another generator", "The generator is the group's.", .otherGenerator),
    refused("5.1/dh.x942", "a key marked as X9.42", "The D-H algorithm is that of PKCS #3.", .x942),
    Check(
      "5.1/private-value-length", "a privateValueLength is ignored",
      "PKCS #3 parameters may say how long private values are; that makes no difference.",
      Trial.cr(.key(.privateValueLength)).needing(.acceptance)),
    refused(
      "5.1/x25519.zero", "a point that makes the shared secret zero", "An X25519 key fails its check when the secret is all zero.",
      .lowOrderPoint(0), .lowOrderPoint(1), .lowOrderPoint(2), .lowOrderPoint(3), .lowOrderPoint(4), .lowOrderPoint(5), .lowOrderPoint(6)),
  ]

  private static let keyPairs: [Check] = [
    refused("5.1/rsa.short", "an RSA key below 2048 bits", "An RSA key has 2048 bits at least.", .rsaBits(1024), .rsaBits(2047)),
    refused("5.1/rsa.long", "an RSA key above 4096 bits", "An RSA key has 4096 bits at most.", .rsaBits(4097), .rsaBits(8192)),
    Check(
      "5.1/rsa.sizes", "RSA keys of 2048 and 4096 bits are usable",
      "The RSA key of the other side may have any size from 2048 to 4096 bits.",
      Trial.cr(.key(.rsaBits(2048))).needing(.acceptance), Trial.cr(.key(.rsaBits(4096))).needing(.acceptance)),
    refused("5.1/rsa.exponent", "an RSA key whose exponent is not 65537", "The exponent is always 65537.", .rsaExponent3),
    refused("5.1/rsa.modulus", "an RSA key with an even modulus", "A modulus is the product of two odd primes.", .rsaEven),
    refused("5.1/rsa.null", "an RSA key without NULL parameters", "rsaEncryption has parameters, which are NULL.", .rsaNoNull),
  ]

  private static let userIDs: [Check] = [
    Check(
      "5.2/cr.key-bound", "a key changed on the way does not go with its ID",
      "The ID is the hash of the whole key field: one bit changed in a CR's key is status 2.",
      .cr(.flip("public_key", bit: 100)), .cr(.flip("public_key", bit: -1))),
    Check(
      "5.2/cr.swapped", "somebody else's key under the requestor's ID is status 2",
      "Who swaps the key on the way cannot keep the ID.",
      .cr(.key(.ofOther), .id("requestor_id", .stranger))),
  ]

  private static func refused(_ id: String, _ what: String, _ sentence: String, _ keys: KeyChoice...) -> Check {
    Check(id, "\(what) is refused", "\(sentence) Anything else in a CR is status 4.", .peer, .v1, keys.map { Trial.cr(.key($0)) }, nil)
  }
}
