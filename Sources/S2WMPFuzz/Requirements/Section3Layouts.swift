/// What a receiver does about values that the layouts leave room for (S2WMP wire format, section 3).
extension Requirements {
  static let layouts: [Check] = [
    Check(
      "3.1/undefined", "undefined bytes that are not zero are ignored",
      "The three undefined bytes of M and SC mean nothing to a receiver, whatever they are.",
      .m(.field("undefined", 0xff_ffff)), .m(.field("undefined", 1)), .sc(.field("undefined", 0x80_0000))),
    Check(
      "3.1/length.longest", "a message with a body of 65535 bytes is accepted",
      "A body may have as many bytes as its length can say.",
      // By suite and RSA key, as much text as fits with what encryption adds.
      .m(.text(.letters(65_507))), .m(.text(.letters(65_251))), .m(.text(.letters(65_123))), .m(.text(.letters(64_995)))),
    Check(
      "3.2/name.longest", "a user name of 255 bytes is accepted",
      "A user name has up to 255 bytes.",
      .cr(.set("name", .bytes([UInt8](repeating: 0x6e, count: 255)))).needing(.acceptance)),
    Check(
      "3.2/name.characters", "every printable character may stand in a user name",
      "A user name may hold every byte from 0x20 to 0x7E, and a single one is enough.",
      .cr(.set("name", .bytes(Array(0x20...0x7e)))).needing(.acceptance), .cr(.set("name", .bytes([0x7e]))).needing(.acceptance)),
    Check(
      "3.2/crr.refused", "a refusing CRR has no key and no name",
      "A CRR whose status is not 0 has a key_length and a name_length of 0.",
      .cr(.id("user_id", .other)), .cr(.id("requestor_id", .nobody))),
    Check(
      "3.6/request-id", "a BPR carries the request_id of its BPM",
      "request_id of a response is that of the request, so that the asker can tell what is answered.",
      .bpm()),
    Check(
      "3.6/user-id", "a BPR carries the user_id of its BPM",
      "user_id of a response names the one who asked.",
      .bpm(from: .friend)),
    Check(
      "3.6/lookup-id", "lookup_id of a BPR is the responder's own ID",
      "In BPR, unlike LPR, lookup_id says who responds.",
      .bpm(), .bpm(.id("lookup_id", .target))),
    Check(
      "3.6/status", "a BPR has status 0", "Who answers a BPM is found.",
      .bpm()),
    Check(
      "3.6/address", "a BPR says where TCP connections are taken",
      "A response with status 0 has an address and a port. Whether they are the right ones depends on the route, which the asker cannot know.",
      .bpm()),
    Check(
      "3.7/ack", "ack is 1 exactly when error is 0",
      "An ACK says rejected when it names an error, and accepted when it names none.",
      .m(.hash(.zero)), .m(.field("status", 4)).anyone, .m()),
  ]
}
