import S2WMPWire

/// How users, times and durations are called in text for people.
extension StyledText {
  /// A user: the name when one is known, else the ID; both when the name is in doubt.
  package mutating func append(user id: Identifier, _ book: NameBook, _ options: TextOptions) {
    guard options.showsNames, let (name, isDoubtful) = book.name(of: id) else { return append(id: id, options.ids, otherwise: "someone") }
    append(name: name)
    if isDoubtful && options.ids != .none {
      append(" ")
      append(id: id, options.ids, otherwise: "")
    }
  }

  package mutating func append(id: Identifier, _ style: TextOptions.IDs, otherwise: String) {
    if style == .none { return append(otherwise) }
    withUnsafeBytes(of: (id.high.bigEndian, id.low.bigEndian)) { raw in
      if style == .full { return append { Notation.appendHex(raw, to: &$0) } }
      append { Notation.appendHex(UnsafeRawBufferPointer(rebasing: raw[0..<2]), to: &$0) }
      append("…")
      append { Notation.appendHex(UnsafeRawBufferPointer(rebasing: raw[14..<16]), to: &$0) }
    }
  }

  /// A name as its owner wrote it, in quotes unless it is one plain word that begins with a letter, so that it cannot pass for anything else on the line.
  package mutating func append(name: some Collection<UInt8>, limit: Int = 24) {
    if name.count <= limit, Self.isWord(name) { return append { $0.append(contentsOf: name) } }
    append("\"")
    append(untrusted: name.flatMap { $0 == 0x22 ? [0x27] : [$0] }, limit: limit)
    append("\"")
  }

  private static func isWord(_ name: some Collection<UInt8>) -> Bool {
    let isPlain = name.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f: true
      default: false
      }
    }
    guard isPlain, let first = name.first, first >= 0x41 else { return false }
    return !name.elementsEqual("someone".utf8)
  }

  /// A time span, rounded, with two or three digits that matter: `38 µs`, `0.8 ms`, `14 ms`, `1.2 s`.
  package mutating func append(duration nanoseconds: Int64) {
    if nanoseconds < 0 { append("-") }
    let span = nanoseconds.magnitude
    switch span {
    case ..<1_000: append("\(span) ns")
    case ..<99_500: append("\((span + 500) / 1000) µs")
    case ..<9_950_000: append(tenths: (span + 50_000) / 100_000, "ms")
    case ..<999_500_000: append("\((span + 500_000) / 1_000_000) ms")
    case ..<99_950_000_000: append(tenths: (span + 50_000_000) / 100_000_000, "s")
    default: append("\((span + 500_000_000) / 1_000_000_000) s")
    }
  }

  private mutating func append(tenths: UInt64, _ unit: String) { append("\(tenths / 10).\(tenths % 10) \(unit)") }
}

/// `1 byte`, `412 bytes`.
package func counted(_ count: some BinaryInteger, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
