import S2WMPWire

/// The vectors of the v1 dialect.
enum VectorCatalogue {
  static let time = Samples.big(1_480_000_000_000, 8)
  static let request = Samples.big(0x0102_0304_0506_0708, 8)
  static func id(_ byte: UInt8) -> [UInt8] { Samples.id(byte) }
  static func big(_ value: UInt64, _ size: Int) -> [UInt8] { Samples.big(value, size) }
  static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  static var all: [VectorFile] {
    let v1 = [messages, statusChanges, chatRequests, chatResponses, registrations, lookups, lookupResponses, acknowledgements, idChanges]
    return v1.flatMap { $0 } + LegacyVectorCatalogue.all
  }

  private static func messaging(_ folder: String, _ noun: String, type: UInt8, body: [UInt8]) -> PacketDraft {
    PacketDraft(
      folder: folder, dialect: .v1, section: "3.2.1", noun: noun,
      fields: [
        ("version", [1]), ("type", [type]), ("status", [0]), ("length", big(UInt64(body.count), 2)), ("datetime", time), ("undefined", [0, 0, 0]),
        ("sender_id", id(0xa1)), ("receiver_id", id(0xb2)), ("client_id", id(0xc3)), ("hash", id(0xd4)), ("body", body),
      ])
  }

  private static var messages: [VectorFile] {
    let draft = messaging("M", "a Message", type: 1, body: [0x5a, 0x5b, 0x5c])
    return draft.common + [
      draft.valid("a Message of three bytes from an online user"),
      draft.valid("valid-one-byte", "the shortest Message", ("length", [0, 1]), ("body", [0x5a])),
      draft.valid("valid-invisible", "a Message from an invisible user, the largest defined status", ("status", [3])),
      draft.valid("valid-256", "a Message whose length needs both bytes", ("length", [1, 0]), ("body", [UInt8](repeating: 0x5a, count: 256))),
      draft.undefined("length-0", "a Message without a body", expect: "field.length", at: "length", ("length", [0, 0]), ("body", [])),
      draft.undefined("status-4", "a Message with the first undefined status", expect: "field.status", at: "status", ("status", [4])),
      draft.undefined("status-255", "a Message with the largest undefined status", expect: "field.status", at: "status", ("status", [255])),
      draft.undefined("undefined-1", "a Message whose undefined space is not zero", expect: "field.undefined", at: "undefined", ("undefined", [0, 0, 1])),
      draft.malformed("length-too-large", "a Message whose length counts one byte that is not there", expect: "malformed.truncated", ("length", [0, 4])),
      draft.malformed("length-too-small", "a Message whose length leaves one byte uncounted", expect: "malformed.trailing", ("length", [0, 2])),
      draft.malformed("type-7", "a type that v1 reserves", expect: "malformed.type", at: "type", ("type", [7])),
      draft.raw("truncated-length", "a Message cut inside its length", expect: "malformed.truncated", Array(draft.bytes.prefix(4))),
    ]
  }

  private static var statusChanges: [VectorFile] {
    let draft = messaging("SC", "a Status Change", type: 3, body: [])
    return draft.common + [
      draft.valid("a Status Change to online: a Hello"),
      draft.valid("valid-away", "a Status Change to away", ("status", [2])),
      draft.undefined("length-1", "a Status Change with a body", expect: "field.length", at: "length", ("length", [0, 1]), ("body", [0x5a])),
      draft.undefined("status-4", "a Status Change to an undefined status", expect: "field.status", at: "status", ("status", [4])),
      draft.undefined(
        "undefined-high-bit", "a Status Change whose undefined space has its highest bit set", expect: "field.undefined", at: "undefined",
        ("undefined", [0x80, 0, 0])),
    ]
  }

  /// Limits of key and name, which CR, accepted CRR and the legacy CR share.
  static func keyAndNameLimits(_ draft: PacketDraft, emptyName: Bool = false) -> [VectorFile] {
    let name = { (field: String, shows: String, bytes: [UInt8]) in
      draft.malformed(field, "\(draft.noun) \(shows)", expect: "malformed.length", at: "name_length", ("name_length", bytes), ("name", []))
    }
    return keyLimits(draft) + [
      name("name-length-256", "whose name would have 256 bytes", big(256, 4)), name("name-length-largest", "with the largest name_length", big(0xffff_ffff, 4)),
    ]
      + (emptyName ? [] : [name("name-length-0", "without a name", big(0, 4))]) + [
        draft.valid("valid-name-255", "\(draft.noun) with the longest name", ("name_length", big(255, 4)), ("name", [UInt8](repeating: 0x61, count: 255))),
        draft.valid(
          "valid-smallest", "\(draft.noun) with a key and a name of one byte", ("key_length", big(1, 4)), ("public_key", [0x30]), ("name_length", big(1, 4)),
          ("name", [0x61])),
      ]
  }

  static func keyLimits(_ draft: PacketDraft) -> [VectorFile] {
    [
      draft.malformed(
        "key-length-0", "\(draft.noun) without a key", expect: "malformed.length", at: "key_length", ("key_length", big(0, 4)), ("public_key", [])),
      draft.malformed(
        "key-length-8193", "\(draft.noun) whose key would have 8193 bytes", expect: "malformed.length", at: "key_length", ("key_length", big(8193, 4))),
      draft.malformed(
        "key-length-largest", "\(draft.noun) with the largest key_length", expect: "malformed.length", at: "key_length", ("key_length", big(0xffff_ffff, 4))),
      draft.malformed(
        "key-length-8192", "\(draft.noun) with the largest key allowed, most of it missing", expect: "malformed.truncated", ("key_length", big(8192, 4))),
    ]
  }

  private static var chatRequests: [VectorFile] {
    let draft = PacketDraft(
      folder: "CR", dialect: .v1, section: "3.2.2", noun: "a Chat Request",
      fields: [
        ("version", [1]), ("type", [8]), ("requestor_id", id(0xa1)), ("user_id", id(0xb2)), ("key_length", big(3, 4)), ("public_key", [0x30, 1, 2]),
        ("name_length", big(5, 4)), ("name", text("alice")),
      ])
    return draft.common + keyAndNameLimits(draft) + [
      draft.valid("a Chat Request from alice"),
      draft.undefined("name-control", "a name with a control character", expect: "field.name", at: "name", ("name", [0x61, 0x1f, 0x62, 0x63, 0x64])),
      draft.undefined(
        "name-delete", "a name with DEL, the first byte after the printable ones", expect: "field.name", at: "name", ("name", [0x61, 0x7f, 0x62, 0x63, 0x64])),
      draft.undefined("name-utf8", "a name in UTF-8", expect: "field.name", at: "name", ("name", text("zoë") + [0x21])),
    ]
  }

  private static func chatResponse(_ status: UInt8, key: [UInt8], name: [UInt8]) -> PacketDraft {
    PacketDraft(
      folder: "CRR", dialect: .v1, section: "3.2.2", noun: "a Chat Request Response",
      fields: [
        ("version", [1]), ("type", [10]), ("status", [status]), ("requestor_id", id(0xa1)), ("user_id", id(0xb2)),
        ("key_length", big(UInt64(key.count), 4)), ("public_key", key), ("name_length", big(UInt64(name.count), 4)), ("name", name),
      ])
  }

  private static var chatResponses: [VectorFile] {
    let accepted = chatResponse(0, key: [0x30, 1, 2], name: text("bob"))
    let denied = chatResponse(1, key: [], name: [])
    return accepted.common + keyAndNameLimits(accepted) + [
      accepted.valid("bob accepts"), denied.valid("valid-denied", "bob denies: no key, no name"),
      denied.valid("valid-invalid-key", "the key was refused, the largest defined status", ("status", [4])),
      accepted.undefined("name-control", "an accepting name with a control character", expect: "field.name", at: "name", ("name", [0x62, 0, 0x62])),
      denied.undefined("status-5", "an answer with the first undefined status", expect: "field.status", at: "status", ("status", [5])),
      denied.malformed(
        "denied-key", "a denial with a key", expect: "malformed.length", at: "key_length", ("key_length", big(1, 4)), ("public_key", [0x30])),
      denied.malformed("denied-name", "a denial with a name", expect: "malformed.length", at: "name_length", ("name_length", big(1, 4)), ("name", [0x62])),
      denied.raw("denied-truncated", "a denial without its last byte", expect: "malformed.truncated", denied.bytes.dropLast()),
    ]
  }

  private static var registrations: [VectorFile] {
    let request = PacketDraft(
      folder: "REG", dialect: .v1, section: "3.2.3", noun: "a Registration",
      fields: [("version", [1]), ("type", [2]), ("request_id", Self.request), ("user_id", id(0xa1))])
    let response = PacketDraft(
      folder: "RREG", dialect: .v1, section: "3.2.4", noun: "a Registration Response",
      fields: [("version", [1]), ("type", [9]), ("status", [0]), ("request_id", Self.request)])
    return request.common + response.common + [
      request.valid("a Registration"), request.valid("valid-zero", "a Registration of the zero ID: framed, and for the server to refuse", ("user_id", id(0))),
      response.valid("a Registration that succeeded"), response.valid("valid-invalid-user", "the largest defined status", ("status", [3])),
      response.undefined("status-4", "the first undefined status", expect: "field.status", at: "status", ("status", [4])),
    ]
  }

  private static func lookup(_ folder: String, _ noun: String, type: UInt8, broadcast: UInt8 = 0) -> PacketDraft {
    PacketDraft(
      folder: folder, dialect: .v1, section: "3.2.5", noun: noun,
      fields: [
        ("version", [1]), ("type", [type]), ("timestamp", time), ("request_id", request), ("status", [0]), ("broadcast", [broadcast]),
        ("user_id", id(0xa1)), ("lookup_id", id(0xb2)),
      ])
  }

  private static var lookups: [VectorFile] {
    [("LP", "a Lookup", UInt8(4), UInt8(0)), ("BSM", "a Broadcast Server", 12, 1), ("BPM", "a Broadcast to Peer", 14, 1)].flatMap { folder, noun, type, flag in
      let draft = lookup(folder, noun, type: type, broadcast: flag)
      return draft.common + [
        draft.valid("\(noun) for one ID"), draft.valid("valid-zero", "\(noun) for the zero ID", ("lookup_id", id(0))),
        draft.undefined("status-1", "\(noun) with a response's status", expect: "field.status", at: "status", ("status", [1])),
        draft.undefined(
          "broadcast-\(1 - flag)", "\(noun) with the other broadcast flag", expect: "field.broadcast", at: "broadcast", ("broadcast", [1 - flag])),
        draft.undefined("broadcast-2", "\(noun) with an undefined broadcast flag", expect: "field.broadcast", at: "broadcast", ("broadcast", [2])),
      ]
    }
  }

  private static var lookupResponses: [VectorFile] {
    let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 9]
    return [("LPR", "a Lookup Response", UInt8(5)), ("BSR", "a Broadcast Server Response", 13), ("BPR", "a Broadcast Peer Response", 15)].flatMap {
      folder, noun, type in
      var draft = lookup(folder, noun, type: type)
      draft.fields += [("address", mapped), ("port", big(5000, 2))]
      return draft.common + [
        draft.valid("\(noun) with 10.0.0.9:5000"),
        draft.valid("valid-ipv6", "\(noun) with fe80::9", ("address", [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9])),
        draft.valid("valid-not-found", "\(noun) that found nothing: address and port are zero", ("status", [1]), ("address", id(0)), ("port", [0, 0])),
        draft.undefined("status-4", "\(noun) with the first undefined status", expect: "field.status", at: "status", ("status", [4])),
        draft.undefined("broadcast-1", "\(noun) that claims to be a broadcast", expect: "field.broadcast", at: "broadcast", ("broadcast", [1])),
      ]
    }
  }

  static func acknowledgement(_ folder: String, _ dialect: Dialect) -> [VectorFile] {
    let draft = PacketDraft(
      folder: folder, dialect: dialect, section: "3.2.6", noun: "an ACK",
      fields: [("version", [1]), ("type", [6]), ("ack", [1]), ("error", [0]), ("datetime", time), ("user_id", id(0xa1))])
    return draft.common + [
      draft.valid("a message accepted"), draft.valid("valid-rejected", "a message rejected with the largest defined error", ("ack", [0]), ("error", [4])),
      draft.valid("valid-unframed", "the answer to bytes that cannot be framed", ("ack", [0]), ("error", [3]), ("datetime", big(0, 8)), ("user_id", id(0))),
      draft.undefined("ack-2", "an undefined acknowledgement flag", expect: "field.ack", at: "ack", ("ack", [2]), ("error", [1])),
      draft.undefined("error-5", "the first undefined error", expect: "field.error", at: "error", ("ack", [0]), ("error", [5])),
      draft.undefined("accepted-with-error", "accepted, with an error", expect: "ack.inconsistent", at: "error", ("error", [2])),
      draft.undefined("rejected-without-error", "rejected, without an error", expect: "ack.inconsistent", at: "error", ("ack", [0])),
    ]
  }

  private static var acknowledgements: [VectorFile] { acknowledgement("ACK", .v1) }

  private static var idChanges: [VectorFile] {
    let draft = PacketDraft(
      folder: "IC", dialect: .v1, section: "3.1", noun: "an ID Change",
      fields: [
        ("version", [1]), ("type", [11]), ("timestamp", time), ("request_id", request), ("user_id", id(0xa1)), ("new_id", id(0xb2)),
        ("client_id", id(0xc3)), ("key_length", big(3, 4)), ("public_key", [0x30, 1, 2]),
      ])
    return draft.common + keyLimits(draft) + [
      draft.valid("an ID Change sent to a friend"),
      draft.valid("valid-to-server", "an ID Change sent to a bootstrap server: no client ID", ("client_id", id(0))),
    ]
  }
}
