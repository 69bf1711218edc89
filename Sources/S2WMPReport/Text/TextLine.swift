import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// The `text` format: one readable line a packet.
///
/// Keeps what earlier packets told: names, the first time, the conversation of the line before.
public struct TextLine {
  public let options: TextOptions
  public private(set) var names = NameBook()
  private var times = TextTimes()
  private var sentence: PacketSentence
  private var line: StyledText
  private var cell: StyledText
  private var tail: StyledText
  private var previousStream: UInt32?
  /// The endpoint columns grow with what they show, within bounds.
  private var endpointWidth: Int
  private let isNarrow: Bool
  /// The endpoint columns that there are.
  private let endpointCount: Int

  private var frameEnd: Int { isNarrow ? 5 : 6 }
  private static let typeWidth = 4
  /// Where detail and tail begin behind the type column.
  private static let detailOffset = 34
  private static let tailOffset = 58

  public init(_ options: TextOptions = TextOptions()) {
    self.options = options
    sentence = PacketSentence(options)
    line = StyledText(colour: options.hasColour)
    cell = line
    tail = line
    let width = options.width ?? .max
    isNarrow = width < 110
    endpointWidth = isNarrow ? 13 : 19
    endpointCount = options.isCompact ? width < 62 ? 0 : width < 96 ? 1 : 2 : 2
  }

  /// To be called for every packet, also for those that are not shown, so that names are known as early as possible.
  public mutating func learn(_ packet: Dissection) {
    times.see(packet.time)
    names.learn(from: packet)
  }

  /// The same for another width, with all that was learned.
  package func adapted(to options: TextOptions) -> TextLine {
    var next = TextLine(options)
    next.names = names
    next.times = times
    return next
  }

  /// Columns of an endpoint: lines made before it last changed do not stand below those made since.
  package var measure: Int { endpointWidth }

  /// The line of column headings.
  public mutating func appendHeading(to out: inout [UInt8]) {
    line.clear()
    line.pad(to: frameEnd - 1)
    line.append("#")
    line.pad(to: frameEnd + 2 + max(0, timeWidth - 4))
    line.append(timeWidth > 0 ? "time  " : "")
    for (index, title) in ["from", "to"].prefix(endpointCount).enumerated() {
      line.pad(to: typeColumn - (endpointCount - index) * (endpointWidth + 2))
      line.append(title)
    }
    line.pad(to: typeColumn)
    line.append("type  what")
    finish(to: &out)
  }

  /// One line, with its line feed. Learns from the packet as well.
  public mutating func append(_ packet: Dissection, to out: inout [UInt8]) {
    learn(packet)
    line.clear()
    appendNumberAndTime(packet)
    appendEndpoints(packet)
    sentence.describe(packet, names)
    line.styled(packet.layout == nil ? .bad : nil) { $0.append(packet.type?.shortName ?? "?") }
    line.advance(to: typeColumn + Self.typeWidth + 2)
    writeTail(packet, hasAnswer: true)
    joinParts(packet)
    finish(to: &out)
  }

  private var timeWidth: Int {
    if options.isCompact && (options.width ?? .max) < 50 { return 0 }
    let digitsLeftOut = options.isCompact ? 3 : 0
    switch options.time {
    case .relative, .delta: return 10 - digitsLeftOut
    case .clock: return 15 - digitsLeftOut
    case .epoch: return 17 - digitsLeftOut
    case .date: return 26 - digitsLeftOut
    }
  }

  private var typeColumn: Int { frameEnd + 2 + (timeWidth > 0 ? timeWidth + 2 : 0) + endpointCount * (endpointWidth + 2) }

  private mutating func finish(to out: inout [UInt8]) {
    if let width = options.width, line.columns > width {
      cell.clear()
      cell.append(line, room: width)
      out.append(contentsOf: cell.bytes)
    } else {
      out.append(contentsOf: line.bytes)
    }
    out.append(0x0a)
  }

  /// Both right-aligned.
  private mutating func appendNumberAndTime(_ packet: Dissection) {
    cell.clear()
    cell.append(packet.frame)
    line.pad(to: frameEnd - cell.columns)
    line.append(cell)
    if timeWidth == 0 { return line.pad(to: frameEnd + 2) }
    cell.clear()
    times.append(packet.time, options.time, digits: options.isCompact ? 3 : 6, to: &cell)
    line.pad(to: line.columns + 2 + max(0, timeWidth - cell.columns))
    line.append(cell)
    line.pad(to: line.columns + 2)
  }

  private mutating func appendEndpoints(_ packet: Dissection) {
    let isRepeated = previousStream == packet.stream
    previousStream = packet.stream
    for endpoint in [packet.source, packet.destination].prefix(endpointCount) {
      cell.clear()
      cell.append { out in isNarrow ? Notation.appendHost(endpoint, to: &out) : Notation.appendEndpoint(endpoint, to: &out) }
      endpointWidth = max(endpointWidth, min(cell.columns, isNarrow ? 15 : 28))
      let end = line.columns + endpointWidth
      line.styled(isRepeated ? .dim : nil) { $0.append(cell) }
      line.pad(to: end)
      line.pad(to: line.columns + 2)
    }
  }

  /// The answer mark and the findings.
  private mutating func writeTail(_ packet: Dissection, hasAnswer: Bool) {
    tail.clear()
    if hasAnswer, packet.replyTo != 0 {
      tail.append("← ")
      tail.append(packet.replyTo)
      if let latency = packet.latency {
        tail.append("  ")
        tail.append(duration: latency)
      }
    }
    for expert in packet.experts() where expert.code != .ackRejected {
      if tail.columns > 0 { tail.append("  ") }
      tail.append(expert.brief)
    }
  }

  /// What, detail and tail: aligned when there is room, else close together. When that is too long as well, the answer mark goes first, and
  /// findings keep up to half of the room.
  private mutating func joinParts(_ packet: Dissection) {
    let start = line.columns
    let room = (options.width ?? .max) - start
    let detailAt = options.isCompact ? 0 : Self.detailOffset
    let tailAt = options.isCompact ? 0 : min(Self.tailOffset, max(Self.detailOffset + 2, room - 22))
    if middleWidth(detailAt: detailAt, tailAt: tailAt) + tail.columns <= room {
      appendMiddle(detailAt: start + detailAt)
      if tail.columns > 0 { line.advance(to: start + tailAt) }
      return line.append(tail)
    }
    if middleWidth(detailAt: 0, tailAt: 0) + tail.columns > room { writeTail(packet, hasAnswer: false) }
    squeezeParts(room, middle: middleWidth(detailAt: 0, tailAt: 0))
  }

  /// Columns up to the tail, or up to the end of the words when there is no tail.
  private func middleWidth(detailAt: Int, tailAt: Int) -> Int {
    let what = sentence.what.columns
    let words = sentence.detail.columns == 0 ? what : max(what + 2, detailAt) + sentence.detail.columns
    return tail.columns == 0 ? words : max(words + 2, tailAt)
  }

  private mutating func squeezeParts(_ room: Int, middle: Int) {
    let forTail = tail.columns == 0 ? 0 : min(tail.columns, max(room / 2, room - middle))
    cell.clear()
    swap(&cell, &line)
    appendMiddle(detailAt: 0)
    swap(&cell, &line)
    line.append(cell, room: forTail == 0 ? room : room - forTail - 2)
    if forTail > 0 { line.append("  ") }
    line.append(tail, room: forTail)
  }

  private mutating func appendMiddle(detailAt column: Int) {
    line.styled(sentence.style) { $0.append(sentence.what) }
    if sentence.detail.columns == 0 { return }
    line.advance(to: column)
    line.append(sentence.detail)
  }
}

extension StyledText {
  /// `! status 9 is not defined for M`, or a note behind a dot.
  mutating func append(_ expert: Expert) {
    styled(TextStyle(expert.severity)) { text in
      text.append(expert.severity == .note ? "· " : "! ")
      text.append(untrusted: expert.message.utf8, limit: 200)
    }
  }
}

extension Expert {
  /// The finding for a line that holds much else: what often stands there is said in a word or two.
  var brief: Expert {
    let words: String
    switch code {
    case .tcpRetransmission: words = "retransmission"
    case .tcpOutOfOrder: words = "out of order"
    case .requestUnanswered: words = "no answer"
    case .ackUnmatched: words = "answers nothing seen"
    default: return self
    }
    return Expert(code: code, field: field, message: words)
  }
}

extension TextStyle {
  package init(_ severity: Severity) {
    switch severity {
    case .error: self = .bad
    case .warning: self = .warning
    case .note: self = .dim
    }
  }
}
