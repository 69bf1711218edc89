import S2WMPReport
import S2WMPWire

/// The words that begin a change of a packet.
enum ChangeWord: String, CaseIterable {
  case set, tamper, flip, text, time, client, hash, body, key, cut, append
}

/// Reads one change. Field names and what fits into a field come from the layout's rows.
struct CaseChangeReader {
  private(set) var reader: CaseLineReader
  private let layout: LayoutID
  /// Bytes of values that were read.
  private(set) var bytesTaken = 0

  init(_ reader: CaseLineReader, layout: LayoutID) {
    (self.reader, self.layout) = (reader, layout)
  }

  mutating func change(_ word: ChangeWord) throws(CaseTextError) -> Change {
    _ = reader.take(word.rawValue)
    let change = try parsed(word)
    try reader.finish()
    return change
  }

  private mutating func parsed(_ word: ChangeWord) throws(CaseTextError) -> Change {
    switch word {
    case .set: return try valued(Change.set)
    case .tamper: return try valued(Change.tamper)
    case .flip: return try flip()
    case .text: return .text(try text())
    case .time: return .time(try time())
    case .client: return .client(try client())
    case .hash: return .hash(try reader.choice("hash", HashChoice.self))
    case .body: return .body(try reader.choice("body", BodyChoice.self))
    case .key: return .key(try reader.choice("key", KeyChoice.self))
    case .cut: return .cut(try reader.integer("number of bytes that are left", CaseLimits.packet))
    case .append: return .append(try bytes("bytes behind the packet"))
    }
  }

  private mutating func bytes(_ what: String) throws(CaseTextError) -> [UInt8] {
    let bytes = try reader.bytes(what)
    bytesTaken += bytes.count
    return bytes
  }

  private mutating func row() throws(CaseTextError) -> FieldRow {
    try reader.word("field of a \(layout.title) packet", layout.rows.map { ($0.name, $0) })
  }

  private mutating func valued(_ make: (String, Value) -> Change) throws(CaseTextError) -> Change {
    let row = try row()
    return make(row.name, try value(of: row))
  }

  /// A number, bytes or somebody's ID, as far as the field can take it.
  private mutating func value(of row: FieldRow) throws(CaseTextError) -> Value {
    guard let next = reader.next else {
      return .bytes(try sized(try bytes("value of \(row.name)"), row))
    }
    if let party = Party(rawValue: next) {
      guard row.extent == .fixed(16) else { throw reader.error("\(row.name) is no ID, so it cannot be that of \"\(next)\"") }
      _ = reader.take(next)
      return .party(party)
    }
    if next == "hex" { return .bytes(try sized(try bytes("value of \(row.name)"), row)) }
    guard case .fixed(let size) = row.extent else { throw reader.error("\(row.name) takes a text in quotes, or hex and its digits, such as hex 00ff") }
    if size == 16, next.utf8.first.map({ $0 >= 0x30 && $0 <= 0x39 }) != true {
      throw reader.refusal(of: "value of \(row.name)", allowed: Party.allCases.map(\.rawValue) + ["hex and 32 digits", "a number"])
    }
    return .number(try reader.unsigned("value of \(row.name)", 0...(size >= 8 ? UInt64.max : 1 << UInt64(size * 8) - 1)))
  }

  private func sized(_ bytes: [UInt8], _ row: FieldRow) throws(CaseTextError) -> [UInt8] {
    if case .fixed(let size) = row.extent, bytes.count != size {
      throw reader.error("\(row.name) takes exactly \(size == 1 ? "one byte" : "\(size) bytes"), not \(bytes.count)")
    }
    return bytes
  }

  private mutating func flip() throws(CaseTextError) -> Change {
    let row = try row()
    guard reader.take("bit") else { throw reader.refusal(of: "word behind \"flip \(row.name)\"", allowed: ["bit N"]) }
    var range = CaseLimits.bits
    if case .fixed(let size) = row.extent { range = 0...(size * 8 - 1) }
    return .flip(row.name, bit: try reader.integer("bit of \(row.name)", range))
  }

  private mutating func text() throws(CaseTextError) -> Plaintext {
    if reader.take("letters") { return .letters(try reader.integer("number of letters", CaseLimits.body)) }
    guard reader.next == nil || reader.next == "hex" else {
      throw reader.refusal(of: "text", allowed: ["\"words in quotes\"", "letters N", "hex and its digits"])
    }
    return .bytes(try bytes("text"))
  }

  private mutating func time() throws(CaseTextError) -> Time {
    if let word = reader.next, word.utf8.first.map({ $0 >= 0x30 && $0 <= 0x39 }) == true {
      return .exact(try reader.unsigned("time", 0...UInt64.max))
    }
    let words: [(String, Time?)] = [("next", .next), ("again", .again), ("late", .late), ("a number of milliseconds since 1970", nil)]
    guard let time = try reader.word("time", words) else { throw reader.error("the time is missing") }
    return time
  }

  private mutating func client() throws(CaseTextError) -> ClientChoice {
    if reader.take("program") { return .program(try reader.text("program's name")) }
    let words: [(String, ClientChoice?)] = [
      ("unbound", .unbound), ("previous", .previous), ("other-pair", .otherPair), ("program \"NAME\"", nil),
    ]
    guard let client = try reader.word("client", words) else { throw reader.error("the client is missing") }
    return client
  }
}
