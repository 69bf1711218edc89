import S2WMPReport
import S2WMPWire

extension CaseFile {
  /// The file as text. `heading` becomes comments on top; the first step of each kind is explained beside it.
  public func text(heading: [String] = []) -> String {
    var printer = CasePrinter()
    printer.printHead(self, heading)
    let (role, dialect) = (cases.first?.role ?? .peer, cases.first?.dialect ?? .v1)
    for each in cases { printer.print(each, role, dialect) }
    return printer.out
  }
}

extension Change {
  /// As a case file says it: `flip hash bit 5`.
  public var text: String { CasePrinter.line(self) }
}

extension PacketPlan {
  /// As a case file says it, on one line: `M from friend: set status 2, flip hash bit 5`.
  public var text: String {
    let head = "\(type.shortName ?? "?") from \(sender.rawValue)"
    return changes.isEmpty ? head : "\(head): \(changes.map(\.text).joined(separator: ", "))"
  }
}

/// Writes case files. Every byte that it writes is printable: what came from elsewhere is escaped.
struct CasePrinter {
  private(set) var out = ""
  private var explained: Set<StepWord> = []

  private static let commentColumn = 20

  mutating func printHead(_ file: CaseFile, _ heading: [String]) {
    out += "s2case 1\n"
    for line in heading { out += "# \(CaseQuote.harmless(line))\n" }
    out += "role \((file.cases.first?.role ?? .peer).rawValue)\ndialect \((file.cases.first?.dialect ?? .v1).name)\n"
    if let requirement = file.requirement { out += "requirement \(CaseQuote.word(requirement))\n" }
    if let kind = file.kind { out += "kind \(kind.rawValue)\n" }
    if let suite = file.suite { out += "suite \(suite.rawValue)\n" }
    if let group = file.group { out += "group \(group.rawValue)\n" }
    if let seed = file.seed { out += "seed \(seed)\n" }
    if let repetition = file.repetition { printLine(Self.line(repetition), Self.explanation(repetition)) }
    for note in file.notes { out += "note \(CaseQuote.quoted(note.utf8))\n" }
  }

  mutating func print(_ one: Case, _ role: TargetRole, _ dialect: Dialect) {
    out += one.isFresh ? "\ncase fresh\n" : "\ncase\n"
    if one.role != role { out += "role \(one.role.rawValue)\n" }
    if one.dialect != dialect { out += "dialect \(one.dialect.name)\n" }
    if let requirement = one.requirement { out += "requirement \(CaseQuote.word(requirement))\n" }
    for step in one.steps { print(step) }
  }

  private mutating func print(_ step: Step) {
    switch step {
    case .send(let packets, let cuts):
      line(.send, Self.text(cuts))
      packets.forEach { print($0) }
    case .datagram(let packet):
      line(.datagram, "")
      print(packet)
    case .noise(let bytes): line(.noise, CaseQuote.bytes(bytes))
    case .datagramNoise(let bytes): line(.datagram, "noise \(CaseQuote.bytes(bytes))")
    case .await: line(.await, "")
    case .end: line(.end, "")
    case .reset: line(.reset, "")
    case .stall: line(.stall, "")
    case .pause(let span, let percent): line(.pause, "\(span.rawValue) \(percent)")
    case .connection(let number): line(.connection, "\(number)")
    case .source(let number): line(.source, "\(number)")
    case .status(let status): line(.target, status.name)
    }
  }

  private mutating func line(_ word: StepWord, _ rest: String) {
    let text = rest.isEmpty ? word.rawValue : "\(word.rawValue) \(rest)"
    let isFirst = explained.insert(word).inserted
    guard isFirst else { return out += "\(text)\n" }
    printLine(text, word.explanation)
  }

  private mutating func printLine(_ text: String, _ explanation: String) {
    out += "\(text)\(String(repeating: " ", count: max(2, Self.commentColumn - text.utf8.count)))# \(explanation)\n"
  }

  private static func line(_ repetition: Repetition) -> String { "repeat \(repetition.count) \(repetition.watched.rawValue)" }

  private static func explanation(_ repetition: Repetition) -> String {
    switch repetition.watched {
    case .memory: "so often, all cases; the memory of the target's process must not grow"
    case .time: "so often, all cases; the target's processor time for them must not grow"
    }
  }

  private static func text(_ cuts: Cuts) -> String {
    switch cuts {
    case .whole: ""
    case .packets: "cut packets"
    case .every(let count): "cut every \(count)"
    case .at(let places): "cut at \(places.map(String.init).joined(separator: " "))"
    }
  }

  private mutating func print(_ packet: PacketPlan) {
    out += "  \(packet.type.shortName ?? "0x" + Hex.string([packet.type.rawValue])) from \(packet.sender.rawValue)\n"
    for change in packet.changes { out += "    \(Self.line(change))\n" }
  }

  static func line(_ change: Change) -> String {
    switch change {
    case .set(let field, let value): "set \(field) \(text(value))"
    case .tamper(let field, let value): "tamper \(field) \(text(value))"
    case .flip(let field, let bit): "flip \(field) bit \(bit)"
    case .text(.letters(let count)): "text letters \(count)"
    case .text(.bytes(let bytes)): "text \(CaseQuote.bytes(bytes, isText: true))"
    case .time(let time): "time \(text(time))"
    case .client(let client): "client \(text(client))"
    case .hash(let choice): "hash \(text(choice))"
    case .body(let choice): "body \(text(choice))"
    case .key(let choice): "key \(text(choice))"
    case .cut(let count): "cut \(count)"
    case .append(let bytes): "append \(CaseQuote.bytes(bytes))"
    }
  }

  private static func text(_ value: Value) -> String {
    switch value {
    case .number(let number): "\(number)"
    case .bytes(let bytes): CaseQuote.bytes(bytes, isText: true)
    case .party(let party): party.rawValue
    }
  }

  private static func text(_ time: Time) -> String {
    switch time {
    case .next: "next"
    case .again: "again"
    case .late: "late"
    case .exact(let milliseconds): "\(milliseconds)"
    }
  }

  private static func text(_ client: ClientChoice) -> String {
    switch client {
    case .program(let name): "program \(CaseQuote.quoted(name.utf8))"
    case .unbound: "unbound"
    case .previous: "previous"
    case .otherPair: "other-pair"
    }
  }

  private static func text(_ choice: some WordedChoice) -> String {
    let (word, number) = choice.spelled
    return number.map { "\(word) \($0)" } ?? word
  }
}
