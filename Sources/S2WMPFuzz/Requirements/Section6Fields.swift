/// Check 2: whether every field has a value that is defined (S2WMP wire format, section 6.1).
extension Requirements {
  static let fields: [Check] = [
    Check(
      "6.1/2.status", "a status above 3 is error 3", "M and SC have a status of 0 to 3.",
      .m(.field("status", 4)).anyone, .m(.field("status", 255)).anyone, .sc(.field("status", 4)).anyone, .sc(.field("status", 128)).anyone),
    Check(
      "6.1/2.m-length", "an M of length 0 is error 3", "An M has a body; it is framed without one, and wrong.",
      .m(.body(.short(0))).anyone),
    Check(
      "6.1/2.sc-length", "an SC that has a body is error 3", "An SC has no body; it is framed with one, and wrong.",
      .sc(.field("length", 1), .append([0])).anyone, .sc(.field("length", 300), .append([UInt8](repeating: 7, count: 300))).anyone),
    Check(
      "6.1/2.ic-key", "an IC with an unusable key is error 3", "The key of an IC is usable by section 5.1, in the receiver's suite and group.",
      .ic(.key(.garbage(3))), .ic(.key(.truncated(1))), .ic(.key(.trailing(1))), .ic(.key(.valueOne)), .ic(.key(.lowOrderPoint(0))),
      .ic(.key(.otherGroup))),
    Check(
      "6.1/2.order", "fields are checked before sender and receiver", "A wrong field is error 3 also when error 1 would be due.",
      .m(.field("status", 9), from: .stranger), .m(.field("status", 4), .id("receiver_id", .nobody)).anyone,
      .sc(.field("length", 1), .append([0]), from: .stranger), .m(.field("status", 4), .client(.program("other")))),
    Check(
      "6.1/status.any", "every defined status is accepted in an M", "A sender may be busy, away or invisible.",
      .m(.field("status", 1)), .m(.field("status", 2)), .m(.field("status", 3))),
  ]

  /// Check 3: who sends, to whom, by which program.
  static let senders: [Check] = senderIDs + senderChanges

  private static let senderIDs: [Check] = [
    Check(
      "6.1/3.receiver", "a receiver who is not the target is error 1", "receiver_id is the receiver's own ID.",
      .m(.id("receiver_id", .nobody)), .m(.id("receiver_id", .other)), .m(.id("receiver_id", .own)), .m(.id("receiver_id", .zero)),
      .sc(.id("receiver_id", .nobody))),
    Check(
      "6.1/3.sender", "a sender who is no friend is error 1", "sender_id is a friend's.",
      .m(from: .stranger), .sc(from: .stranger), .m(.id("sender_id", .nobody)).anyone, .m(.id("sender_id", .zero)).anyone),
    Check(
      "6.1/3.sender-me", "the target's own ID as the sender is error 1", "Nobody gets messages from oneself.",
      .m(.id("sender_id", .target)).anyone, .sc(.id("sender_id", .target)).anyone),
    Check(
      "6.1/3.client", "a wrong client ID is not accepted", "client_id decrypts to the ID of an allowed program.",
      .m(.flip("client_id", bit: 0)), .m(.flip("client_id", bit: 127)), .sc(.flip("client_id", bit: 64)), .m(.id("client_id", .zero)),
      .m(.id("sender_id", .other))),
    Check(
      "6.1/3.client-error", "a wrong client ID is error 1", "What is not accepted for its client ID is answered by error 1.",
      .m(.flip("client_id", bit: 1)), .m(.client(.program("other")))),
    Check(
      "6.1/3.order", "sender and receiver are checked before the body and the hash", "Error 1 comes before errors 4 and 2.",
      .m(.id("receiver_id", .nobody), .body(.bit(-1)), .hash(.zero)), .m(.hash(.zero), from: .stranger),
      .m(.client(.program("other")), .says([0xff])), .sc(.client(.program("other")), .hash(.zero))),
  ]

  private static let senderChanges: [Check] = [
    Check(
      "6.1/3.ic-user-id", "an IC of somebody who is no friend is error 1", "The old ID of an IC is a friend's.",
      .ic(.id("user_id", .nobody)), .ic(.id("user_id", .zero))),
    Check(
      "6.1/3.ic-new-id", "an IC whose new ID is not its key's is error 1", "new_id is the ID of the new key.",
      .ic(.id("new_id", .nobody)), .ic(.id("new_id", .zero)), .ic(.id("new_id", .stranger))),
    Check(
      "6.1/3.ic-taken", "an IC to an ID that is the target's or another friend's is error 1", "Nobody becomes somebody who is there already.",
      .ic(.key(.ofOther)), .ic(.key(.ofTarget))),
    Check(
      "6.1/3.ic-client", "an IC with a wrong client ID is error 1", "The client ID of an IC is encrypted under the old pair's key.",
      .ic(.flip("client_id", bit: 5)), .ic(.id("client_id", .zero)), .ic(.id("user_id", .other))),
  ]

  /// Checks 4 to 6: body, hash and text.
  static let bodies: [Check] = [
    Check(
      "6.1/4.body", "a body that does not decrypt is error 4", "The body opens under the pair's body key.",
      .m(.body(.bit(-5))), .m(.body(.short(20))), .m(.body(.garbage(600))), .m(.body(.otherKey))),
    Check(
      "6.1/4.order", "the body is decrypted before the hash is compared", "Error 4 comes before error 2.",
      .m(.body(.bit(-1)), .hash(.zero)), .m(.body(.garbage(40)), .flip("hash", bit: 9))),
    Check(
      "6.1/5.hash", "a wrong hash is not accepted", "The hash matches header and plaintext.",
      .m(.flip("hash", bit: 5)), .m(.hash(.zero)), .m(.hash(.otherText))),
    Check(
      "6.1/5.error", "a wrong hash is error 2", "What is not accepted for its hash is answered by error 2.",
      .m(.flip("hash", bit: 5)), .sc(.hash(.zero))),
    Check(
      "6.1/5.order", "the hash is compared before the text is looked at", "Error 2 comes before the 3 for text that is not UTF-8.",
      .m(.hash(.zero), .says([0xff])), .m(.flip("hash", bit: 77), .says([0x61, 0xc3]))),
    Check(
      "6.1/6.utf8", "text that is not UTF-8 is error 3", "A plaintext is well-formed UTF-8.",
      .m(.says([0xff])), .m(.says([0x61, 0xc3])), .m(.says([0xc0, 0x80])), .m(.says([0xed, 0xa0, 0x80])), .m(.says([0xf4, 0x90, 0x80, 0x80]))),
    Check(
      "6.1/6.characters", "every character may be sent", "UTF-8 of one to four bytes is accepted, controls and zero bytes as well.",
      .m(.says([0x00])), .m(.says(Array("né 漢字 🙂".utf8))), .m(.says([0xf4, 0x8f, 0xbf, 0xbf])), .m(.says([0x1b, 0x5b, 0x32, 0x4a]))),
  ]
}
