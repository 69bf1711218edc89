import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// A transcript for programs: one JSON object a line, one line an event.
public struct TranscriptData {
  private let transcript: Transcript
  private var out: [UInt8] = []
  private var isFirst = true

  public init(_ transcript: Transcript) { self.transcript = transcript }

  /// Everything, in pieces of whole lines.
  public mutating func write(_ write: ([UInt8]) throws -> Void) rethrows {
    for event in transcript.events {
      append(event)
      if out.count > 1 << 16 {
        try write(out)
        out.removeAll(keepingCapacity: true)
      }
    }
    try write(out)
    out.removeAll()
  }

  private mutating func append(_ event: TranscriptEvent) {
    isFirst = true
    out.append(0x7b)
    number("frame", event.frame)
    key("time")
    if event.time.isNone { raw("null") } else { quoted { Notation.appendTime(event.time, to: &$0) } }
    text("transport", event.transport == .tcp ? "tcp" : "udp")
    number("stream", UInt64(event.stream))
    text("dialect", event.dialect.name)
    text("event", event.kind.name)
    user("from", event.from)
    user("to", event.to)
    if event.datetime != 0 { number("datetime", event.datetime) }
    if let status = event.status { number("status", UInt64(status)) }
    appendKind(event)
    appendAnswer(event)
    appendRepetition(event)
    raw(",\"expert\":[\(event.findings.codes.map { "\"\($0.name)\"" }.joined(separator: ","))]}\n")
  }

  private mutating func appendKind(_ event: TranscriptEvent) {
    switch event.kind {
    case .message(let plaintext, let length):
      number("length", length)
      if let plaintext {
        key("plaintext")
        quoted { PlaintextText.append(String(decoding: plaintext, as: UTF8.self), escapingQuotes: true, to: &$0) }
      }
      if let isRight = event.isHashRight { pair("hash_ok", "\(isRight)") }
    case .status(let isHello): pair("hello", "\(isHello)")
    case .request(let claimed, let keyText), .accepted(let claimed, let keyText):
      name("name", claimed)
      text("key", keyText)
    case .refused(let status): number("status", UInt64(status))
    case .idChange(let new, let keyText):
      text("new_id", new.hex)
      text("key", keyText)
    case .announcement(let wanted), .lookup(let wanted): if !wanted.isZero { text("lookup_id", wanted.hex) }
    case .malformed(let length): number("length", length)
    case .gap(let unusable): number("length", unusable)
    case .presence, .registration, .strayAnswer, .serverSearch: return
    }
  }

  private mutating func appendAnswer(_ event: TranscriptEvent) {
    guard event.wantsAnswer || event.answer != nil else { return }
    guard let answer = event.answer else {
      return text("delivery", event.findings.contains(.requestUnanswered) ? "unanswered" : "unknown")
    }
    text("delivery", !event.isConversation ? "answered" : answer.code == 0 ? "acknowledged" : "rejected")
    if answer.code != 0 {
      if answer.code != .max { number("error", UInt64(answer.code)) }
      text("reason", TranscriptLine.reason(event, answer.code))
    }
    number("answer_frame", answer.frame)
    if let latency = answer.latency {
      key("latency")
      Notation.appendSeconds(nanoseconds: latency, to: &out)
    }
  }

  private mutating func appendRepetition(_ event: TranscriptEvent) {
    guard let repetition = event.repetition else { return }
    number("repeats_frame", repetition.frame)
    pair("same_host", "\(repetition.isSameHost)")
    pair("same_bytes", "\(repetition.isSameBytes)")
  }

  /// The ID and, when one is known, the name.
  private mutating func user(_ label: String, _ id: Identifier) {
    if id.isZero { return pair(label, "null") }
    text(label, id.hex)
    if let known = transcript.people.book.name(of: transcript.people.shown(id)) { name("\(label)_name", known.name) }
  }

  // MARK: - JSON

  private mutating func key(_ name: String) {
    raw(isFirst ? "\"\(name)\":" : ",\"\(name)\":")
    isFirst = false
  }

  private mutating func raw(_ text: String) { out.append(contentsOf: text.utf8) }

  private mutating func pair(_ name: String, _ literal: String) {
    key(name)
    raw(literal)
  }

  private mutating func number(_ name: String, _ value: UInt64) { pair(name, String(value)) }

  private mutating func quoted(_ write: (inout [UInt8]) -> Void) {
    out.append(0x22)
    write(&out)
    out.append(0x22)
  }

  private mutating func text(_ name: String, _ value: String) {
    key(name)
    quoted { JSONText.append(value, to: &$0) }
  }

  /// As the outputs of packets write names: text of UTF-8, harmless.
  private mutating func name(_ label: String, _ bytes: [UInt8]) {
    key(label)
    quoted { PlaintextText.append(String(decoding: bytes, as: UTF8.self), escapingQuotes: true, to: &$0) }
  }
}

extension TranscriptEvent.Kind {
  /// The value of `event`.
  public var name: String {
    switch self {
    case .message: "message"
    case .status: "status"
    case .request: "request"
    case .accepted: "accepted"
    case .refused: "refused"
    case .idChange: "id-change"
    case .serverSearch: "server-search"
    case .announcement: "announcement"
    case .presence: "presence"
    case .lookup: "lookup"
    case .registration: "registration"
    case .strayAnswer: "stray-answer"
    case .gap: "gap"
    case .malformed: "malformed"
    }
  }
}
