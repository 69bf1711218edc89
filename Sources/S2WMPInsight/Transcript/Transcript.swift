import S2WMPAnalysis
import S2WMPWire

/// One conversation, ready to be told.
public struct Transcript: Sendable {
  /// By their first IDs. Of a stream: whoever has part in it.
  public private(set) var users: [Identifier]
  public private(set) var people: People
  public private(set) var events: [TranscriptEvent] = []
  /// Events of the whole capture that found no place.
  public private(set) var leftOut: UInt64

  /// - users: nil: those of the events.
  init(_ book: TranscriptBook, _ users: [Identifier]?, _ isWanted: (TranscriptEvent, People) -> Bool) {
    people = book.people
    leftOut = book.leftOut
    for event in book.events {
      var event = event
      book.complete(&event)
      if isWanted(event, book.people) { events.append(event) }
    }
    var met: [Identifier] = []
    for id in events.flatMap({ [$0.from, $0.to] }) where !id.isZero {
      let person = book.people.person(id)
      if !met.contains(person) && met.count < 1024 { met.append(person) }
    }
    self.users = users ?? met
  }

  public var holdsPlaintext: Bool {
    events.contains { if case .message(.some, _) = $0.kind { true } else { false } }
  }

  public var messageCount: Int { events.filter(\.isMessage).count }
}

extension TranscriptBook {
  /// Adds what only the rest of the capture told.
  func complete(_ event: inout TranscriptEvent) {
    switch event.kind {
    case .gap, .malformed, .strayAnswer, .status, .presence:
      if event.from.isZero { event.from = user(at: event.source, event.stream) }
      if event.to.isZero { event.to = user(at: event.destination, event.stream) }
    case .idChange where event.transport == .tcp && event.to.isZero: event.to = user(at: event.destination, event.stream)
    default: return
    }
  }
}
