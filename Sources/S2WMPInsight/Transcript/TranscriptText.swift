import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// A transcript for a terminal: a line an entry with its time, its mark, who says it and what; what is too long goes on under an indent.
public struct TranscriptText {
  private let transcript: Transcript
  private let options: TextOptions
  private var line: StyledText
  private var day = ""
  private let nameWidth: Int

  private static let timeWidth = 12
  private static let widestName = 16

  public init(_ transcript: Transcript, _ options: TextOptions) {
    self.transcript = transcript
    self.options = options
    line = StyledText(colour: options.hasColour)
    let speakers = Set(transcript.events.filter(\.isMessage).map { transcript.people.shown($0.from) })
    let widest = min(Self.widestName, max(4, (options.width ?? .max) / 4))
    nameWidth = min(widest, speakers.map { Self.label($0, transcript.people, options).columns }.max() ?? 0)
  }

  /// Everything, in pieces.
  public mutating func write(_ out: ([UInt8]) throws -> Void) rethrows {
    var piece: [UInt8] = []
    if let heading = heading() { piece += heading }
    var teller = TranscriptTeller(transcript)
    for event in transcript.events {
      append(teller.line(event), event, to: &piece)
      if piece.count > 1 << 16 {
        try out(piece)
        piece.removeAll(keepingCapacity: true)
      }
    }
    try out(piece)
  }

  // MARK: - Heading

  /// Who the users are; for many of them only how many.
  private mutating func heading() -> [UInt8]? {
    var out: [UInt8] = []
    let users = transcript.users.prefix(8)
    for person in users {
      line.append(Self.label(transcript.people.shown(person), transcript.people, options), room: Self.widestName)
      for (index, id) in transcript.people.ids(of: person).enumerated() {
        let needed = index > 0 ? 40 : 32
        let start = index > 0 ? line.columns + 2 : Self.widestName + 2
        if let width = options.width, start + needed > width {
          end(to: &out)
          line.pad(to: min(Self.widestName + 2, max(2, width - needed)))
        } else {
          line.pad(to: start)
        }
        line.styled(.dim) { $0.append(index > 0 ? "later \(id.hex)" : id.hex) }
      }
      end(to: &out)
    }
    if transcript.users.count > users.count {
      line.append("and \(transcript.users.count - users.count) more")
      end(to: &out)
    }
    if !out.isEmpty { out.append(0x0a) }
    return out
  }

  private static func label(_ id: Identifier, _ people: People, _ options: TextOptions) -> StyledText {
    var text = StyledText(colour: false)
    if id.isZero { text.append("somebody") } else { text.append(user: id, people.book, options) }
    return text
  }

  // MARK: - Lines

  private mutating func append(_ told: TranscriptLine, _ event: TranscriptEvent, to out: inout [UInt8]) {
    appendDay(event.time, to: &out)
    appendTime(event.time)
    line.advance(to: Self.timeWidth + 2)
    line.styled(told.mark == .refused ? .bad : told.mark == .accepted || told.mark == .narrated ? .dim : .warning) { $0.append(told.mark.rawValue) }
    line.append(" ")
    let start = line.columns
    guard let speaker = told.speaker else { return narrate(told, indent: start, to: &out) }
    let indent = start + nameWidth + 2
    line.append(Self.label(transcript.people.shown(speaker), transcript.people, options), room: nameWidth)
    line.pad(to: indent)
    if case .text(let text)? = told.parts.first {
      say(text, told.remarks, indent: indent, to: &out)
    } else {
      for case .words(let words) in told.parts { line.styled(.dim) { $0.append(words) } }
      appendRemarks(told.remarks, indent: indent, to: &out)
      end(to: &out)
    }
  }

  private mutating func say(_ text: [UInt8], _ remarks: [TranscriptLine.Remark], indent: Int, to out: inout [UInt8]) {
    let wrapped = WrappedText(untrusted: text, width: options.width.map { $0 - indent })
    for (index, row) in wrapped.rows.enumerated() {
      if index > 0 {
        end(to: &out)
        line.pad(to: indent)
      }
      line.append(row)
    }
    if wrapped.unshown > 0 {
      end(to: &out)
      line.pad(to: indent)
      line.styled(.dim) { $0.append("… and \(wrapped.unshown) more characters") }
    }
    appendRemarks(remarks, indent: indent, to: &out)
    end(to: &out)
  }

  private mutating func narrate(_ told: TranscriptLine, indent: Int, to out: inout [UInt8]) {
    for (index, part) in told.parts.enumerated() {
      let word = word(part)
      if let width = options.width, line.columns + 1 + word.columns > width, index > 0 {
        end(to: &out)
        line.pad(to: indent)
      } else if index > 0 {
        line.append(" ")
      }
      line.append(word, room: max(0, (options.width ?? .max) - line.columns))
    }
    appendRemarks(told.remarks, indent: indent, to: &out)
    end(to: &out)
  }

  private func word(_ part: TranscriptLine.Part) -> StyledText {
    var word = StyledText(colour: false)
    switch part {
    case .words(let words): word.append(words)
    case .user(let id): word = Self.label(transcript.people.shown(id), transcript.people, options)
    case .name(let name): word.append(name: name)
    case .text(let text): word.append(untrusted: text, limit: 200)
    }
    return word
  }

  /// Behind two spaces where they fit, else on a row of their own.
  private mutating func appendRemarks(_ remarks: [TranscriptLine.Remark], indent: Int, to out: inout [UInt8]) {
    for remark in remarks {
      let rows = WrappedText(untrusted: remark.text.utf8, width: options.width.map { $0 - indent - 2 }).rows
      let width = rows.first?.columns ?? 0
      if let limit = options.width, rows.count > 1 || line.columns + 4 + width > limit {
        end(to: &out)
        line.pad(to: indent)
      } else {
        line.append("  ")
      }
      for (index, row) in rows.enumerated() {
        if index > 0 {
          end(to: &out)
          line.pad(to: indent + 2)
        }
        line.styled(remark.severity.map { TextStyle($0) } ?? .dim) { line in
          if index == 0 { line.append(remark.severity == nil ? "· " : "! ") }
          line.append(row)
        }
      }
    }
  }

  private mutating func appendDay(_ time: CaptureTime, to out: inout [UInt8]) {
    if time.isNone { return }
    let today = String(PacketNotes.date(time).prefix { $0 != " " })
    if today == day { return }
    day = today
    line.styled(.dim) { $0.append("\(today) UTC") }
    end(to: &out)
  }

  /// `13:42:01.204`.
  private mutating func appendTime(_ time: CaptureTime) {
    line.styled(.dim) { $0.append(TranscriptLine.clock(time)) }
  }

  private mutating func end(to out: inout [UInt8]) {
    out.append(contentsOf: line.bytes)
    out.append(0x0a)
    line.clear()
  }
}
