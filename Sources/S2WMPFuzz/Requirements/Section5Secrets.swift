/// What only the two of a pair can make (S2WMP wire format, sections 5.3 to 5.5).
extension Requirements {
  static let secrets: [Check] = clientIDs + hashes + sealing

  private static let clientIDs: [Check] = [
    Check(
      "5.3/padded", "a shared secret that begins with a zero byte keeps it",
      "Z is as long as the group's prime, or 32 bytes: who writes it as a number loses a byte with one friend in 256.",
      Trial.m(from: .other).controlled(by: .burst(Plain.m())), Trial.sc(from: .other).controlled(by: .burst(Plain.sc()))),
    Check(
      "5.3/bound", "a client_id field of another packet is not accepted",
      "The client ID is bound to the first 48 bytes: the field of one packet is worth nothing in the next.",
      .burst(Plain.m(), Plain.m(.client(.previous))), .m(.client(.unbound))),
    Check(
      "5.3/bound.status", "a status changed on the way is error 1", "status is among the bytes that the client ID is bound to.",
      .m(.tamper("status", .number(1))), .sc(.tamper("status", .number(2)))),
    Check(
      "5.3/bound.datetime", "a datetime changed on the way is error 1", "datetime is among the bytes that the client ID is bound to.",
      .m(.flip("datetime", bit: 63)), .sc(.flip("datetime", bit: 20))),
    Check(
      "5.3/bound.undefined", "undefined bytes changed on the way are error 1", "The undefined bytes are ignored, but bound as well.",
      .m(.flip("undefined", bit: 23))),
    Check(
      "5.3/bound.ic", "an IC changed on the way is error 1", "The client ID of an IC is bound to all its other bytes.",
      .ic(.flip("timestamp", bit: 60)), .ic(.flip("request_id", bit: 0))),
    Check(
      "5.3/allowed", "a client that is not on the list is error 1",
      "Only client programs on the receiver's list may send; by default that is s2wmp-swift/1.",
      .m(.client(.program("s2wmp-swift/0"))), .sc(.client(.program(""))), .ic(.client(.program("other")))),
    Check(
      "5.3/pair", "a client ID encrypted by another pair's key is error 1",
      "The key of the client ID belongs to one pair.",
      .m(.client(.otherPair)), .ic(.client(.otherPair))),
  ]

  private static let hashes: [Check] = [
    Check(
      "5.4/plaintext", "the hash of another text is error 2", "The hash covers the plaintext.",
      .m(.hash(.otherText))),
    Check(
      "5.4/direction", "a hash by the key of the other direction is error 2", "Each direction of a pair has a hash key of its own.",
      .m(.hash(.otherDirection)), .sc(.hash(.otherDirection))),
    Check(
      "5.4/previous", "the hash of the message before is error 2", "The hash covers the header, with its datetime.",
      .burst(Plain.m(), Plain.m(.hash(.previous)))),
    Check(
      "5.4/sc", "a status change with a wrong hash is error 2", "The hash of an SC covers its header and an empty plaintext.",
      .sc(.hash(.zero)), .sc(.flip("hash", bit: 127))),
    Check(
      "5.4/whole", "every bit of the hash counts", "All sixteen bytes of the hash are compared.",
      .m(.flip("hash", bit: 0)), .m(.flip("hash", bit: 63)), .m(.flip("hash", bit: 127))),
  ]

  private static let sealing: [Check] = [
    Check(
      "5.5/short", "a body too short to hold anything encrypted is error 4",
      "A body that has no room for nonce and tag, or for the wrapped key, does not decrypt.",
      .m(.body(.short(1))), .m(.body(.short(12))), .m(.body(.short(27)))),
    Check(
      "5.5/changed", "a changed bit of the body is error 4", "Nonce, wrapped key, ciphertext and tag are all authenticated.",
      .m(.body(.bit(0))), .m(.body(.bit(-1))), .m(.body(.bit(-129))), .m(.body(.bit(-150)))),
    Check(
      "5.5/header", "the body of the message before is error 4", "A body is bound to the header that it was sealed with.",
      .burst(Plain.m(), Plain.m(.body(.previous)))),
    Check(
      "5.5/key", "a body under another pair's key is error 4", "The body key belongs to one pair.",
      .m(.body(.otherKey))),
    Check(
      "5.5/rsa.receiver", "a content key wrapped for somebody else is error 4", "The content key is wrapped for the receiver's RSA key.",
      .m(.body(.wrappedForOther))),
    Check(
      "5.5/rsa.wrapped", "a wrapped key that is none is error 4", "What OAEP does not open is error 4, whatever it is.",
      .m(.body(.wrappedZero)), .m(.body(.wrappedOnes))),
    Check(
      "5.5/rsa.content-key", "a content key that has not 32 bytes is error 4", "The content key has 32 bytes.",
      .m(.body(.contentKey(16))), .m(.body(.contentKey(31))), .m(.body(.contentKey(33)))),
  ]
}
