import S2WMPFlow
import S2WMPWire

/// What ties an answer to its request where both may travel on different conversations (UDP, and everything in the legacy dialect).
struct ExchangeKey: Hashable {
  var kind: ExchangeKind
  var dialect: Dialect
  /// Request ID, or the datetime.
  var high: UInt64
  var low: UInt64
  /// Who asked.
  var asker: Identifier
  /// Address of the asker, and its port where that matters (else 0).
  var addressHigh: UInt64
  var addressLow: UInt64
  var port: UInt16

  init(_ kind: ExchangeKind, _ dialect: Dialect, id: Identifier, asker: Identifier, at endpoint: Endpoint, port: Bool) {
    self.kind = kind
    self.dialect = dialect
    high = id.high
    low = id.low
    self.asker = asker
    addressHigh = endpoint.high
    addressLow = endpoint.low
    self.port = port ? endpoint.port : 0
  }
}

/// One request, or several copies of it (S2WMP §3.2.3: repeated with the same request ID).
struct Exchange {
  /// Where the request went; answers must come from there unless it was broadcast.
  var destination: Endpoint
  var open: [Copy]
  /// The newest copy that was answered.
  var answered: (frame: UInt64, time: CaptureTime)?

  struct Copy {
    var frame: UInt64
    var time: CaptureTime
    var record: RecordHandle
    /// An answer to another copy was seen.
    var isSettled = false
  }
}

/// Requests by key, bounded: the oldest keys make room.
struct ExchangeTable {
  private static let maximum = 32_768
  private static let maximumCopies = 64

  private(set) var exchanges: [ExchangeKey: Exchange] = [:]
  private var order: [ExchangeKey] = []
  private var head = 0

  /// Adds a request; gives back the copies that had to make room.
  mutating func add(_ key: ExchangeKey, to destination: Endpoint, _ copy: Exchange.Copy) -> [Exchange.Copy] {
    if let known = exchanges[key], known.destination != destination, known.open.allSatisfy(\.isSettled) {
      // The same request to somebody else, say a legacy registration at a second server.
      exchanges[key] = Exchange(destination: destination, open: [copy])
      return []
    }
    if exchanges[key]?.open.append(copy) != nil {
      return trim(key)
    }
    exchanges[key] = Exchange(destination: destination, open: [copy])
    order.append(key)
    return order.count - head > Self.maximum ? evictOldest() : []
  }

  private mutating func trim(_ key: ExchangeKey) -> [Exchange.Copy] {
    guard let count = exchanges[key]?.open.count, count > Self.maximumCopies, let first = exchanges[key]?.open.removeFirst() else { return [] }
    return [first]
  }

  private mutating func evictOldest() -> [Exchange.Copy] {
    let key = order[head]
    head += 1
    if head > 4096 {
      order.removeFirst(head)
      head = 0
    }
    return exchanges.removeValue(forKey: key)?.open ?? []
  }

  /// Answers a request: the oldest copy that was not answered, else the newest one that was.
  ///
  /// - Returns: what was answered, and the records of all copies that need wait no more.
  mutating func answer(
    _ key: ExchangeKey, repeatedly: Bool, where accepts: (Exchange) -> Bool
  ) -> (frame: UInt64, time: CaptureTime, settled: [RecordHandle])? {
    guard var exchange = exchanges[key], accepts(exchange) else { return nil }
    if exchange.open.isEmpty {
      guard repeatedly, let answered = exchange.answered else { return nil }
      return (answered.frame, answered.time, [])
    }
    let first = exchange.open.removeFirst()
    var settled = first.isSettled ? [] : [first.record]
    for index in exchange.open.indices where repeatedly && !exchange.open[index].isSettled {
      settled.append(exchange.open[index].record)
      exchange.open[index].isSettled = true
    }
    exchange.answered = (first.frame, first.time)
    exchanges[key] = exchange
    return (first.frame, first.time, settled)
  }

  /// Every copy without an answer, at the end of the capture.
  var unanswered: [RecordHandle] {
    exchanges.filter { $0.key.kind.owesAnswer }.values.flatMap { $0.open.filter { !$0.isSettled }.map(\.record) }
  }
}
