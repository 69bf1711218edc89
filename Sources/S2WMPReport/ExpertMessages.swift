import S2WMPAnalysis
import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

extension Dissection {
  /// The findings ready to be shown, in the order of the table of codes; what the analysis recorded in `details` comes before what the
  /// packet itself can tell.
  public func experts() -> [Expert] {
    if findings.isEmpty { return [] }
    var out: [Expert] = []
    var rest = findings.rawValue
    while rest != 0 {
      let bit = rest.trailingZeroBitCount
      rest &= rest - 1
      if let code = ExpertCode(rawValue: UInt8(truncatingIfNeeded: bit)) { out.append(expert(code)) }
    }
    return out
  }

  private func expert(_ code: ExpertCode) -> Expert {
    if let detail = details.first(where: { $0.code == code }) {
      return Expert(code: code, field: detail.field, message: detail.message)
    }
    guard let view else { return malformedExpert(code) }
    let field = view.field(of: code)
    return Expert(code: code, field: field, message: view.message(code, field, captured: time) ?? code.meaning)
  }

  /// What is wrong with bytes that frame no packet.
  private func malformedExpert(_ code: ExpertCode) -> Expert {
    let status = Framer.frame(bytes, dialect, whole: UInt64(bytes.count) == length)
    switch (code, status) {
    case (.malformedVersion, _): return Expert(code: code, field: "version", message: wrongVersion)
    case (.malformedType, _): return Expert(code: code, field: "type", message: wrongType)
    case (.malformedLength, .fault(let fault)):
      return Expert(code: code, field: fault.fieldName, message: wrongLength(fault) ?? code.meaning)
    case (.malformedTruncated, .incomplete(let needed)) where length < UInt64(needed):
      return Expert(code: code, field: nil, message: "the bytes end after \(length) of at least \(needed)")
    case (.malformedTrailing, .framed(let due)), (.malformedTrailing, .incomplete(let due)):
      let extra = length.subtractingReportingOverflow(UInt64(due))
      let count = extra.overflow ? "bytes follow" : extra.partialValue == 1 ? "1 byte follows" : "\(extra.partialValue) bytes follow"
      return Expert(code: code, field: nil, message: "\(count) the packet in its datagram")
    default: return Expert(code: code, field: nil, message: code.meaning)
    }
  }

  private var wrongVersion: String {
    guard let first = bytes.first else { return ExpertCode.malformedVersion.meaning }
    return "version is \(first), not \(protocolVersion)"
  }

  private var wrongType: String {
    guard bytes.count > 1 else { return ExpertCode.malformedType.meaning }
    return "type \(bytes[1]) is not defined in \(dialect.name)"
  }

  /// Names the limit; the value as well where it stands at a fixed place.
  private func wrongLength(_ fault: FrameFault) -> String? {
    switch fault {
    case .keyLength:
      guard let value = keyLength else { return "key_length must be 1 to \(KeyLimits.maximumKey)" }
      let isRefusal = dialect == .v1 && bytes[1] == PacketType.chatRequestResponse.rawValue && bytes[2] != 0
      return "key_length is \(value); it must be \(isRefusal ? "0 unless accepted" : "1 to \(KeyLimits.maximumKey)")"
    case .nameLength:
      return "name_length is outside \(dialect == .legacy ? 0 : 1) to \(KeyLimits.maximumName), or above 0 in a refusal"
    case .messageLength: return "length is above \(LegacyMessaging.maximumBody)"
    case .version, .type: return nil
    }
  }

  /// `key_length` of bytes that fail by it: the framer has seen all four bytes.
  private var keyLength: UInt64? {
    guard bytes.count > 1, let layout = LayoutID(PacketType(rawValue: bytes[1]), dialect), let row = layout.row(named: "key_length"),
      bytes.count >= row.offset + 4
    else { return nil }
    return Notation.unsigned(UnsafeRawBufferPointer(rebasing: bytes[row.offset..<(row.offset + 4)]))
  }
}

extension PacketView {
  /// The field that a finding is about, when it is about one.
  func field(of code: ExpertCode) -> String? {
    switch code {
    case .fieldLength: "length"
    case .fieldStatus: "status"
    case .fieldBroadcast: "broadcast"
    case .fieldName: "name"
    case .fieldAck: "ack"
    case .fieldError, .ackRejected: "error"
    case .fieldUndefined: "undefined"
    case .keyChanged, .keyWeak, .keyInvalid: "public_key"
    case .hashMismatch: "hash"
    case .decryptFailed: "body"
    case .idMismatch: layout.rows.first { $0.relation == .idOfKey }?.name
    case .clockSkew: layout.rows.first { $0.relation == .time }?.name
    case .idCollision: type == .broadcastPeerResponse ? "lookup_id" : "user_id"
    default: nil
    }
  }

  /// A sentence from the packet's own values; nil when the code's meaning says all there is.
  func message(_ code: ExpertCode, _ field: String?, captured: CaptureTime) -> String? {
    let name = type.shortName ?? "this packet"
    switch code {
    case .fieldLength: return type == .statusChange ? "length is \(number("length")), but SC has no body" : "length is 0, but M has a body"
    case .fieldStatus: return "status \(number("status")) is not defined for \(name)"
    case .fieldBroadcast: return "broadcast is \(number("broadcast")), but \(name) takes \(isBroadcastRequest ? 1 : 0)"
    case .fieldName: return wrongName
    case .fieldAck: return "ack is \(number("ack")), but only 0 (rejected) and 1 (accepted) are defined"
    case .fieldError: return "error \(number("error")) is not defined for ACK"
    case .fieldUndefined: return "undefined is \(hex("undefined")), not zero"
    case .ackInconsistent: return "ack says \(codeText("ack")), error says \(codeText("error"))"
    case .ackRejected: return "rejected with error \(codeText("error"))"
    case .idMismatch: return wrongID(field)
    case .keyWeak: return weakKey
    case .keyInvalid: return "the \(keyBytes.count) bytes of public_key are no key that \(layout.dialect.name) knows"
    case .hashMismatch: return layout == .legacyMessaging ? "hash is not the SHA-1 of the body" : nil
    case .clockSkew: return skew(field, captured)
    default: return nil
    }
  }

  private var isBroadcastRequest: Bool { type == .broadcastServer || type == .broadcastPeer }

  private func bytes(of name: String) -> UnsafeRawBufferPointer {
    guard let row = layout.row(named: name) else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    return UnsafeRawBufferPointer(rebasing: bytes[range(of: row)])
  }

  private func number(_ name: String) -> UInt64 { Notation.unsigned(bytes(of: name)) }

  private func hex(_ name: String) -> String { Hex.string(bytes(of: name)) }

  private var keyBytes: UnsafeRawBufferPointer { bytes(of: "public_key") }

  /// `2 (hash didn't match)`.
  private func codeText(_ name: String) -> String {
    let value = number(name)
    let code = layout.row(named: name)?.codes?.code(UInt8(truncatingIfNeeded: value))
    return code.map { "\(value) (\($0.text))" } ?? "\(value)"
  }

  private var wrongName: String {
    switch layout {
    case .legacyUserBroadcast: "the name is not valid UTF-16"
    case .legacyChatRequest: "the name is not valid UTF-8"
    default: "the name holds bytes outside printable US-ASCII"
    }
  }

  private func wrongID(_ field: String?) -> String? {
    field.map { "\($0) is not the ID of the public key, which is \(Digest.identifier(sha256: keyBytes))" }
  }

  private var weakKey: String? {
    PublicKeyField.parse(keyBytes, layout.dialect).map { "the key is \($0); anything below 2048 bits is weak" }
  }

  /// How far the packet's time is from the capture's, in whole days.
  private func skew(_ field: String?, _ captured: CaptureTime) -> String? {
    guard let field, !captured.isNone else { return nil }
    let claimed = number(field)
    let seen = UInt64(max(0, captured.nanoseconds / 1_000_000))
    let days = (claimed > seen ? claimed - seen : seen - claimed) / 86_400_000
    return "\(field) is \(days == 1 ? "1 day" : "\(days) days") \(claimed > seen ? "after" : "before") the capture"
  }
}
