import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// A transcript as one self-contained page without scripts. Everything from outside goes through `MarkupText`.
public struct TranscriptPage {
  private let transcript: Transcript
  private let file: String

  /// - file: the name of the capture; not escaped yet.
  public init(_ transcript: Transcript, file: String) {
    self.transcript = transcript
    self.file = file
  }

  /// Everything, in pieces.
  public func write(_ out: (String) throws -> Void) rethrows {
    let frame = PageFrame(title: title, style: PageStyle.base + TranscriptStyle.text, skip: ("talk", "To the conversation"))
    try out(frame.head + head)
    var teller = TranscriptTeller(transcript)
    var day = ""
    for event in transcript.events {
      let line = teller.line(event)
      try out(heading(event.time, &day) + entry(line, event))
    }
    let missing = transcript.leftOut > 0 ? "<p class=\"warning\">\(Digits.counted(transcript.leftOut, "further event")) found no place in memory.</p>\n" : ""
    try out("\(day.isEmpty ? "" : "</ol>\n")\(missing)</main>\n\(frame.foot)")
  }

  // MARK: - Head

  private var names: [String] { transcript.users.prefix(4).map(name) }

  private var title: String {
    let more = transcript.users.count > names.count ? " and others" : ""
    return names.joined(separator: transcript.users.count == 2 ? " and " : ", ") + more
  }

  private func name(_ id: Identifier) -> String {
    if id.isZero { return "somebody" }
    return PacketNotes.user(transcript.people.shown(id), transcript.people.book)
  }

  private var head: String {
    let users = transcript.users.prefix(32).map { person in
      let ids = transcript.people.ids(of: person).map { "<code>\($0.hex)</code>" }.joined(separator: ", later ")
      return "<div><dt>\(MarkupText.escaped(name(person)))</dt><dd>\(ids)</dd></div>\n"
    }
    return """
      <header>
      <h1>\(MarkupText.escaped(title))</h1>
      <p class="quiet">\(Digits.counted(transcript.messageCount, "message")), from \(MarkupText.escaped(file)). All times are UTC.</p>
      <dl class="facts users">
      \(users.joined())</dl>
      <p class="quiet legend"><b class="good">✓</b> acknowledged <b class="bad">✗</b> rejected <b class="warning">?</b> no answer seen</p>
      </header>
      <main id="talk">

      """
  }

  // MARK: - Entries

  private func heading(_ time: CaptureTime, _ day: inout String) -> String {
    let today = time.isNone ? (day.isEmpty ? "Without times" : day) : String(PacketNotes.date(time).prefix { $0 != " " })
    if today == day { return "" }
    let end = day.isEmpty ? "" : "</ol>\n"
    day = today
    return "\(end)<h2>\(today)</h2>\n<ol class=\"talk\">\n"
  }

  private func entry(_ line: TranscriptLine, _ event: TranscriptEvent) -> String {
    let remarks = line.remarks.map { "<span class=\"remark \(Self.style($0.severity))\">\(MarkupText.escaped($0.text))</span>" }
    let place = "<span class=\"when\"><time>\(TranscriptLine.clock(event.time))</time> <span class=\"frame\">\(event.frame)</span></span>"
    guard let speaker = line.speaker else {
      return "<li class=\"told\">\(place)<p>\(line.parts.map(part).joined(separator: " ")) \(remarks.joined(separator: " "))</p></li>\n"
    }
    let voice = transcript.users.firstIndex(of: transcript.people.person(speaker)).map { " voice-\($0 % 4)" } ?? ""
    return """
      <li class="said\(voice)">\(place)<b class="who">\(MarkupText.escaped(name(speaker)))</b><p>\(line.parts.map(part).joined(separator: " ")) \
      \(mark(line.mark)) \(remarks.joined(separator: " "))</p></li>

      """
  }

  private func part(_ part: TranscriptLine.Part) -> String {
    switch part {
    case .words(let words): "<span class=\"quiet\">\(MarkupText.escaped(words))</span>"
    case .user(let id): "<b>\(MarkupText.escaped(name(id)))</b>"
    case .name(let bytes): "<b>\(MarkupText.escaped(PacketNotes.name(bytes)))</b>"
    case .text(let bytes): "<span class=\"text\">\(MarkupText.escaped(String(decoding: bytes, as: UTF8.self)))</span>"
    }
  }

  private func mark(_ mark: TranscriptLine.Mark) -> String {
    switch mark {
    case .accepted: "<span class=\"good\" title=\"acknowledged\">✓</span>"
    case .refused: "<span class=\"bad\" title=\"rejected\">✗</span>"
    case .unanswered: "<span class=\"warning\" title=\"no answer seen\">?</span>"
    case .none, .narrated: ""
    }
  }

  private static func style(_ severity: Severity?) -> String {
    switch severity {
    case .error: "bad"
    case .warning: "warning"
    default: "quiet"
    }
  }
}

/// What only this page has, beside `PageStyle.base`.
enum TranscriptStyle {
  static let text = """
    body { max-width: 56rem; }
    dl.users { grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); } code { overflow-wrap: anywhere; }
    .legend b { margin-left: .75rem; } .legend b:first-child { margin-left: 0; }
    ol.talk { list-style: none; margin: 0; padding: 0; }
    ol.talk li { display: grid; grid-template-columns: 11rem 8rem minmax(0, 1fr); gap: 0 .75rem; padding: .25rem 0 .25rem .5rem; border-left: 3px solid transparent; }
    ol.talk p { margin: 0; overflow-wrap: anywhere; } .text { white-space: pre-wrap; }
    .told p { grid-column: 2 / -1; font-size: .92rem; }
    .when { color: var(--quiet); font-size: .86rem; font-variant-numeric: tabular-nums; white-space: nowrap; padding-top: .1rem; }
    .frame::before { content: "#"; } .frame { margin-left: .35rem; }
    .who { overflow-wrap: anywhere; } .remark { font-size: .86rem; } .remark::before { content: "· "; }
    ol.talk li.voice-0 { border-left-color: var(--link); } ol.talk li.voice-1 { border-left-color: var(--good); }
    ol.talk li.voice-2 { border-left-color: var(--warning); } ol.talk li.voice-3 { border-left-color: var(--bad); }
    @media (max-width: 40rem) {
      ol.talk li { grid-template-columns: minmax(0, 1fr) auto; } ol.talk p, .told p { grid-column: 1 / -1; }
      .said .who { order: -1; }
    }
    @media print { ol.talk li { break-inside: avoid; } }

    """
}
