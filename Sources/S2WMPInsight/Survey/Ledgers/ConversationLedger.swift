import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// A conversation as it goes on.
struct ConversationEntry {
  var facts: ConversationFacts
  /// Who spoke last in each direction, so that the next message of the same pair need not look them up.
  var forwardPair = SpeakingPair()
  var backwardPair = SpeakingPair()
}

/// Sender and receiver of a message, and where they stand in the list of users (−1: they do not).
struct SpeakingPair {
  var sender = Identifier.zero
  var receiver = Identifier.zero
  var senderIndex: Int32 = -1
  var receiverIndex: Int32 = -1
  var isKnown = false

  @inline(__always) func isOf(_ sender: Identifier, _ receiver: Identifier) -> Bool {
    isKnown && self.sender == sender && self.receiver == receiver
  }
}

/// The conversations listed, by number.
struct ConversationLedger {
  private static let unseen: Int32 = -1
  private static let unlisted: Int32 = -2
  /// Numbers beyond are never listed: a filter had to skip as many conversations before.
  private static let highestNumber = 4 << 20

  private(set) var entries: [ConversationEntry] = []
  private(set) var leftOut: UInt64 = 0
  /// By conversation number of the capture that goes on.
  private var places: [Int32] = []
  private let limits: SurveyLimits
  private var file = 0
  /// Of the packet at hand; −1 when its conversation is not listed.
  private(set) var current = -1
  private var currentStream: UInt32?

  init(_ limits: SurveyLimits) { self.limits = limits }

  mutating func nextFile(_ file: Int) {
    self.file = file
    places.removeAll(keepingCapacity: true)
    currentStream = nil
  }

  /// Counts a packet; gives its direction.
  @inline(__always) mutating func note(_ packet: borrowing Dissection) -> Bool {
    if currentStream != packet.stream { current = find(packet) }
    currentStream = packet.stream
    guard current >= 0 else { return true }
    let isForward = entries[current].facts.first == packet.source
    let packets: UInt64 = packet.layout == nil ? 0 : 1
    if isForward {
      entries[current].facts.forward.add(packets, packet.length)
    } else {
      entries[current].facts.backward.add(packets, packet.length)
    }
    entries[current].facts.see(packet)
    return isForward
  }

  /// What is at hand is a malformed run.
  mutating func addMalformed() {
    if current >= 0 { entries[current].facts.malformed &+= 1 }
  }

  func listed(_ stream: UInt32) -> Int? {
    guard Int(stream) < places.count, places[Int(stream)] >= 0 else { return nil }
    return Int(places[Int(stream)])
  }

  private mutating func find(_ packet: borrowing Dissection) -> Int {
    let stream = Int(packet.stream)
    guard stream < Self.highestNumber else { return -1 }
    if stream >= places.count { places.append(contentsOf: repeatElement(Self.unseen, count: stream + 1 - places.count)) }
    if places[stream] == Self.unseen { places[stream] = list(packet) }
    return max(-1, Int(places[stream]))
  }

  private mutating func list(_ packet: borrowing Dissection) -> Int32 {
    guard entries.count < limits.conversations else {
      leftOut &+= 1
      return Self.unlisted
    }
    var facts = ConversationFacts(
      stream: packet.stream, transport: packet.transport, dialect: packet.dialect, first: packet.source, second: packet.destination,
      frame: packet.frame)
    facts.file = file
    entries.append(ConversationEntry(facts: facts))
    return Int32(truncatingIfNeeded: entries.count - 1)
  }

  // MARK: - Who speaks

  /// The pair that spoke last in the direction of the packet at hand.
  @inline(__always) func pair(_ isForward: Bool) -> SpeakingPair? {
    guard current >= 0 else { return nil }
    return isForward ? entries[current].forwardPair : entries[current].backwardPair
  }

  mutating func remember(_ pair: SpeakingPair, _ isForward: Bool) {
    guard current >= 0 else { return }
    if isForward { entries[current].forwardPair = pair } else { entries[current].backwardPair = pair }
  }

  /// A user at the sending or receiving end of the packet at hand.
  mutating func place(_ user: Identifier, atSource: Bool, _ isForward: Bool) {
    guard current >= 0, !user.isZero else { return }
    if atSource == isForward {
      Self.add(user, to: &entries[current].facts.firstUsers, limits.usersOfConversation)
    } else {
      Self.add(user, to: &entries[current].facts.secondUsers, limits.usersOfConversation)
    }
  }

  private static func add(_ user: Identifier, to list: inout [Identifier], _ limit: Int) {
    if list.count < limit && !list.contains(user) { list.append(user) }
  }

  // MARK: - What reassembly noticed

  mutating func end(_ stream: UInt32, _ tally: StreamTally) {
    guard let index = listed(stream) else { return }
    entries[index].facts.retransmissions = UInt64(tally.retransmissions)
    entries[index].facts.outOfOrder = UInt64(tally.outOfOrder)
    entries[index].facts.gaps = UInt64(tally.gaps)
    entries[index].facts.isOver = true
  }
}

extension DirectionFacts {
  @inline(__always) mutating func add(_ packets: UInt64, _ bytes: UInt64) {
    self.packets &+= packets
    self.bytes &+= bytes
  }
}

extension ConversationFacts {
  @inline(__always) fileprivate mutating func see(_ packet: borrowing Dissection) {
    lastFrame = max(lastFrame, packet.frame)
    if !packet.time.isNone {
      if firstTime == nil { firstTime = packet.time }
      lastTime = packet.time
    }
    if !packet.findings.isEmpty { see(packet.findings) }
  }

  private mutating func see(_ found: Findings) {
    findings.formUnion(found)
    if found.contains(.tcpRetransmission) { retransmissions &+= 1 }
    if found.contains(.tcpOutOfOrder) { outOfOrder &+= 1 }
    if found.contains(.captureGap) || found.contains(.captureSnapLength) { gaps &+= 1 }
  }
}
