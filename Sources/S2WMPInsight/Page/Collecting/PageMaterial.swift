import S2WMPAnalysis
import S2WMPReport
import S2WMPWire

/// Collects what the report page needs beyond a survey: the ladder, the packets that are shown in full, who knows whom. Bounded, whatever comes.
public struct PageMaterial {
  private(set) var kept: KeptPackets
  private(set) var lanes = Lanes()
  private(set) var windows = TimeWindows()
  private(set) var contacts = ContactTable()
  private(set) var names = NameBook()
  private(set) var packets: UInt64 = 0
  /// Packets that a filter left out.
  private(set) var filtered: UInt64 = 0
  private(set) var opened: UInt64 = 0
  private var findings: [UInt64] = Array(repeating: 0, count: ExpertCode.allCases.count)
  /// Conversations whose first packet was kept.
  private var begun: Set<UInt32> = []

  /// The last packets that went by.
  private var recent: [(packet: KeptPacket, isKept: Bool)] = []
  private static let mostRecent = 32

  /// Packets of each finding that are kept before all others, and conversations whose ends are.
  static let evidence: UInt64 = 16
  private static let mostBegun = 1024

  /// - limit: packets that are shown in full.
  public init(limit: Int) { kept = KeptPackets(limit: limit, windows: windows.most) }

  public var holdsPackets: Bool { packets > 0 }

  /// Messages were decrypted: the page is for those only who may read them.
  public var holdsPlaintext: Bool { opened > 0 }

  /// A packet that the page is not about may still tell a name.
  public mutating func passOver(_ packet: borrowing Dissection) {
    filtered += 1
    names.learn(from: copy packet)
  }

  public mutating func add(_ packet: borrowing Dissection) {
    let shown = copy packet
    names.learn(from: shown)
    let lanes = self.lanes.number(shown)
    windows.add(packet, ordinal: packets, lanes)
    if let view = shown.view, let contact = Parties(view).contact { contacts.note(contact.from, contact.to, contact.kind, frame: shown.frame) }
    if shown.opened?.plaintext != nil { opened += 1 }
    keep(shown, lanes)
    packets += 1
  }

  private mutating func keep(_ packet: Dissection, _ lanes: (from: LaneNumber, to: LaneNumber)) {
    guard kept.limit > 0 else { return }
    kept.windowSize = windows.size
    let rank = rank(of: packet)
    var copy = KeptPacket(packet, ordinal: packets, rank: rank, lanes: lanes, room: kept.room)
    let isKept = kept.wants(rank)
    if isKept {
      kept.add(copy)
      if rank >= .faulty { keepRequest(of: copy) }
    }
    recent.append((copy, isKept))
    if recent.count >= 2 * Self.mostRecent { recent.removeFirst(Self.mostRecent) }
    if kept.followsEnd(of: packet.stream) {
      copy.rank = max(rank, .end)
      kept.noteLatest(copy)
    }
  }

  /// What an answer with a finding answers belongs beside it.
  private mutating func keepRequest(of answer: KeptPacket) {
    guard answer.replyTo != 0, let index = recent.lastIndex(where: { $0.packet.frame == answer.replyTo }), !recent[index].isKept else { return }
    var request = recent[index].packet
    request.rank = answer.rank
    recent[index].isKept = true
    kept.add(request)
  }

  private mutating func rank(of packet: Dissection) -> KeptPacket.Rank {
    var rank = KeptPacket.Rank.ordinary
    if !packet.findings.isEmpty {
      if (packet.findings.worst ?? .note) > .note { rank = .faulty }
      for code in packet.findings.codes {
        findings[Int(code.rawValue)] += 1
        if findings[Int(code.rawValue)] <= Self.evidence { rank = .evidence }
      }
    }
    if kept.isOpening(packets) { rank = max(rank, .opening) }
    if begun.count < Self.mostBegun, begun.insert(packet.stream).inserted { rank = max(rank, .end) }
    return rank
  }

  /// How often each finding was made, most severe first.
  var findingCounts: [(code: ExpertCode, count: UInt64)] {
    let counts = ExpertCode.allCases.map { (code: $0, count: findings[Int($0.rawValue)]) }.filter { $0.count > 0 }
    return counts.enumerated().sorted { a, b in
      a.element.code.severity != b.element.code.severity ? a.element.code.severity > b.element.code.severity : a.offset < b.offset
    }.map(\.element)
  }

  mutating func takeKept() -> [KeptPacket] { kept.finish() }
}
