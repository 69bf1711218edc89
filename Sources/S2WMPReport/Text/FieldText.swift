import S2WMPAnalysis
import S2WMPCrypto
import S2WMPWire

/// What a field's value means, for the tree.
struct FieldText {
  var row: FieldRow
  var bytes: UnsafeRawBufferPointer
  var dialect: Dialect
  var names: NameBook
  var options: TextOptions
  /// What keys told of the packet.
  var opened: OpenedPacket?

  func append(to out: inout StyledText) {
    switch row.relation {
    case .code: appendCode(to: &out)
    case .type: out.append("\(number) \(PacketType(rawValue: UInt8(truncatingIfNeeded: number)).longName ?? "")")
    case .time: appendTime(to: &out)
    case .userID, .idOfKey: appendUser(to: &out)
    case .key: out.append("\(keyText)\(bytes.isEmpty ? "" : ", \(counted(bytes.count, "byte"))")")
    case .encrypted where opened?.plaintext != nil: appendPlaintext(to: &out)
    case .hash where opened?.isHashRight != nil: out.append(opened?.isHashRight == true ? "matches" : "does not match")
    case .encrypted: out.append(bytes.isEmpty ? "empty" : "\(counted(bytes.count, "byte")), encrypted")
    case .clientID: appendClient(to: &out)
    case .userName: appendName(to: &out)
    default: out.append { Notation.appendField(row.kind, bytes, to: &$0) }
    }
  }

  private var number: UInt64 { Notation.unsigned(bytes) }

  private func appendCode(to out: inout StyledText) {
    out.append("\(number) \(row.codes?.code(UInt8(truncatingIfNeeded: number))?.text ?? "(not defined)")")
  }

  /// RFC 3339 with milliseconds.
  private func appendTime(to out: inout StyledText) {
    if number == 0 { return out.append("0") }
    let (seconds, milliseconds) = number.quotientAndRemainder(dividingBy: 1000)
    out.append { text in
      Notation.appendSecond(Int64(seconds), to: &text)
      text.append(0x2e)
      Notation.appendPadded(milliseconds, 3, to: &text)
      text.append(0x5a)
    }
  }

  private func appendUser(to out: inout StyledText) {
    out.append { Notation.appendHex(bytes, to: &$0) }
    let id = bytes.count == 16 ? Identifier(Array(bytes)) : nil
    guard let id else { return }
    if id.isZero { return out.append("  nobody in particular") }
    guard options.showsNames, let (name, isDoubtful) = names.name(of: id) else { return }
    out.append("  ")
    out.append(name: name)
    if isDoubtful { out.append(" (in doubt)") }
  }

  private var keyText: String {
    if bytes.isEmpty { return "none" }
    guard let key = PublicKeyField.parse(bytes, dialect) else { return "no valid key" }
    return key.isWeak ? "\(key) (weak)" : key.description
  }

  private func appendClient(to out: inout StyledText) {
    out.append { Notation.appendHex(bytes, to: &$0) }
    if let client = opened?.client, dialect == .v1 {
      out.append(client == ClientID.own ? "  is \(ClientID.ownName)" : "  is client \(client.hex)")
    }
    if dialect == .legacy && bytes.elementsEqual(Self.legacyClient) { out.append("  sampleclient") }
  }

  /// How it was encrypted, with the bytes that this takes, and what it says.
  private func appendPlaintext(to out: inout StyledText) {
    switch opened?.cipher {
    case .rsa(let wrapped): out.append("RSA-OAEP \(wrapped), AES-256-GCM \(BodySize.overhead): \"")
    case .aesGCM: out.append("AES-256-GCM \(BodySize.overhead): \"")
    default: out.append("AES-128-ECB: \"")
    }
    out.append(untrusted: opened?.plaintext ?? [], limit: 300)
    out.append("\"")
  }

  /// SHA-1 of the name of the authors' program, in the clear.
  private static let legacyClient: [UInt8] = [
    0x86, 0x60, 0x90, 0x72, 0xea, 0x7b, 0x06, 0xcb, 0x42, 0x93, 0x59, 0x55, 0x0a, 0x12, 0x0d, 0xd1,
  ]

  private func appendName(to out: inout StyledText) {
    let name = row.kind == .text16 ? Array(String(decoding: UTF16Name.codeUnits(bytes), as: UTF16.self).utf8) : Array(bytes)
    out.append("\"")
    out.append(untrusted: name, limit: 300)
    out.append("\"")
  }
}

extension Identifier {
  /// Nil unless there are sixteen bytes.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    self.init(high: bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) }, low: bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) })
  }
}
