import S2WMPWire

/// Fields of a framed packet, from their rows.
extension Notation {
  /// The value of a field, given the bytes that its row covers (`PacketView.range(of:)`), without quotes.
  public static func appendField(_ kind: FieldKind, _ bytes: UnsafeRawBufferPointer, to out: inout [UInt8]) {
    switch kind {
    case .unsigned: appendDecimal(unsigned(bytes), to: &out)
    case .opaque: appendHex(bytes, to: &out)
    case .address: appendAddress(bytes, to: &out)
    case .text: appendName(bytes, to: &out)
    case .text16: appendUTF16Name(bytes, to: &out)
    }
  }

  /// A big-endian number of up to eight bytes.
  static func unsigned(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The bytes that `body` appends, as a string. For the cold places.
  public static func text(_ body: (inout [UInt8]) -> Void) -> String {
    var out: [UInt8] = []
    body(&out)
    return String(decoding: out, as: UTF8.self)
  }
}
