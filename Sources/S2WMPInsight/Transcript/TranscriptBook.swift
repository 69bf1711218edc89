import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// Collects what users of a capture did, so that one conversation can be told afterwards. Give it every packet of one capture in order.
public final class TranscriptBook: DissectionSink {
  /// How much is kept at most.
  public struct Limits: Sendable {
    public var events = 500_000
    /// Bytes of messages.
    public var text = 64 << 20

    public init() {}
  }

  private struct MessageKey: Hashable {
    var sender: Identifier
    var datetime: UInt64
  }

  private struct Speaker: Hashable {
    var stream: UInt32
    var endpoint: Endpoint
  }

  let limits: Limits
  /// Only of this stream; nil: of all.
  let stream: UInt32?
  public internal(set) var people = People()
  var events: [TranscriptEvent] = []
  /// Events beyond the limits.
  public private(set) var leftOut: UInt64 = 0
  private var textBytes = 0
  /// Events by the frame that completed them, while an answer may come.
  private var waiting: [UInt64: [Int]] = [:]
  private var messages: [MessageKey: (index: Int, digest: UInt64)] = [:]
  private var greeted: Set<Identifier> = []
  /// Who speaks from where, for what does not say who it is from: legacy status changes, gaps.
  private var speakers: [Speaker: Identifier] = [:]
  /// By address; those of one machine may be several.
  private var residents: [Endpoint: [Identifier]] = [:]
  /// The highest stream number, for messages about wrong ones.
  public private(set) var lastStream: UInt32?

  public init(stream: UInt32? = nil, limits: Limits = Limits()) {
    self.stream = stream
    self.limits = limits
  }

  public func receive(_ packet: borrowing Dissection) {
    lastStream = max(lastStream ?? 0, packet.stream)
    people.learn(from: packet)
    let isBehindGap = packet.findings.contains(.captureGap) || packet.findings.contains(.captureSnapLength)
    guard let view = packet.view else {
      return add(TranscriptEvent(packet, isBehindGap ? .gap(unusable: packet.length) : .malformed(length: packet.length)))
    }
    if isBehindGap { add(TranscriptEvent(packet, .gap(unusable: 0))) }
    take(packet, view)
  }

  // MARK: - Keeping

  func add(_ event: TranscriptEvent) {
    people.meet(event.from)
    people.meet(event.to)
    if event.isConversation && event.repetition?.isSameHost != false { settle(event) }
    if let stream, event.stream != stream { return }
    guard events.count < limits.events, textBytes <= limits.text else {
      leftOut &+= 1
      return
    }
    if case .message(let text?, _) = event.kind { textBytes += text.count }
    if event.wantsAnswer { waiting[event.frame, default: []].append(events.count) }
    events.append(event)
  }

  /// Notes where the two live.
  private func settle(_ event: TranscriptEvent) {
    for (id, endpoint) in [(event.from, event.source), (event.to, event.destination)] where !id.isZero && residents.count < 65_536 {
      let known = residents[endpoint.host] ?? []
      if known.count < 4 && !known.contains(id) { residents[endpoint.host] = known + [id] }
      if event.transport == .tcp && speakers.count < 262_144 { speakers[Speaker(stream: event.stream, endpoint: endpoint)] = id }
    }
  }

  /// The user who speaks from an address, as far as the conversation or others told.
  func user(at endpoint: Endpoint, _ stream: UInt32) -> Identifier {
    if let speaker = speakers[Speaker(stream: stream, endpoint: endpoint)] { return speaker }
    guard let known = residents[endpoint.host], let last = known.last else { return .zero }
    return known.allSatisfy { people.person($0) == people.person(last) } ? last : .zero
  }

  /// True the first time.
  func greets(_ id: Identifier) -> Bool { greeted.count < 65_536 && greeted.insert(id).inserted }

  /// An earlier message of the same sender and datetime.
  func repetition(of event: TranscriptEvent, digest: UInt64) -> TranscriptEvent.Repetition? {
    let key = MessageKey(sender: event.from, datetime: event.datetime)
    guard let known = messages[key], known.index < events.count else {
      if messages.count < limits.events && (stream == nil || event.stream == stream) { messages[key] = (events.count, digest) }
      return nil
    }
    let first = events[known.index]
    guard first.from == event.from, first.datetime == event.datetime else { return nil }
    return TranscriptEvent.Repetition(
      frame: first.frame, time: first.time, isSameHost: first.source.host == event.source.host, isSameBytes: known.digest == digest)
  }

  // MARK: - Answers

  /// Ties an answer to the event in the frame that it answers; false when that was not kept or not seen.
  func answer(_ packet: borrowing Dissection, code: UInt8, _ isMeant: (TranscriptEvent) -> Bool) -> Bool {
    guard packet.replyTo != 0, let candidates = waiting[packet.replyTo] else { return false }
    guard let index = candidates.first(where: { events[$0].answer == nil && isMeant(events[$0]) }) else { return false }
    events[index].answer = TranscriptEvent.Answer(frame: packet.frame, latency: packet.latency, code: code)
    let rest = candidates.filter { $0 != index }
    waiting[packet.replyTo] = rest.isEmpty ? nil : rest
    if case .idChange(let new, _) = events[index].kind, code == 0 { people.join(events[index].from, new) }
    return true
  }
}
