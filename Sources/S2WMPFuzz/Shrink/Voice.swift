/// What one sender said that was accepted, and what of it was heard. Bounded: what is long past is forgotten, and then not judged any more.
final class Voice {
  /// An accepted M that was not heard yet.
  struct Waiting {
    var datetime: UInt64
    var sequence: Int
    var packet: Int
    var isLate: Bool
    var given: Case
    /// When it was accepted.
    var since: UInt64
  }

  /// An accepted SC or M with the status that it carries.
  private struct Told {
    var status: UserStatusCode
    var sequence: Int
    var packet: Int
    /// Newer than all SCs before it.
    var isNew: Bool
  }

  /// What a heard message is.
  enum Hearing { case delivered, again, possible, unknown }

  private var waiting: [Waiting] = []
  /// The newest and the older half of what was delivered.
  private var (delivered, older): (Set<UInt64>, Set<UInt64>) = ([], [])
  /// Not above this: nobody remembers whether it was delivered. Times out of the ordinary are remembered for ever.
  private var floor: UInt64 = 0
  private var (odd, possible): (Set<UInt64>, Set<UInt64>) = ([], [])
  /// Heard, and accepted in no run that was noted yet.
  private var early: Set<UInt64> = []
  private var highest: UInt64 = 0
  private(set) var lastHeard = 0
  private static let halfLimit = 4096
  private static let oddLimit = 4096
  /// Times of a session are of this century; others are tried for being out of the ordinary.
  private static let ordinary: Range<UInt64> = 1_000_000_000_000..<10_000_000_000_000

  /// A change of status that was accepted and not heard yet: the newest.
  struct Change {
    var status: UserStatusCode
    var sequence: Int
    var packet: Int
    var given: Case
    var since: UInt64
  }

  private var change: Change?
  /// What the status is by the last SC; nil where it is not known.
  private var believed: UserStatusCode?
  /// Heard, and asked for in no run that was noted yet.
  private var earlyStatuses: Set<UserStatusCode> = []
  private var told: [Told] = []
  private var lastStatusTime: UInt64 = 0
  private var current: UserStatusCode?
  private static let toldLimit = 64

  // Messages.

  /// Whether it is to be heard: it is new.
  ///
  /// - now: nanoseconds.
  func acceptMessage(_ status: UserStatusCode, _ datetime: UInt64, _ sequence: Int, _ packet: Int, _ given: Case, now: UInt64) -> Bool {
    tell(Told(status: status, sequence: sequence, packet: packet, isNew: datetime > lastStatusTime))
    // A target may take the status of an M for the sender's, or not.
    if status != believed { believed = nil }
    guard !isKnown(datetime), !waiting.contains(where: { $0.datetime == datetime }) else { return false }
    if early.remove(datetime) != nil {
      // It was heard before its ACK was looked at.
      highest = max(highest, datetime)
      remember(datetime)
      return false
    }
    waiting.append(Waiting(datetime: datetime, sequence: sequence, packet: packet, isLate: datetime < highest, given: given, since: now))
    highest = max(highest, datetime)
    return true
  }

  /// It may have been accepted: whether or not it is heard is right.
  func doubt(_ status: UserStatusCode, _ datetime: UInt64, _ sequence: Int, _ packet: Int) {
    tell(Told(status: status, sequence: sequence, packet: packet, isNew: true))
    believed = nil
    highest = max(highest, datetime)
    if possible.count >= Self.oddLimit { possible.removeAll() }
    possible.insert(datetime)
  }

  /// Whatever is still to be heard may come or not, and so may a status.
  func doubtAll() {
    for waiting in waiting { possible.insert(waiting.datetime) }
    waiting.removeAll()
    told.removeAll()
    (current, change, believed) = (nil, nil, nil)
  }

  private func isKnown(_ datetime: UInt64) -> Bool {
    guard Self.ordinary.contains(datetime) else { return odd.contains(datetime) || odd.count >= Self.oddLimit || possible.contains(datetime) }
    return datetime <= floor || delivered.contains(datetime) || older.contains(datetime) || possible.contains(datetime)
  }

  func hearMessage(_ datetime: UInt64) -> Hearing {
    if let index = waiting.firstIndex(where: { $0.datetime == datetime }) {
      lastHeard = max(lastHeard, waiting[index].sequence)
      waiting.remove(at: index)
      remember(datetime)
      return .delivered
    }
    if possible.contains(datetime) { return .possible }
    if Self.ordinary.contains(datetime) {
      if delivered.contains(datetime) || older.contains(datetime) { return .again }
      return datetime <= floor ? .possible : .unknown
    }
    return odd.contains(datetime) ? .again : odd.count >= Self.oddLimit ? .possible : .unknown
  }

  /// It was heard before the run that it belongs to was noted.
  func hearEarly(_ datetime: UInt64) {
    if early.count >= Self.oddLimit { early.removeAll() }
    early.insert(datetime)
  }

  static func isOrdinary(_ datetime: UInt64) -> Bool { ordinary.contains(datetime) }

  private func remember(_ datetime: UInt64) {
    guard Self.ordinary.contains(datetime) else {
      if odd.count < Self.oddLimit { odd.insert(datetime) }
      return
    }
    if delivered.count >= Self.halfLimit {
      floor = max(floor, older.max() ?? 0)
      (older, delivered) = (delivered, [])
    }
    delivered.insert(datetime)
  }

  func isWaiting(upTo sequence: Int) -> Bool {
    waiting.contains { $0.sequence <= sequence } || change.map { $0.sequence <= sequence } ?? false
  }

  /// Those accepted up to that run, and not after that moment, that were not heard.
  func takeMissed(upTo sequence: Int, before moment: UInt64 = .max) -> [Waiting] {
    guard isWaiting(upTo: sequence) else { return [] }
    let missed = waiting.filter { $0.sequence <= sequence && $0.since <= moment }
    waiting.removeAll { $0.sequence <= sequence && $0.since <= moment }
    return missed
  }

  // Status.

  /// Whether a change is to be heard, where none was before. Several changes in a row may be told as the last one.
  ///
  /// - isUsual: the time is one of a session, so that nothing newer was sent before the account began.
  func acceptStatus(
    _ status: UserStatusCode, _ datetime: UInt64, _ sequence: Int, _ packet: Int, _ given: Case, isSure: Bool, isUsual: Bool, now: UInt64
  ) -> Bool {
    let isNew = datetime > lastStatusTime
    let isChange = isSure && isNew && isUsual && datetime > highest && believed != nil && believed != status
    let isFirst = isChange && change == nil && earlyStatuses.remove(status) == nil
    if isChange, isFirst || change != nil { change = Change(status: status, sequence: sequence, packet: packet, given: given, since: now) }
    if !isSure { believed = nil } else if isNew { believed = status }
    // One that may not have been taken explains a status; it makes no later one stale.
    tell(Told(status: status, sequence: sequence, packet: packet, isNew: isNew || !isSure))
    if isNew, isSure { lastStatusTime = datetime }
    return isFirst
  }

  /// A status was heard; whether that is the change that was waited for.
  func hearChange(_ status: UserStatusCode) -> Bool {
    guard let awaited = change else {
      earlyStatuses.insert(status)
      return false
    }
    guard awaited.status == status else { return false }
    change = nil
    return true
  }

  /// The change accepted up to that run, and not after that moment, that was not heard.
  func takeMissedChange(upTo sequence: Int, before moment: UInt64 = .max) -> Change? {
    guard let missed = change, missed.sequence <= sequence, missed.since <= moment else { return nil }
    (change, believed) = (nil, nil)
    return missed
  }

  private func tell(_ new: Told) {
    // One explanation for what is heard is enough.
    if let last = told.last, last.status == new.status, last.isNew, new.isNew { told.removeLast() }
    if told.count >= Self.toldLimit {
      told.removeFirst(Self.toldLimit / 2)
      current = nil
    }
    told.append(new)
  }

  /// The stale packet that a heard status comes from, when nothing else explains it.
  ///
  /// Events may come much later than their packets, but in the same order: what is heard makes everything before its packet a thing of the past.
  ///
  /// - sequence: no packet of an earlier run can be meant.
  func hearStatus(_ status: UserStatusCode, since sequence: Int) -> (sequence: Int, packet: Int)? {
    let before = current
    current = status
    if let cause = told.first(where: { $0.sequence >= sequence && $0.status == status && $0.isNew }) {
      told.removeAll { $0.sequence < cause.sequence }
      return nil
    }
    // What it was before has to be known: whoever asks for friendship is announced with the status that they had.
    guard let before, before != status else { return nil }
    return told.last { $0.sequence >= sequence && $0.status == status }.map { ($0.sequence, $0.packet) }
  }
}
