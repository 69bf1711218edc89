import S2WMPCrypto
import S2WMPWire

/// The account of what the target told its user, against what it accepted: every M once, and the newest status (S2WMP wire format, section 6.1).
///
/// Each run that was answered as owed is noted; one that was not is doubted. There is one for a session, as what was delivered once never is again.
public final class Ledger {
  /// Something that is not right.
  public struct Entry: Sendable {
    public var given: Case
    /// `packet` is an index into the packets of that case's instance.
    public var mismatch: Mismatch
    /// Number of the note, from 1, that it is about.
    public var sequence: Int
  }

  private let judge: Judge
  private let eventsLag: Bool
  /// How many runs were noted.
  public private(set) var sequence = 0
  private var voices: [Identifier: Voice] = [:]
  private var entries: [Entry] = []
  /// The runs that events can still be about.
  private var recent: [Noted] = []
  private static let recentLimit = 64
  private var waiting = 0
  private var hasForgotten = false

  /// Between the years 2004 and 2109: where sessions begin and stay. Times given exactly lie outside.
  private static func isUsual(_ datetime: UInt64) -> Bool { (1 << 40..<1 << 42).contains(datetime) }

  private let patience: UInt64
  private let clock: () -> UInt64

  /// - eventsLag: whether events may come later than the reply, with another run.
  /// - patience: how long, in nanoseconds, an event may be overtaken by those of later runs: a thread of the target may be waiting for its turn.
  /// - clock: nanoseconds since some moment; nil: the system's.
  public init(_ session: PeerSession, eventsLag: Bool, patience: UInt64 = 2_000_000_000, clock: (() -> UInt64)? = nil) {
    judge = Judge(session)
    (self.eventsLag, self.patience, self.clock) = (eventsLag, patience, clock ?? { MonotonicTime.now })
  }

  /// A run with everything to name it by.
  private struct Noted {
    var sequence: Int
    var given: Case
    var instance: Instance
  }

  /// After a finding. What is still to be heard is waited for no longer; what was heard is remembered, as it was said to the same target.
  public func reset() {
    if !voices.isEmpty { hasForgotten = true }
    for voice in voices.values { voice.doubtAll() }
    entries.removeAll()
    recent.removeAll()
    waiting = 0
  }

  /// A run that was not answered as owed: nobody knows which of its messages were accepted.
  public func doubt(_ instance: Instance) {
    sequence += 1
    for expected in instance.expected where instance.packets.indices.contains(expected.packet) && instance.packets[expected.packet].type == .message {
      voice(expected.id).doubt(.online, expected.datetime, sequence, expected.packet)
    }
  }

  /// Nothing accepted in the runs up to that number is still to be heard.
  public func isSettled(upTo number: Int = .max) -> Bool { waiting == 0 || !voices.values.contains { $0.isWaiting(upTo: number) } }

  // Noting.

  public func note(_ given: Case, _ instance: Instance, _ seen: Observation) {
    sequence += 1
    for index in instance.expected.indices where instance.expected[index].form == .acknowledgement && instance.expected[index].status == 0 {
      accept(instance.expected[index], index, given, instance, seen)
    }
    if eventsLag { keep(given, instance) }
    for event in seen.heard { hear(event, given, instance) }
    if !eventsLag { settleNow() }
  }

  /// Events that came with a run of somebody else's.
  public func hear(_ events: [HeardEvent]) {
    for event in events {
      if let last = recent.last {
        hear(event, last.given, last.instance)
      } else if case .message(let sender, let datetime) = event {
        voice(sender).hearEarly(datetime)
      }
    }
  }

  private func keep(_ given: Case, _ instance: Instance) {
    if recent.count >= Self.recentLimit { recent.removeFirst() }
    recent.append(Noted(sequence: sequence, given: given, instance: instance))
  }

  private func accept(_ expected: ExpectedReply, _ index: Int, _ given: Case, _ instance: Instance, _ seen: Observation) {
    guard instance.packets.indices.contains(expected.packet) else { return }
    let sent = instance.packets[expected.packet]
    guard sent.type == .message || sent.type == .statusChange, sent.range.count >= Messaging.headerLength else { return }
    let (voice, now) = (voice(expected.id), eventsLag ? clock() : 0)
    let isSure = !expected.isOptional || Self.came(index, instance, seen)
    let status = UserStatusCode(rawValue: instance.buffer[sent.range.lowerBound + Messaging.status.offset]) ?? .online
    if sent.type == .statusChange {
      let isUsual = Self.isUsual(expected.datetime)
      if voice.acceptStatus(status, expected.datetime, sequence, expected.packet, given, isSure: isSure, isUsual: isUsual, now: now) { waiting += 1 }
      return
    }
    // A time that was given exactly may have been used before the account began anew: then it is a repetition.
    if !isSure || hasForgotten && !Self.isUsual(expected.datetime) { return voice.doubt(status, expected.datetime, sequence, expected.packet) }
    if voice.acceptMessage(status, expected.datetime, sequence, expected.packet, given, now: now) { waiting += 1 }
  }

  private func voice(_ id: Identifier) -> Voice {
    if let voice = voices[id] { return voice }
    let voice = Voice()
    voices[id] = voice
    return voice
  }

  /// Whether the optional reply of that index came: it did when there are more replies than were owed before it.
  private static func came(_ index: Int, _ instance: Instance, _ seen: Observation) -> Bool {
    let connection = instance.expected[index].connection
    let before = instance.expected[..<index].reduce(0) { $0 + ($1.connection == connection ? 1 : 0) }
    return seen.replies.reduce(0) { $0 + ($1.connection == connection ? 1 : 0) } > before
  }

  // Hearing.

  private func hear(_ event: HeardEvent, _ given: Case, _ instance: Instance) {
    switch event {
    case .message(let sender, let datetime): hearMessage(sender, datetime, given, instance)
    case .status(let sender, let status): hearStatus(sender, status, given, instance)
    }
  }

  private func hearMessage(_ sender: Identifier, _ datetime: UInt64, _ given: Case, _ instance: Instance) {
    switch voices[sender]?.hearMessage(datetime) ?? .unknown {
    case .delivered: waiting -= 1
    case .possible: break
    case .again:
      let noted = newest(given, instance) { $0.datetime == datetime && $0.id == sender && $0.status == 0 }
      add("6.1/duplicate.deliver", .acceptedMalformed, "the same message delivered once", "delivered again", noted)
    case .unknown:
      // An event may come before the run that it belongs to is noted. A time given exactly may be that of a rejected packet and of an accepted one.
      let noted = eventsLag && !Voice.isOrdinary(datetime) ? nil : newest(given, instance) { $0.datetime == datetime && $0.id == sender && $0.status != 0 }
      if let noted, !eventsLag || !hasChangedName(noted) { return addRejected(noted, "delivered") }
      if eventsLag { voice(sender).hearEarly(datetime) }
    }
  }

  /// With a sender or a time that is not its own it may be called like another message, which is accepted in a run that is still to be noted.
  private func hasChangedName(_ noted: (Noted, Int)) -> Bool {
    judge.plan(noted.0.given, noted.0.instance, noted.1)?.changes.contains { $0.topic == "datetime" || $0.topic == "sender_id" } ?? false
  }

  private func hearStatus(_ sender: Identifier, _ status: UserStatusCode, _ given: Case, _ instance: Instance) {
    guard let voice = voices[sender] else { return }
    if voice.hearChange(status) { waiting -= 1 }
    // Whoever asks for friendship or changes their ID is announced as well.
    let isAnnounced = instance.packets.contains { $0.type == .chatRequest || $0.type == .idChange }
    guard let stale = voice.hearStatus(status, since: eventsLag ? 0 : sequence), !isAnnounced else { return }
    let noted = stale.sequence == sequence ? Noted(sequence: sequence, given: given, instance: instance) : recent.last { $0.sequence == stale.sequence }
    guard let noted else { return }
    add("6.1/sc.stale", .acceptedMalformed, "the status stays as it was", "changed to \(status)", (noted, stale.packet))
  }

  /// The newest packet whose owed answer is such a one, in this run or one before it.
  private func newest(_ given: Case, _ instance: Instance, where isIt: (ExpectedReply) -> Bool) -> (Noted, Int)? {
    let now = Noted(sequence: sequence, given: given, instance: instance)
    for noted in [now] + recent.reversed() {
      if let reply = noted.instance.expected.last(where: { $0.form == .acknowledgement && isIt($0) }) { return (noted, reply.packet) }
    }
    return nil
  }

  // What is wrong.

  private func add(_ requirement: String, _ kind: FindingKind, _ expected: String, _ observed: String, _ noted: (Noted, Int)?) {
    guard let (noted, packet) = noted else { return }
    let mismatch = Mismatch(requirement, kind, expected: .other(expected), observed: .other(observed), packet: packet)
    entries.append(Entry(given: noted.given, mismatch: mismatch, sequence: noted.sequence))
  }

  private func addRejected(_ noted: (Noted, Int), _ observed: String) {
    guard let first = judge.consequence(noted.0.given, noted.0.instance, noted.1)?.first else { return }
    add(first.accepted, .acceptedMalformed, "rejected, and not delivered", observed, noted)
  }

  /// Events come with the run that causes them: whatever was not heard never will be.
  private func settleNow() {
    guard waiting > 0 else { return }
    for voice in voices.values { addMissed(of: voice, upTo: .max) }
  }

  private func addMissed(of voice: Voice, upTo number: Int, before moment: UInt64 = .max) {
    for missed in voice.takeMissed(upTo: number, before: moment) { addMissed(missed) }
    guard let missed = voice.takeMissedChange(upTo: number, before: moment) else { return }
    waiting -= 1
    let mismatch = Mismatch(
      "6.1/sc.applied", .rejectedValid, expected: .other("the status is \(missed.status)"), observed: .other("accepted, and not applied"),
      packet: missed.packet)
    entries.append(Entry(given: missed.given, mismatch: mismatch, sequence: missed.sequence))
  }

  private func addMissed(_ missed: Voice.Waiting) {
    waiting -= 1
    let requirement = missed.isLate ? "6.1/duplicate.late" : "6.1/deliver"
    let mismatch = Mismatch(requirement, .rejectedValid, expected: .other("delivered"), observed: .other("accepted, and not delivered"), packet: missed.packet)
    entries.append(Entry(given: missed.given, mismatch: mismatch, sequence: missed.sequence))
  }

  /// With several runs in flight, what a target says about one may come between what it says about others.
  private static let overtaking = 64

  /// What was found since it was last asked. Messages that those of much later runs overtook count as lost.
  ///
  /// - upTo: what was not heard by now of the runs up to that number never will be.
  public func check(upTo number: Int = 0) -> [Entry] {
    if waiting > 0 {
      let overtaken = (voices.values.map(\.lastHeard).max() ?? 0) - Self.overtaking
      for voice in voices.values { addMissed(of: voice, upTo: number) }
      if overtaken > number, voices.values.contains(where: { $0.isWaiting(upTo: overtaken) }) {
        let moment = clock()
        for voice in voices.values where moment > patience { addMissed(of: voice, upTo: overtaken, before: moment - patience) }
      }
    }
    guard !entries.isEmpty else { return [] }
    defer { entries.removeAll() }
    return entries.sorted { $0.sequence < $1.sequence }
  }
}
