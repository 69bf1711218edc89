import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// Which conversation is wanted.
public enum TranscriptSelection: Sendable {
  /// The only one that there is.
  case only
  case stream(UInt32)
  /// Two users, each by an ID, the beginning of one, or a name.
  case pair(String, String)
  case user(String)
}

/// Two users who had to do with each other.
public struct TranscriptChoice: Sendable {
  public var first: Identifier
  public var second: Identifier
  public var streams: [UInt32]
  public var streamCount: Int
  public var messages: UInt64
}

/// Why nothing can be told.
public enum TranscriptError: Error, Equatable, CustomStringConvertible {
  case noConversation
  /// Several, and none was chosen.
  case several(Int)
  case unknownStream(UInt32, last: UInt32?)
  case emptyStream(UInt32)
  case unknownUser(String, known: [String])
  case ambiguousUser(String, candidates: [String])
  case samePerson(String, String)
  case nothingBetween(String, String)

  public var description: String {
    switch self {
    case .noConversation: "nobody talks to anybody in this capture"
    case .several(let count): "there are \(count) conversations; choose one with --stream, --between or --user"
    case .unknownStream(let stream, nil): "there is no stream \(stream), nor any other"
    case .unknownStream(let stream, let last?): "there is no stream \(stream); they are numbered 0 to \(last)"
    case .emptyStream(let stream): "stream \(stream) tells of no user"
    case .unknownUser(let text, let known):
      "nobody is called \(text)" + (known.isEmpty ? ", and nobody else is known" : "; there \(known.count == 1 ? "is" : "are") \(Self.list(known))")
    case .ambiguousUser(let text, let candidates): "\(text) may be any of \(Self.list(candidates))"
    case .samePerson(let a, let b): "\(a) and \(b) are one person"
    case .nothingBetween(let a, let b): "there is nothing between \(a) and \(b)"
    }
  }

  private static func list(_ words: [String]) -> String { SecurityWords.list(words, limit: 8) }
}

extension TranscriptBook {
  /// Who had to do with whom, most messages first.
  public func choices() -> [TranscriptChoice] {
    var choices = BoundedMap<Pair<Identifier>, TranscriptChoice>(4096)
    for event in events where event.isConversation && !event.from.isZero && !event.to.isZero {
      let (from, to) = (people.person(event.from), people.person(event.to))
      if from == to { continue }
      let pair = Pair(from, to)
      choices.update(pair, TranscriptChoice(first: from, second: to, streams: [], streamCount: 0, messages: 0)) { choice in
        if event.isMessage { choice.messages &+= 1 }
        if choice.streams.contains(event.stream) || choice.streams.count >= 64 { return }
        choice.streams.append(event.stream)
        choice.streamCount += 1
      }
    }
    let found = choices.entries.map(\.value)
    return found.enumerated().sorted { ($1.element.messages, $0.offset) < ($0.element.messages, $1.offset) }.map(\.element)
  }

  /// Tells one conversation.
  public func transcript(_ selection: TranscriptSelection) throws(TranscriptError) -> Transcript {
    switch selection {
    case .only: return try only()
    case .stream(let stream): return try whole(stream)
    case .pair(let a, let b): return try pair(a, b)
    case .user(let text):
      let person = try find(text)
      return Transcript(self, [person]) { event, people in people.person(event.from) == person || people.person(event.to) == person }
    }
  }

  private func only() throws(TranscriptError) -> Transcript {
    let choices = choices()
    guard let choice = choices.first else { throw .noConversation }
    if choices.count > 1 { throw .several(choices.count) }
    return between(choice.first, choice.second)
  }

  private func whole(_ stream: UInt32) throws(TranscriptError) -> Transcript {
    guard let lastStream, stream <= lastStream else { throw .unknownStream(stream, last: lastStream) }
    let transcript = Transcript(self, nil) { event, _ in event.stream == stream }
    if transcript.events.isEmpty { throw .emptyStream(stream) }
    return transcript
  }

  private func pair(_ a: String, _ b: String) throws(TranscriptError) -> Transcript {
    let (first, second) = (try find(a), try find(b))
    if first == second { throw .samePerson(quoted(a), quoted(b)) }
    let transcript = between(first, second)
    if transcript.events.isEmpty { throw .nothingBetween(quoted(a), quoted(b)) }
    return transcript
  }

  private func between(_ first: Identifier, _ second: Identifier) -> Transcript {
    Transcript(self, [first, second]) { event, people in
      let (from, to) = (people.person(event.from), people.person(event.to))
      return from == first && to == second || from == second && to == first
    }
  }

  private func find(_ text: String) throws(TranscriptError) -> Identifier {
    let found = people.matching(text)
    if found.count > 1 { throw .ambiguousUser(quoted(text), candidates: found.map(label)) }
    guard let person = found.first else { throw .unknownUser(quoted(text), known: people.all.map(label)) }
    return person
  }

  /// The user's own words, which may come from anywhere.
  private func quoted(_ text: String) -> String { PacketNotes.name(Array(text.utf8)) }

  /// `alice a44c…76a6`; the ID alone without a name.
  public func label(_ id: Identifier) -> String {
    let shown = people.shown(id)
    guard let (name, _) = people.book.name(of: shown) else { return SecurityWords.user(id) }
    return "\(PacketNotes.name(name)) \(SecurityWords.user(id))"
  }
}
