import S2WMPFlow
import S2WMPWire

/// What kind of answer a packet waits for, or gives.
enum ExchangeKind: UInt8 {
  /// M, SC: answered by ACK.
  case message
  /// CR: answered by CRR, or by an ACK when its name is none.
  case chat
  /// IC: answered by ACK (a peer) or RREG (a bootstrap server).
  case idChange
  /// REG: answered by RREG.
  case registration
  /// LP: answered by LPR.
  case lookup
  /// BSM: answered by BSR.
  case server
  /// BPM: answered by BPR.
  case peer
  /// Legacy UB: may be answered by its own first 43 bytes.
  case announcement

  /// Silence is an answer to an announcement, but worth a note for anything else.
  var owesAnswer: Bool { self != .announcement }
}

/// A request on a TCP connection that was not answered yet.
struct PendingRequest {
  var kind: ExchangeKind
  /// M, SC, IC: `datetime`; REG, LP, IC to a server: see `requestID`.
  var datetime: UInt64
  /// Who asks: sender, requestor or user.
  var asker: Identifier
  /// CR: who is asked.
  var asked: Identifier
  var requestID: UInt64
  var frame: UInt64
  var time: CaptureTime
  var record: RecordHandle
}

/// The unanswered requests of one direction, oldest first. Answers come in order (S2WMP §3.2.6), so the match is nearly always the first, and nearly
/// always there is only one: it needs no memory of its own.
struct RequestList {
  private static let maximum = 4096
  private static let searchDepth = 512

  private var first: PendingRequest?
  /// Those behind the first, from `head` on.
  private var others: [PendingRequest] = []
  private var head = 0

  var isEmpty: Bool { first == nil }

  /// Adds a request; gives back the one that had to make room for it.
  mutating func append(_ request: PendingRequest) -> PendingRequest? {
    guard first != nil else {
      first = request
      return nil
    }
    var displaced: PendingRequest?
    if others.count - head >= Self.maximum - 1 {
      displaced = first
      advance()
    }
    if head > 64 && head * 2 > others.count {
      others.removeFirst(head)
      head = 0
    }
    others.append(request)
    return displaced
  }

  /// Takes out the oldest request that `matches`.
  @inline(__always) mutating func take(where matches: (borrowing PendingRequest) -> Bool) -> PendingRequest? {
    guard let first else { return nil }
    if matches(first) {
      advance()
      return first
    }
    return others.isEmpty ? nil : takeOther(where: matches)
  }

  private mutating func takeOther(where matches: (borrowing PendingRequest) -> Bool) -> PendingRequest? {
    let end = min(others.count, head + Self.searchDepth - 1)
    guard let index = (head..<end).first(where: { matches(others[$0]) }) else { return nil }
    return others.remove(at: index)
  }

  /// The second becomes the first.
  private mutating func advance() {
    if others.isEmpty { return first = nil }
    first = others[head]
    head += 1
    if head == others.count {
      others.removeAll(keepingCapacity: others.capacity <= 64)
      head = 0
    }
  }

  /// Empties the list, oldest first.
  mutating func removeAll() -> [PendingRequest] {
    guard let first else { return [] }
    let rest = [first] + others[head...]
    self = RequestList()
    return rest
  }
}
