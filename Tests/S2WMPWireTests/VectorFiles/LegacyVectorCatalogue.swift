import S2WMPWire

/// The vectors of the legacy dialect.
enum LegacyVectorCatalogue {
  private static let time = VectorCatalogue.time
  private static func id(_ byte: UInt8) -> [UInt8] { Samples.id(byte) }
  private static func big(_ value: UInt64, _ size: Int) -> [UInt8] { Samples.big(value, size) }

  static var all: [VectorFile] {
    [messages, registrations, statusChanges, lookups, VectorCatalogue.acknowledgement("legacy-ACK", .legacy), broadcasts, chatRequests].flatMap { $0 }
  }

  private static func draft(_ name: String, _ section: String, _ noun: String, _ fields: [(name: String, bytes: [UInt8])]) -> PacketDraft {
    PacketDraft(folder: "legacy-\(name)", dialect: .legacy, section: section, noun: noun, fields: fields)
  }

  private static var messages: [VectorFile] {
    let draft = draft(
      "M", "3.2.1", "a legacy Message",
      [
        ("version", [1]), ("type", [1]), ("status", [1]), ("length", [0, 16]), ("datetime", time), ("sender_id", id(0xa1)), ("receiver_id", id(0xb2)),
        ("client_id", id(0xc3)), ("hash", id(0xd4)), ("body", [UInt8](repeating: 0x5a, count: 16)),
      ])
    return draft.common + [
      draft.valid("a legacy Message of one cipher block"), draft.valid("valid-offline", "the largest defined status", ("status", [4])),
      draft.undefined("status-0", "a status that only v1 defines", expect: "field.status", at: "status", ("status", [0])),
      draft.undefined("status-5", "the first undefined status", expect: "field.status", at: "status", ("status", [5])),
      draft.undefined("length-0", "a legacy Message without a body", expect: "field.length", at: "length", ("length", [0, 0]), ("body", [])),
      draft.malformed("length-32768", "a length that is negative to the authors' program", expect: "malformed.length", at: "length", ("length", [0x80, 0])),
      draft.malformed("length-32767", "the largest length allowed, most of the body missing", expect: "malformed.truncated", ("length", [0x7f, 0xff])),
      draft.malformed("type-10", "a type that only v1 defines", expect: "malformed.type", at: "type", ("type", [10])),
    ]
  }

  private static var registrations: [VectorFile] {
    let request = draft(
      "REG", "3.2.3", "a legacy Registration", [("version", [1]), ("type", [2]), ("user_id", id(0xa1)), ("request_id", id(7))])
    let response = draft(
      "RREG", "3.2.4", "a legacy Registration Response", [("version", [1]), ("type", [9]), ("status", [0]), ("user_id", id(0xa1))])
    return request.common + response.common + [
      request.valid("a legacy Registration"), response.valid("a legacy Registration that succeeded"),
      response.valid("valid-error", "the largest defined status", ("status", [2])),
      response.undefined("status-3", "the first undefined status", expect: "field.status", at: "status", ("status", [3])),
    ]
  }

  private static var statusChanges: [VectorFile] {
    let draft = draft("SC", "3.1", "a legacy Status", [("version", [1]), ("type", [3]), ("status", [1]), ("request_id", id(7))])
    return draft.common + [
      draft.valid("a legacy Status: online"), draft.valid("valid-offline", "the largest defined status", ("status", [4])),
      draft.undefined("status-0", "a status that only v1 defines", expect: "field.status", at: "status", ("status", [0])),
      draft.undefined("status-5", "the first undefined status", expect: "field.status", at: "status", ("status", [5])),
    ]
  }

  private static var lookups: [VectorFile] {
    let request = draft(
      "LP", "3.2.5", "a legacy Lookup",
      [("version", [1]), ("type", [4]), ("timestamp", time), ("request_id", id(7)), ("user_id", id(0xa1)), ("lookup_id", id(0xb2))])
    let response = draft(
      "LPR", "3.2.5", "a legacy Lookup Response",
      [
        ("version", [1]), ("type", [5]), ("timestamp", time), ("status", [0]), ("request_id", id(7)), ("user_id", id(0xb2)), ("lookup_id", id(0xa1)),
        ("address", [10, 0, 0, 9]),
      ])
    return request.common + response.common + [
      request.valid("a legacy Lookup"), response.valid("a legacy Lookup that found 10.0.0.9, its IDs swapped as the authors' server does"),
      response.valid("valid-invalid-requestor", "the largest defined status, with a random address", ("status", [3]), ("address", [203, 0, 113, 77])),
      response.undefined("status-4", "the first undefined status", expect: "field.status", at: "status", ("status", [4])),
    ]
  }

  private static func broadcast(_ units: [UInt16], padding: Int) -> PacketDraft {
    let name = units.flatMap { big(UInt64($0), 2) } + (0..<padding).flatMap { _ in [0, 0x20] as [UInt8] }
    return draft(
      "UB", "3.1", "a User Broadcast",
      [("version", [1]), ("type", [7]), ("timestamp", time), ("user_id", id(0xa1)), ("name", name), ("reply", [0])])
  }

  private static var broadcasts: [VectorFile] {
    let letters = (0..<17).map { UInt16(0x61 + $0) }
    let draft = broadcast([0x62, 0x6f, 0x62], padding: 13)
    return draft.common.filter { $0.path != "legacy-UB/trailing-packet" } + [
      draft.valid("a User Broadcast of bob"), draft.valid("valid-reply", "one with its reply flag set", ("reply", [1])),
      broadcast(Array(letters.prefix(16)), padding: 0).valid("valid-16", "a name that needs no padding"),
      broadcast(letters, padding: 0).valid("valid-17", "a name of 17 characters makes 61 bytes"),
      broadcast([0x62, 0x6f, 0x62], padding: 14).valid("valid-61-padded", "61 bytes with a padded name"),
      broadcast([0x62, 0x6f, 0x62], padding: 5).valid("valid-cut", "a reply, cut to 43 bytes: eight characters"),
      broadcast([0xd83d, 0xde00], padding: 14).valid("valid-pair", "a name of one character in two code units"),
      broadcast([], padding: 16).valid("valid-empty", "a name of nothing but padding"),
      broadcast([0xd83d, 0x62], padding: 14).undefined("name-unpaired", "a name with half a character", expect: "field.name", at: "name"),
      draft.raw("length-42", "a User Broadcast of 42 bytes", expect: "malformed.truncated", Array(draft.bytes.prefix(42))),
      draft.raw("length-44", "a User Broadcast of 44 bytes", expect: "malformed.truncated", Array(draft.bytes.prefix(44))),
      draft.raw("length-62", "a User Broadcast of 62 bytes", expect: "malformed.trailing", draft.bytes + [0, 0, 0]),
    ]
  }

  private static var chatRequests: [VectorFile] {
    let draft = draft(
      "CR", "3.2.2", "a legacy Chat Request",
      [
        ("version", [1]), ("type", [8]), ("status", [1]), ("datetime", time), ("requestor_id", id(0xa1)), ("user_id", id(0xb2)), ("key_length", big(3, 4)),
        ("public_key", [0x30, 1, 2]), ("name_length", big(5, 4)), ("name", VectorCatalogue.text("alice")),
      ])
    return draft.common + VectorCatalogue.keyAndNameLimits(draft, emptyName: true) + [
      draft.valid("a legacy Chat Request from alice"), draft.valid("valid-no-name", "the legacy name may be empty", ("name_length", big(0, 4)), ("name", [])),
      draft.valid("valid-utf8", "a name in UTF-8", ("name_length", big(4, 4)), ("name", VectorCatalogue.text("zoë"))),
      draft.undefined("name-not-utf8", "a name that is not UTF-8", expect: "field.name", at: "name", ("name", [0x61, 0xff, 0x62, 0x63, 0x64])),
      draft.undefined("status-0", "the status before the defined ones", expect: "field.status", at: "status", ("status", [0])),
      draft.undefined("status-5", "the first undefined status", expect: "field.status", at: "status", ("status", [5])),
    ]
  }
}
