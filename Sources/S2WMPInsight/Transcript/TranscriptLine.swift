import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// How an event is told, before it is known where: the same words on a terminal and on a page.
struct TranscriptLine {
  /// A piece of what is said.
  enum Part: Equatable {
    /// The program's own.
    case words(String)
    case user(Identifier)
    /// A name or a text from a stranger.
    case name([UInt8])
    case text([UInt8])
  }

  /// What became of it.
  enum Mark: String {
    case none = " "
    case accepted = "✓"
    case refused = "✗"
    case unanswered = "?"
    /// Nothing that somebody said.
    case narrated = "–"
  }

  /// Something that is said behind it.
  struct Remark: Equatable {
    var text: String
    /// Nil: by the way.
    var severity: Severity?
  }

  var mark = Mark.none
  /// Who says it; nil when it is told about.
  var speaker: Identifier?
  var parts: [Part] = []
  var remarks: [Remark] = []

  init(_ event: TranscriptEvent, _ statusBefore: UInt8?) {
    tell(event)
    switch event.kind {
    case .message:
      speaker = event.from
      mark = Self.mark(event)
    default: mark = .narrated
    }
    noteAnswer(event)
    noteFindings(event)
    guard event.isMessage, event.repetition == nil, let status = event.status, let statusBefore, status != statusBefore else { return }
    remark("now \(Self.status(status, event.dialect))")
  }

  private static func mark(_ event: TranscriptEvent) -> Mark {
    if let answer = event.answer { return answer.code == 0 ? .accepted : .refused }
    return event.findings.contains(.requestUnanswered) ? .unanswered : .none
  }

  private mutating func remark(_ text: String, _ severity: Severity? = nil) { remarks.append(Remark(text: text, severity: severity)) }

  // MARK: - What happened

  private mutating func tell(_ event: TranscriptEvent) {
    let from = Part.user(event.from)
    switch event.kind {
    case .message(let text?, _): parts = text.isEmpty ? [.words("(no text)")] : [.text(text)]
    case .message(nil, let length): parts = [.words("\(SecurityWords.count(length, "byte")), encrypted")]
    case .status(let isHello):
      let status = Self.status(event.status ?? 0, event.dialect)
      parts = [from, .words(isHello ? "says hello: \(status)" : "is now \(status)")]
    case .request(let name, let key):
      parts = claimant(event, name) + [.words("asks"), .user(event.to), .words("to be friends")]
      remark(key)
    case .accepted(let name, let key):
      parts = claimant(event, name) + [.words("accepts")]
      remark(key)
    case .refused(let status): refused(event, status)
    case .idChange(let new, let key):
      parts = [from, .words(event.transport == .tcp ? "has a new ID:" : "tells a bootstrap server a new ID:"), .words(SecurityWords.user(new))]
      remark(key)
    default: tellService(event)
    }
  }

  private mutating func tellService(_ event: TranscriptEvent) {
    let from = Part.user(event.from)
    switch event.kind {
    case .announcement(let wanted): parts = wanted.isZero ? [from, .words("asks who is there")] : [from, .words("asks where"), .user(wanted), .words("is")]
    case .presence: parts = [from, .words("answers: here")]
    case .lookup(let wanted): parts = [from, .words("looks up"), .user(wanted)]
    case .registration: parts = [from, .words("registers at \(event.destination.addressText)")]
    case .serverSearch: parts = [from, .words("asks where a bootstrap server is")]
    case .strayAnswer: parts = [from, .words("\(event.answer?.code == 0 ? "accepts" : "rejects") something that was not captured")]
    case .gap(let unusable):
      parts = [.words("something of"), from, .words("is missing here: it was not captured")]
      if unusable > 0 { remark("\(SecurityWords.count(unusable, "byte")) beside it cannot be read") }
    case .malformed(let length):
      let what = event.findings.contains(.malformedTruncated) ? "of a packet that does not end" : "that are no packet"
      parts = [from, .words("sends \(SecurityWords.count(length, "byte")) \(what)")]
    default: return
    }
  }

  /// A name that does not belong to the ID is only a claim.
  private func claimant(_ event: TranscriptEvent, _ name: [UInt8]) -> [Part] {
    event.findings.contains(.idMismatch) ? [.words("\(SecurityWords.user(event.from)) as"), .name(name)] : [.user(event.from)]
  }

  private mutating func refused(_ event: TranscriptEvent, _ status: UInt8) {
    let codes = event.dialect == .v1 ? Codes.chatResponse : Codes.legacyChat
    if event.dialect == .v1 && status == 1 { return parts = [.user(event.from), .words("declines")] }
    parts = [.user(event.from), .words("refuses: \(codes.code(status)?.text ?? "status \(status)")")]
  }

  static func status(_ status: UInt8, _ dialect: Dialect) -> String {
    (dialect == .v1 ? Codes.userStatus : Codes.legacyUserStatus).code(status)?.text ?? "status \(status)"
  }

  // MARK: - What became of it

  private mutating func noteAnswer(_ event: TranscriptEvent) {
    guard let answer = event.answer else {
      if event.findings.contains(.requestUnanswered), event.mayBeAnswered { remark("no answer") }
      return
    }
    if let latency = answer.latency, event.isMessage, latency >= 1_000_000_000 { remark(Digits.duration(latency)) }
    if answer.code == 0 {
      switch event.kind {
      case .lookup, .serverSearch: remark("found")
      default: return
      }
    } else {
      remark(Self.refusal(event, answer.code), event.isMessage || event.isConversation ? .error : .warning)
    }
  }

  private static func refusal(_ event: TranscriptEvent, _ code: UInt8) -> String {
    // That nobody was found is no refusal.
    let isNews = if case .lookup = event.kind { code == 1 } else { false }
    return (isNews ? "" : "rejected: ") + reason(event, code)
  }

  /// What a code other than 0 means.
  static func reason(_ event: TranscriptEvent, _ code: UInt8) -> String {
    let codes: CodeTable
    switch event.kind {
    case .registration: codes = event.dialect == .v1 ? Codes.registration : Codes.legacyRegistration
    case .lookup, .serverSearch: codes = event.dialect == .v1 ? Codes.lookup : Codes.legacyLookup
    default: codes = Codes.error
    }
    if code == .max { return "without a reason" }
    return codes.code(code)?.text ?? "error \(code)"
  }

  private mutating func noteFindings(_ event: TranscriptEvent) {
    if let repetition = event.repetition { noteRepetition(event, repetition) }
    if event.findings.contains(.decryptFailed) { remark("does not decrypt with the keys given", .warning) }
    if event.findings.contains(.hashMismatch) || event.isHashRight == false { remark("the hash is wrong", .warning) }
    if event.findings.contains(.idMismatch) { remark("the ID is not the key's", .warning) }
    if event.findings.contains(.keyChanged) { remark("another key than before", .error) }
    if event.findings.contains(.keyWeak) { remark("a weak key", .warning) }
    if event.findings.contains(.clockSkew) { remark("dated more than a day away", .warning) }
    if event.findings.contains(.tcpRetransmission) { remark("retransmitted") }
  }

  private mutating func noteRepetition(_ event: TranscriptEvent, _ repetition: TranscriptEvent.Repetition) {
    let clock = repetition.time.isNone ? "" : "at \(Self.clock(repetition.time)), "
    let first = "\(repetition.isSameBytes ? "" : " with other bytes"); first \(clock)frame \(repetition.frame)"
    if repetition.isSameHost {
      remark("sent again\(first)", repetition.isSameBytes ? nil : .warning)
    } else {
      remark("sent again by \(event.source.addressText)\(first)", .warning)
    }
  }

  /// `13:42:01.204`, UTC; a dash when there is none.
  static func clock(_ time: CaptureTime) -> String {
    time.isNone ? "–" : String(PacketNotes.date(time).drop { $0 != " " }.dropFirst().prefix(12))
  }
}

/// Turns events into lines one after the other, as each depends on the statuses before it.
struct TranscriptTeller {
  private var statuses: [Identifier: UInt8] = [:]
  private let people: People
  /// With more than two it has to be said who is meant.
  private let isCrowd: Bool

  init(_ transcript: Transcript) {
    people = transcript.people
    var met: Set<Identifier> = []
    for event in transcript.events where event.isMessage && met.count < 3 {
      met.insert(people.person(event.from))
      met.insert(people.person(event.to))
    }
    isCrowd = met.count > 2
  }

  mutating func line(_ event: TranscriptEvent) -> TranscriptLine {
    let person = people.person(event.from)
    var line = TranscriptLine(event, statuses[person])
    if isCrowd && event.isMessage {
      line.remarks.insert(TranscriptLine.Remark(text: "to \(PacketNotes.user(people.shown(event.to), people.book))", severity: nil), at: 0)
    }
    if let status = event.status, event.repetition?.isSameHost != false, statuses.count < 65_536 { statuses[person] = status }
    return line
  }
}

extension TranscriptEvent {
  /// Something that somebody owes an answer to.
  fileprivate var mayBeAnswered: Bool { if case .request = kind { true } else { wantsAnswer } }
}
