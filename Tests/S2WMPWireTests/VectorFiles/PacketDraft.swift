import S2WMPWire

/// A correct packet, field by field, from which the vectors of its folder are made by changing one thing each.
///
/// The fields are typed in from the wire format's text: neither rows nor encoder have a part in it.
struct PacketDraft {
  var folder: String
  var dialect: Dialect
  var section: String
  /// `a Chat Request`, for the sentences.
  var noun: String
  var fields: [(name: String, bytes: [UInt8])]

  var bytes: [UInt8] { fields.flatMap(\.bytes) }

  /// The draft as it is.
  func valid(_ shows: String) -> VectorFile { file("valid", shows) }

  private func file(_ name: String, _ shows: String) -> VectorFile {
    VectorFile(
      path: "\(folder)/\(name)", shows: shows, dialect: dialect, section: section, expect: "valid", at: nil, fields: fields, bytes: bytes)
  }

  /// Still correct with other fields.
  func valid(_ name: String, _ shows: String, _ changes: (field: String, bytes: [UInt8])...) -> VectorFile {
    changing(changes).file(name, shows)
  }

  /// Framed, but one field holds a value that the layout does not define.
  func undefined(_ name: String, _ shows: String, expect: String, at field: String, _ changes: (field: String, bytes: [UInt8])...) -> VectorFile {
    var file = changing(changes).file(name, shows)
    file.expect = expect
    file.at = field
    return file
  }

  /// Not framed.
  func malformed(_ name: String, _ shows: String, expect: String, at field: String? = nil, _ changes: (field: String, bytes: [UInt8])...) -> VectorFile {
    raw(name, shows, expect: expect, at: field, changing(changes).bytes)
  }

  /// Not framed, any bytes.
  func raw(_ name: String, _ shows: String, expect: String, at field: String? = nil, _ bytes: [UInt8]) -> VectorFile {
    VectorFile(path: "\(folder)/\(name)", shows: shows, dialect: dialect, section: section, expect: expect, at: field, fields: [], bytes: bytes)
  }

  /// What every packet can suffer.
  var common: [VectorFile] {
    [
      malformed("version-0", "\(noun) of version 0", expect: "malformed.version", at: "version", ("version", [0])),
      malformed("version-2", "\(noun) of version 2", expect: "malformed.version", at: "version", ("version", [2])),
      malformed("type-0", "\(noun) whose type is 0", expect: "malformed.type", at: "type", ("type", [0])),
      malformed("type-16", "\(noun) whose type is 16, the first after the defined ones", expect: "malformed.type", at: "type", ("type", [16])),
      raw("truncated-header", "\(noun) of which only version and type arrived", expect: "malformed.truncated", Array(bytes.prefix(2))),
      raw("truncated-last-byte", "\(noun) without its last byte", expect: "malformed.truncated", bytes.dropLast()),
      raw("trailing-byte", "\(noun) and one byte more", expect: "malformed.trailing", bytes + [0]),
      raw("trailing-packet", "\(noun) twice in one datagram", expect: "malformed.trailing", bytes + bytes),
    ]
  }

  func changing(_ changes: [(field: String, bytes: [UInt8])]) -> PacketDraft {
    var draft = self
    for index in fields.indices {
      if let change = changes.first(where: { $0.field == fields[index].name }) { draft.fields[index].bytes = change.bytes }
    }
    return draft
  }
}
