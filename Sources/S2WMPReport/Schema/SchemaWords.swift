import S2WMPWire

extension SchemaJSON {
  /// How the bytes are read, as one word.
  static func kind(_ kind: FieldKind) -> String {
    switch kind {
    case .unsigned: "unsigned"
    case .opaque: "bytes"
    case .address: "address"
    case .text: "text"
    case .text16: "utf16"
    }
  }

  /// What the field means, as one word.
  static func role(_ relation: Relation) -> String {
    switch relation {
    case .code: "code"
    case .place: "place"
    case .version: "version"
    case .type: "type"
    case .length: "length"
    case .time: "time"
    case .userID: "user_id"
    case .idOfKey: "id_of_key"
    case .requestID: "request_id"
    case .clientID: "client_id"
    case .hash: "hash"
    case .key: "key"
    case .encrypted: "encrypted"
    case .userName: "user_name"
    case .reserved: "reserved"
    }
  }
}
