import S2WMPCrypto
import S2WMPWire

/// Writes down what goes over the wire in one trial: of all its cases, one behind the other.
struct ExchangeRecorder {
  private let session: PeerSession
  private(set) var exchange = Exchange()
  /// Index of the first packet of each case.
  private(set) var starts: [Int] = []
  private var now: UInt64 = 0
  /// Numbers of connections in the exchange: those of a case, and how many there were in all.
  private var numbers: [Int: Int] = [:]
  private var connectionCount = 0
  /// Whose keys are written down; nil: nobody's.
  private var known: Set<Identifier>?

  /// - isReadable: keeps the secrets with which the exchange can be read.
  init(_ session: PeerSession, isReadable: Bool = true) {
    self.session = session
    known = isReadable ? [] : nil
    noteSpeakers()
  }

  /// Of one case that was run.
  static func exchange(_ given: Case, _ instance: Instance, _ seen: Observation, _ session: PeerSession, isReadable: Bool = true) -> Exchange {
    var recorder = ExchangeRecorder(session, isReadable: isReadable)
    recorder.record(given, instance, seen)
    return recorder.exchange
  }

  mutating func record(_ given: Case, _ instance: Instance, _ seen: Observation) {
    noteSpeakers()
    noteContentKeys(instance)
    starts.append(exchange.packets.count)
    let kept = instance.isFresh ? nil : numbers[0]
    numbers = kept.map { [0: $0] } ?? [:]
    notePackets(given, instance)
    noteEntries(instance, seen)
    exchange.sent += instance.buffer
    exchange.received += seen.received
    for (number, ending) in seen.endings.enumerated() where ending != .open { numbers[number] = nil }
  }

  /// Each has a secret with the target; one whose IDs change has several.
  private mutating func noteSpeakers() {
    guard known != nil else { return }
    for actor in session.speakers where known?.insert(actor.id).inserted == true {
      exchange.keyLog.append(KeyLog.line(secret: actor.secret, actor.id, session.targetID))
    }
  }

  /// Those of this instance, which was made last.
  private mutating func noteContentKeys(_ instance: Instance) {
    guard known != nil else { return }
    let count = instance.packets.count { $0.type == .message }
    exchange.keyLog += session.contentKeys.suffix(count).compactMap(\.line).filter { !exchange.keyLog.contains($0) }
  }

  private mutating func notePackets(_ given: Case, _ instance: Instance) {
    let base = exchange.sent.count
    for packet in instance.packets {
      var moved = packet
      moved.range = (packet.range.lowerBound + base)..<(packet.range.upperBound + base)
      moved.connection = number(packet.connection)
      exchange.packets.append(moved)
      guard packet.step >= 0, let plan = [given].plan(PacketPlace(number: 0, step: packet.step, index: packet.index)) else { continue }
      let marks = ChangeMarks.ranges(plan, Array(instance.buffer[packet.range]), session)
      exchange.marks += marks.map { ($0.lowerBound + moved.range.lowerBound)..<($0.upperBound + moved.range.lowerBound) }
    }
  }

  private mutating func number(_ connection: Int) -> Int {
    if connection < 0 { return connection }
    if let known = numbers[connection] { return known }
    numbers[connection] = connectionCount
    connectionCount += 1
    return connectionCount - 1
  }

  /// What was done, and between it the replies that were waited for.
  private mutating func noteEntries(_ instance: Instance, _ seen: Observation) {
    let (sentBase, receivedBase, began) = (exchange.sent.count, exchange.received.count, now)
    var next = 0
    func moved(_ range: Range<Int>, _ base: Int) -> Range<Int> { (range.lowerBound + base)..<(range.upperBound + base) }
    func receive(until isEnough: (Int) -> Bool) {
      while next < seen.replies.count, !isEnough(next) {
        let reply = seen.replies[next]
        now = max(now, began + reply.at)
        add(number(reply.connection), .received(moved(reply.range, receivedBase)))
        next += 1
      }
    }
    func count(_ connection: Int, _ end: Int) -> Int { seen.replies[..<end].reduce(0) { $0 + ($1.connection == connection ? 1 : 0) } }
    for action in instance.actions {
      switch action {
      case .send(let range, let connection): add(number(connection), .sent(moved(range, sentBase)))
      case .datagram(let range): add(-1, .sent(moved(range, sentBase)))
      case .awaitReplies(let wanted, let connection, _): receive { count(connection, $0) >= wanted }
      case .awaitDatagrams(let wanted): receive { count(-1, $0) >= wanted }
      case .end(let connection): add(number(connection), .ended(byTarget: false, .closed))
      case .reset(let connection): add(number(connection), .ended(byTarget: false, .reset))
      case .pause(let span): now &+= span
      case .awaitEnd, .source, .status: break
      }
    }
    receive { _ in false }
    now = max(now, began + seen.duration)
    for (connection, ending) in seen.endings.enumerated() where ending == .closed || ending == .reset {
      add(number(connection), .ended(byTarget: true, ending))
    }
  }

  private mutating func add(_ connection: Int, _ what: Exchange.Entry.What) {
    exchange.entries.append(Exchange.Entry(at: now, connection: connection, what))
  }
}
