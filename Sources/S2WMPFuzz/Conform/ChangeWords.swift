import S2WMPReport
import S2WMPWire

/// Cases, packets, changes and outcomes in short English phrases: for tables, reports and the screen of a running fuzzer.
///
/// The words are harmless on a terminal whatever the case holds: text of strangers is escaped, bytes are hex.
public enum CaseWords {
  /// `with status 7`, `hash bit 5 flipped`, `cut after 40 bytes`.
  public static func change(_ change: Change) -> String {
    switch change {
    case .set(let field, let value): "with \(safe(field)) \(self.value(value))"
    case .tamper(let field, let value): "\(safe(field)) changed to \(self.value(value)) after sealing"
    case .flip(let field, let bit): bit < 0 ? "\(safe(field)) bit \(-bit) from its end flipped" : "\(safe(field)) bit \(bit) flipped"
    case .text(let text): self.text(text)
    case .time(let time): self.time(time)
    case .client(let client): self.client(client)
    case .hash(let hash): self.hash(hash)
    case .body(let body): self.body(body)
    case .key(let key): self.key(key)
    case .cut(let count): "cut after \(counted(count, "byte"))"
    case .append(let bytes): "\(counted(bytes.count, "byte")) behind it"
    }
  }

  /// Whether the words go right behind the packet's name.
  static func isAttribute(_ change: Change) -> Bool {
    if case .set = change { return true }
    return false
  }

  static func value(_ value: Value) -> String {
    switch value {
    case .number(let number): String(number)
    case .bytes(let bytes): hex(bytes)
    case .party(let party): self.party(party)
    }
  }

  static func party(_ party: Party) -> String {
    switch party {
    case .own: "the sender's own"
    case .target: "the target's"
    case .friend: "the friend's"
    case .other: "another friend's"
    case .stranger: "a stranger's"
    case .zero: "zero"
    case .nobody: "nobody's"
    }
  }

  private static func text(_ text: Plaintext) -> String {
    switch text {
    case .letters(0): "empty text"
    case .letters(let count): "text of \(counted(count, "letter"))"
    case .bytes(let bytes): bytes.isEmpty ? "empty text" : "text \(hex(bytes))"
    }
  }

  private static func time(_ time: Time) -> String {
    switch time {
    case .next: "the next time"
    case .again: "sent again"
    case .late: "older than the one before"
    case .exact(let value): "time \(value)"
    }
  }

  private static func client(_ client: ClientChoice) -> String {
    switch client {
    case .program(let name): "client ID of program \"\(safe(name))\""
    case .unbound: "client ID bound to nothing"
    case .previous: "client ID of the packet before"
    case .otherPair: "client ID under another pair's key"
    }
  }

  private static func hash(_ hash: HashChoice) -> String {
    switch hash {
    case .zero: "hash zero"
    case .otherText: "hash of another text"
    case .otherDirection: "hash by the key of the other direction"
    case .previous: "hash of the message before"
    }
  }

  private static func body(_ body: BodyChoice) -> String {
    switch body {
    case .short(0): "no body"
    case .short(let count): "only \(counted(count, "byte")) of the body"
    case .otherKey: "body under another pair's key"
    case .previous: "body of the message before"
    case .bit(let bit): bit < 0 ? "body bit \(-bit) from its end flipped" : "body bit \(bit) flipped"
    case .garbage(let count): "\(counted(count, "random byte")) as the body"
    case .wrappedForOther: "content key wrapped for somebody else"
    case .wrappedZero: "wrapped key all zero bits"
    case .wrappedOnes: "wrapped key all one bits"
    case .contentKey(let count): "content key of \(counted(count, "byte"))"
    }
  }

  /// `1 byte`, `2 bytes`.
  static func counted(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }

  /// The first eight bytes, and how many there are.
  static func hex(_ bytes: [UInt8]) -> String {
    let shown = bytes.prefix(8).map { String([Hex.digit($0 >> 4), Hex.digit($0 & 15)].map { Character(Unicode.Scalar($0)) }) }.joined(separator: " ")
    return bytes.count > 8 ? "\(shown) … (\(bytes.count) bytes)" : bytes.isEmpty ? "nothing" : shown
  }

  /// Text from a file or the wire, made harmless.
  static func safe(_ text: String, limit: Int = 120) -> String {
    var out = StyledText(colour: false)
    out.append(untrusted: text.utf8, limit: limit)
    return String(decoding: out.bytes, as: UTF8.self)
  }
}
