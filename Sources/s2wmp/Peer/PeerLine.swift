import S2WMPFlow
import S2WMPPeer
import S2WMPReport
import S2WMPWire

/// Why a line on standard input is no command: one sentence.
struct PeerLineError: Error, Equatable, CustomStringConvertible {
  var description: String
}

/// One line of standard input: `{"do":"send","to":ID,"text":T}` and the like. Strict: a misspelt key is an error, not a surprise.
struct PeerLine {
  private let object: JSONObject
  private let verb: String

  /// Nil for a blank line.
  static func command(_ line: [UInt8]) throws(PeerLineError) -> PeerCommand? {
    var reader = JSONReader(line)
    guard reader.peek() != nil else { return nil }
    let object: JSONObject
    do throws(JSONFault) {
      object = try reader.topObject()
      if reader.peek() != nil { throw reader.fault("the end of the line") }
    } catch {
      throw PeerLineError(description: "the line is no JSON object: \(sentence(error))")
    }
    guard case .string(let name)? = object["do"] else { throw PeerLineError(description: "the command has no \"do\" that says what to do") }
    return try PeerLine(object: object, verb: String(decoding: name, as: UTF8.self)).command()
  }

  private static func sentence(_ fault: JSONFault) -> String {
    switch fault.problem {
    case .expected(let what, let found):
      let byte = found.map { $0 >= 0x20 && $0 < 0x7f ? "\(Character(Unicode.Scalar($0)))" : "byte 0x" + Hex.string([$0]) } ?? "the end"
      return "at byte \(fault.offset + 1), \(what) is due instead of \(byte)"
    case .tooDeep: return "at byte \(fault.offset + 1), it is nested too deeply"
    case .tooLarge: return "it is longer than \(JSONReader.maximumSize) bytes"
    case .notUTF8: return "at byte \(fault.offset + 1), it is not UTF-8"
    }
  }

  private func command() throws(PeerLineError) -> PeerCommand {
    switch verb {
    case "send":
      try allow("to", "text")
      return .send(to: try identifier("to"), text: try text("text"))
    case "cancel":
      try allow("to", "datetime")
      return .cancel(to: try identifier("to"), datetime: try number("datetime"))
    case "add":
      try allow("id", "address")
      return .add(try identifier("id"), address: try endpoint("address"))
    case "accept", "deny", "remove", "lookup":
      try allow("id")
      return try about(try identifier("id"))
    case "status":
      try allow("status")
      return .status(try status("status"))
    case "discover", "friends", "regenerate-key", "quit":
      try allow()
      return try simple()
    default: throw unknown
    }
  }

  private func about(_ id: Identifier) throws(PeerLineError) -> PeerCommand {
    switch verb {
    case "accept": .accept(id)
    case "deny": .deny(id)
    case "remove": .remove(id)
    case "lookup": .lookup(id)
    default: throw unknown
    }
  }

  private func simple() throws(PeerLineError) -> PeerCommand {
    switch verb {
    case "discover": .discover
    case "friends": .friends
    case "regenerate-key": .regenerateKey
    case "quit": .quit
    default: throw unknown
    }
  }

  private var unknown: PeerLineError {
    PeerLineError(
      description:
        "there is no command \"\(Printable.text(String(verb.prefix(40))))\": commands are send, cancel, add, accept, deny, remove, status, discover, "
        + "lookup, friends, regenerate-key and quit")
  }
}

/// Keys and their values.
extension PeerLine {
  private func allow(_ keys: String...) throws(PeerLineError) {
    var seen: Set<String> = []
    for member in object.members {
      guard member.key == "do" || keys.contains(member.key) else {
        throw PeerLineError(description: "\(verb) has no key \"\(Printable.text(String(member.key.prefix(40))))\"")
      }
      guard seen.insert(member.key).inserted else { throw PeerLineError(description: "\(verb) has the key \"\(member.key)\" twice") }
    }
  }

  private func text(_ key: String) throws(PeerLineError) -> String {
    guard case .string(let bytes)? = object[key] else { throw wrong(key, "text in double quotes") }
    // An unpaired surrogate escape is no text.
    guard let text = String(validating: bytes, as: UTF8.self) else { throw wrong(key, "Unicode text, without unpaired surrogates") }
    return text
  }

  private func identifier(_ key: String) throws(PeerLineError) -> Identifier {
    guard let id = object[key]?.string.flatMap({ Identifier(hex: $0) }) else { throw wrong(key, "an ID of 32 hex digits in double quotes") }
    return id
  }

  private func number(_ key: String) throws(PeerLineError) -> UInt64 {
    guard let number = object[key]?.unsigned else { throw wrong(key, "a whole number") }
    return number
  }

  private func endpoint(_ key: String) throws(PeerLineError) -> Endpoint? {
    guard let value = object.present(key) else { return nil }
    guard let endpoint = value.string.flatMap({ Endpoint(text: $0) }), endpoint.port != 0 else {
      throw wrong(key, "an address and a port, \"10.0.0.7:5000\" or \"[fe80::1]:5000\"")
    }
    return endpoint
  }

  private func status(_ key: String) throws(PeerLineError) -> UserStatus {
    guard let status = object[key]?.string.flatMap({ UserStatus(rawValue: $0) }) else {
      throw wrong(key, "one of \(UserStatus.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return status
  }

  private func wrong(_ key: String, _ due: String) -> PeerLineError {
    PeerLineError(description: object[key] == nil ? "\(verb) needs \"\(key)\": \(due)" : "\"\(key)\" of \(verb) is not \(due)")
  }
}
