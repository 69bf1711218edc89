/// Check 1: whether there is a packet at all (S2WMP wire format, section 6.1).
extension Requirements {
  static let framing: [Check] = [
    Check(
      "6.1/1.version", "a version other than 1 is answered by ACK 3, then closed", "Only version 1 is framed.",
      .m(.field("version", 2)).anyone, .m(.field("version", 0)).anyone, .sc(.field("version", 255)).anyone, .cr(.field("version", 2)),
      .ic(.field("version", 3)).anyone),
    Check(
      "6.1/1.type", "a type that v1 does not define is answered by ACK 3, then closed", "Types 0, 7 and those above 15 are no packets.",
      .m(.field("type", 7)).anyone, .m(.field("type", 0)).anyone, .sc(.field("type", 16)).anyone, .m(.field("type", 255)).anyone,
      // As long as a packet of that type would perhaps be.
      .burst(Plain.packet(.acknowledgement, .field("type", 7))), .burst(Plain.packet(.registration, .field("type", 16)))),
    Check(
      "6.1/1.key-length", "a key_length of 0 or above 8192 is answered by ACK 3, then closed", "CR and IC have keys of 1 to 8192 bytes.",
      .cr(.key(.garbage(8193))), .cr(.field("key_length", 0)), .cr(.field("key_length", 0xffff_ffff)), .ic(.key(.garbage(8193))).anyone,
      .ic(.field("key_length", 0)).anyone),
    Check(
      "6.1/1.name-length", "a name_length of 0 or above 255 is answered by ACK 3, then closed", "A CR has a name of 1 to 255 bytes.",
      .cr(.set("name", .bytes([UInt8](repeating: 0x6e, count: 256)))), .cr(.field("name_length", 0)), .cr(.field("name_length", 0x0100_0001))),
    Check(
      "6.1/1.answer", "what cannot be framed is answered before the connection is closed", "The sender is told, by ACK 3, why the connection ends.",
      .m(.field("version", 2)).fresh.anyone, .m(.field("type", 7)).fresh.anyone),
    Check(
      "6.1/1.close", "the connection is closed when a packet cannot be framed", "After ACK 3 for what cannot be framed comes FIN.",
      .m(.field("version", 2)).fresh.anyone, .cr(.field("key_length", 0)).fresh),
    Check(
      "6.1/1.order", "framing is checked before everything else",
      "A packet that cannot be framed is that and nothing else, whatever its other fields are.",
      .m(.field("version", 2), .field("status", 9), .id("receiver_id", .nobody)).anyone, .m(.field("type", 7), from: .stranger),
      .cr(.id("user_id", .nobody), .field("key_length", 0))),
  ]
}
