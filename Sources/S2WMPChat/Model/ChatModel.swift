import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// A conversation program without keyboard, screen, network or clock: what happened and what was typed in, effects out.
public struct ChatModel {
  let settings: ChatSettings
  var effects: [ChatEffect] = []

  var userID: Identifier?
  var fingerprint = ""
  var addresses: [Endpoint] = []
  var ownStatus = UserStatus.online

  var book: FriendBook
  var requests = NumberedList<ChatRequestRow>(capacity: 256)
  var discovered = NumberedList<DiscoveredRow>(capacity: 4096)
  /// Friends asked by us that have not answered.
  var asked: Set<Identifier> = []
  /// Whom messages are written to.
  var open: Identifier?
  var outgoing: [MessageKey: OutgoingMessage] = [:]
  /// A dangerous command waits to be typed again.
  var unconfirmed: String?
  var moment = PeerTime(wall: 0, monotonic: 0)

  private var lastKey: UInt64 = 0
  /// Of the last message line in the transcript.
  var lastDay: LocalTime?
  var refusals = RateLimit(interval: .seconds(30))
  /// Found peers are shown while a `/discover` is fresh.
  var discoverUntil: UInt64 = 0
  var registration: Registration?

  enum Registration { case done, failed }

  public init(_ settings: ChatSettings) {
    self.settings = settings
    book = FriendBook(ownName: settings.name)
  }

  /// Whether sockets take traffic, so that commands reach the peer.
  public var isListening: Bool { userID != nil }

  /// Whether a request of ours to be friends waits for its answer.
  public var isAsking: Bool { !asked.isEmpty }

  /// Messages of ours without an answer; those that wait for a friend to come back count too.
  public var unansweredCount: Int { outgoing.count }

  /// Messages of ours that are neither acknowledged nor known to wait.
  public var undecidedCount: Int { outgoing.values.filter { $0.mark == .sent }.count }

  /// Messages that were rejected, given up or have to wait, in this session.
  public private(set) var failures = 0

  mutating func countFailure() { failures += 1 }

  mutating func newKey() -> MessageKey {
    lastKey += 1
    return MessageKey(number: lastKey)
  }

  /// What an input led to.
  mutating func collect(at now: PeerTime, _ body: (inout ChatModel) -> Void) -> [ChatEffect] {
    moment = now
    body(&self)
    defer { effects = [] }
    return effects
  }
}

/// A message of ours that has no final answer.
struct OutgoingMessage {
  var to: Identifier
  var text: String
  var datetime: UInt64?
  var mark: DeliveryMark
}

/// Lets something through once in a while, and counts what it kept back.
struct RateLimit {
  let interval: UInt64
  private var next: UInt64 = 0
  private var kept = 0

  init(interval: UInt64) { self.interval = interval }

  /// How many were kept back since the last one; nil when this one is kept back too.
  mutating func pass(at monotonic: UInt64) -> Int? {
    guard monotonic >= next else {
      kept += 1
      return nil
    }
    next = monotonic &+ interval
    defer { kept = 0 }
    return kept
  }
}

/// A list whose rows keep their numbers, so that a number means what it meant when it was read.
struct NumberedList<Row> {
  private(set) var rows: [(number: Int, id: Identifier, row: Row)] = []
  private var last = 0
  let capacity: Int

  init(capacity: Int) { self.capacity = capacity }

  subscript(id: Identifier) -> (number: Int, row: Row)? { rows.first { $0.id == id }.map { ($0.number, $0.row) } }

  /// The number of a new row; nil when the ID was there, whose row is replaced, or there is no room.
  mutating func add(_ id: Identifier, _ row: Row) -> Int? {
    if let known = rows.firstIndex(where: { $0.id == id }) {
      rows[known].row = row
      return nil
    }
    guard rows.count < capacity else { return nil }
    last += 1
    rows.append((last, id, row))
    return last
  }

  mutating func remove(_ id: Identifier) { rows.removeAll { $0.id == id } }

  /// By number, whole ID or its short form.
  func find(_ text: String) -> (id: Identifier, row: Row)? {
    if text.count <= 4, let number = Int(text) { return rows.first { $0.number == number }.map { ($0.id, $0.row) } }
    return rows.first { $0.id.hex == text.lowercased() || $0.id.short == text.lowercased() }.map { ($0.id, $0.row) }
  }
}

struct ChatRequestRow {
  var name: String
  var address: Endpoint
}

struct DiscoveredRow {
  var address: Endpoint
}
