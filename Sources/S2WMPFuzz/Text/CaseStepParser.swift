import S2WMPReport
import S2WMPWire

/// The words that begin a step.
enum StepWord: String, CaseIterable {
  case send, noise, await, end, reset, stall, pause, connection, source, datagram, target

  /// For the first of its kind in a printed file.
  var explanation: String {
    switch self {
    case .send: "one burst of packets; cut in writes: send cut packets, send cut every 7, send cut at 3 80"
    case .noise: "bytes that begin no packet"
    case .await: "until everything owed so far has come"
    case .end: "half-close: FIN, reading on"
    case .reset: "close with a reset"
    case .stall: "nothing for longer than the target's read timeout"
    case .pause: "so many hundredths of a server's lifetime of a registration, or of its ban, pass"
    case .connection: "the steps below act on that connection"
    case .source: "datagrams and new connections come from that address of ours"
    case .datagram: "one packet by UDP; or: datagram noise, and bytes"
    case .target: "the target changes its own status"
    }
  }
}

/// Reads the steps of one case.
struct CaseStepParser {
  private var lines: ArraySlice<CaseLine>
  private let dialect: Dialect
  /// Bytes of values that the file may still hold.
  private(set) var bytesLeft: Int

  init(lines: ArraySlice<CaseLine>, dialect: Dialect, bytesLeft: Int) {
    (self.lines, self.dialect, self.bytesLeft) = (lines, dialect, bytesLeft)
  }

  mutating func all() throws(CaseTextError) -> [Step] {
    var steps: [Step] = []
    while let line = lines.popFirst() {
      var reader = CaseLineReader(line)
      guard steps.count < CaseLimits.steps else { throw reader.error("a case has at most \(CaseLimits.steps) steps") }
      steps.append(try step(&reader))
    }
    return steps
  }

  private mutating func step(_ reader: inout CaseLineReader) throws(CaseTextError) -> Step {
    guard let word = reader.next, let known = StepWord(rawValue: word) else { throw noStep(reader) }
    _ = reader.take(word)
    switch known {
    case .send: return try send(&reader)
    case .datagram: return try datagram(&reader)
    default: break
    }
    let step = try plain(known, &reader)
    try reader.finish()
    return step
  }

  private func noStep(_ reader: CaseLineReader) -> CaseTextError {
    if let word = reader.next, ChangeWord(rawValue: word) != nil || PacketType(shortName: word) != nil {
      return reader.error("\(FilterText.quoted(word)) belongs to a packet below \"send\" or \"datagram\", but stands below none")
    }
    return reader.refusal(of: "step", allowed: StepWord.allCases.map(\.rawValue))
  }

  private mutating func plain(_ word: StepWord, _ reader: inout CaseLineReader) throws(CaseTextError) -> Step {
    switch word {
    case .noise: return .noise(try noise(&reader))
    case .await: return .await
    case .end: return .end
    case .reset: return .reset
    case .stall: return .stall
    case .pause: return .pause(try reader.word("span", ServerSpan.self), percent: try reader.integer("number of hundredths", CaseLimits.percent))
    case .connection: return .connection(try reader.integer("connection", CaseLimits.connections))
    case .source: return .source(try reader.integer("source", CaseLimits.sources))
    case .target: return .status(try reader.word("status", UserStatusCode.allCases.map { ($0.name, $0) }))
    case .send, .datagram: throw reader.error("\(word.rawValue) is no plain step")
    }
  }

  private mutating func noise(_ reader: inout CaseLineReader) throws(CaseTextError) -> [UInt8] {
    let bytes = try spend(try reader.bytes("noise"), reader)
    guard let first = bytes.first else { throw reader.error("noise is at least one byte") }
    guard first != protocolVersion else { throw reader.error("noise begins with another byte than 01, else it might begin a packet") }
    return bytes
  }

  private mutating func send(_ reader: inout CaseLineReader) throws(CaseTextError) -> Step {
    let cuts = reader.isAtEnd ? .whole : try cuts(&reader)
    try reader.finish()
    var packets: [PacketPlan] = []
    while let line = lines.first, StepWord(rawValue: CaseLineReader(line).next ?? "") == nil { packets.append(try packet(number: packets.count)) }
    guard !packets.isEmpty else { throw reader.error("nothing is sent: the packets stand below \"send\", such as M from friend") }
    return .send(packets, cuts)
  }

  private func cuts(_ reader: inout CaseLineReader) throws(CaseTextError) -> Cuts {
    guard reader.take("cut") else { throw reader.refusal(of: "word behind \"send\"", allowed: ["cut packets", "cut every N", "cut at N N …"]) }
    if reader.take("packets") { return .packets }
    if reader.take("every") { return .every(try reader.integer("number of bytes", CaseLimits.cuts)) }
    guard reader.take("at") else { throw reader.refusal(of: "way to cut", allowed: ["packets", "every N", "at N N …"]) }
    var places: [Int] = []
    repeat {
      places.append(try reader.integer("place to cut, behind the one before", (places.last ?? 0) + 1...CaseLimits.cuts.upperBound + 1))
      guard places.count <= CaseLimits.cutCount else { throw reader.error("a burst is cut at \(CaseLimits.cutCount) places at most") }
    } while !reader.isAtEnd
    return .at(places)
  }

  private mutating func datagram(_ reader: inout CaseLineReader) throws(CaseTextError) -> Step {
    if reader.take("noise") {
      let bytes = try spend(try reader.bytes("noise"), reader)
      try reader.finish()
      return .datagramNoise(bytes)
    }
    try reader.finish()
    guard lines.first != nil else { throw reader.error("nothing is sent: the packet stands below \"datagram\", such as BPM from stranger") }
    return .datagram(try packet(number: 0))
  }

  /// A packet's line, and its changes below it.
  private mutating func packet(number: Int) throws(CaseTextError) -> PacketPlan {
    var reader = lines.popFirst().map(CaseLineReader.init) ?? CaseLineReader(CaseLine(number: 1, tokens: []))
    guard number < CaseLimits.packets else { throw reader.error("a burst has at most \(CaseLimits.packets) packets") }
    let (type, layout) = try self.type(&reader)
    let sender = reader.take("from") ? try reader.word("sender", Sender.self) : .friend
    if !reader.isAtEnd { throw reader.refusal(of: "word behind the packet's type", allowed: ["from SENDER"]) }
    var changes: [Change] = []
    while let line = lines.first, let word = CaseLineReader(line).next.flatMap(ChangeWord.init(rawValue:)) {
      var change = CaseChangeReader(CaseLineReader(line), layout: layout)
      guard changes.count < CaseLimits.changes else { throw change.reader.error("a packet has at most \(CaseLimits.changes) changes") }
      changes.append(try change.change(word))
      bytesLeft -= change.bytesTaken
      guard bytesLeft >= 0 else { throw tooManyBytes(change.reader) }
      lines.removeFirst()
    }
    return PacketPlan(type, from: sender, changes)
  }

  private func type(_ reader: inout CaseLineReader) throws(CaseTextError) -> (PacketType, LayoutID) {
    let types = PacketType.all(dialect)
    if let word = reader.next, let type = PacketType(shortName: word), let layout = LayoutID(type, dialect) {
      _ = reader.take(word)
      return (type, layout)
    }
    let names = types.compactMap(\.shortName)
    if let word = reader.next, !Suggestions.nearest(to: word, among: ChangeWord.allCases.map(\.rawValue)).isEmpty {
      throw reader.refusal(of: "packet, step or change", allowed: names + StepWord.allCases.map(\.rawValue) + ChangeWord.allCases.map(\.rawValue))
    }
    throw reader.refusal(of: "packet of \(dialect.name) or step", allowed: names + StepWord.allCases.map(\.rawValue))
  }

  private mutating func spend(_ bytes: [UInt8], _ reader: CaseLineReader) throws(CaseTextError) -> [UInt8] {
    bytesLeft -= bytes.count
    guard bytesLeft >= 0 else { throw tooManyBytes(reader) }
    return bytes
  }

  private func tooManyBytes(_ reader: CaseLineReader) -> CaseTextError {
    reader.error("all values of a file have at most \(CaseLimits.allBytes) bytes together")
  }
}
