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

/// The unanswered requests of one direction, oldest first. Answers come in order (S2WMP §3.2.6), so the match is nearly always the first.
struct RequestList {
  private static let maximum = 4096
  private static let searchDepth = 512

  private var items: [PendingRequest] = []
  private var head = 0

  var isEmpty: Bool { head == items.count }

  /// Adds a request; gives back the one that had to make room for it.
  mutating func append(_ request: PendingRequest) -> PendingRequest? {
    var displaced: PendingRequest?
    if items.count - head >= Self.maximum {
      displaced = items[head]
      head += 1
    }
    if head > 64 && head * 2 > items.count {
      items.removeFirst(head)
      head = 0
    }
    items.append(request)
    return displaced
  }

  /// Takes out the oldest request that `matches`.
  mutating func take(where matches: (borrowing PendingRequest) -> Bool) -> PendingRequest? {
    var index = head
    let end = min(items.count, head + Self.searchDepth)
    while index < end {
      if matches(items[index]) {
        let found = items[index]
        if index == head { dropHead() } else { items.remove(at: index) }
        return found
      }
      index += 1
    }
    return nil
  }

  private mutating func dropHead() {
    head += 1
    if head == items.count {
      items.removeAll(keepingCapacity: true)
      head = 0
    }
  }

  /// Empties the list, oldest first.
  mutating func removeAll() -> ArraySlice<PendingRequest> {
    let rest = items[head...]
    items = []
    head = 0
    return rest
  }
}
