import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// What all parts of a page share: names, lanes, and where each packet stands.
struct PageContext {
  let names: NameBook
  let packets: [KeptPacket]
  let columns: LaneColumns
  /// What times count from.
  let start: CaptureTime?
  /// Index of the first shown packet of a frame.
  private let firstOfFrame: [UInt64: Int]

  let isWithinOneDay: Bool

  init(names: NameBook, packets: [KeptPacket], columns: LaneColumns, start: CaptureTime?, end: CaptureTime?) {
    isWithinOneDay = start.map { PacketNotes.date($0).prefix(10) } == end.map { PacketNotes.date($0).prefix(10) }
    (self.names, self.packets, self.columns, self.start) = (names, packets, columns, start)
    var first: [UInt64: Int] = [:]
    for (index, packet) in packets.enumerated() where first[packet.frame] == nil { first[packet.frame] = index }
    firstOfFrame = first
  }

  /// The shown packet that a frame number means.
  func index(ofFrame frame: UInt64) -> Int? { firstOfFrame[frame] }

  /// `f17`; what follows in the same frame `f17-1`, `f17-2`.
  func anchor(_ index: Int) -> String {
    let packet = packets[index]
    guard let first = firstOfFrame[packet.frame], first != index else { return "f\(packet.frame)" }
    return "f\(packet.frame)-\(index - first)"
  }

  /// The frame's number, as a link when it is shown.
  func link(_ frame: UInt64) -> String { firstOfFrame[frame] == nil ? "\(frame)" : "<a href=\"#f\(frame)\">\(frame)</a>" }

  /// Several of them, with how many there are beyond.
  func links(_ frames: some Collection<UInt64>, of count: UInt64) -> String {
    let more = count > UInt64(frames.count) ? ", … \(Digits.grouped(count)) in all" : ""
    return frames.map(link).joined(separator: ", ") + more
  }

  /// Seconds since the first packet.
  func seconds(_ time: CaptureTime?) -> String {
    guard let time, !time.isNone, let start else { return "–" }
    return PacketNotes.seconds(time.nanoseconds &- start.nanoseconds)
  }

  /// The time of day, UTC, to the second; with the date when the capture goes beyond a day.
  func clock(_ time: CaptureTime?) -> String {
    guard let time, !time.isNone else { return "–" }
    return String(PacketNotes.date(time).prefix(19).dropFirst(isWithinOneDay ? 11 : 0))
  }

  /// A user as text for a page.
  func user(_ id: Identifier) -> String { MarkupText.escaped(PacketNotes.user(id, names)) }
}

/// The lanes that get a column of their own, in the order of their first packet, servers to the right; all others share the last one.
struct LaneColumns {
  struct Column {
    /// `A`, `B`, …
    var letter: String
    /// Who it is, not escaped.
    var name: String
    /// Where; empty when that is all that is known.
    var place: String
    var isServer = false
    var packets: UInt64
  }

  private(set) var all: [Column] = []
  private var columnOfLane: [LaneNumber: Int] = [:]
  /// Lanes in the column of all others.
  private(set) var shared = 0

  static let most = 10

  init(_ lanes: Lanes, _ names: NameBook) {
    let present = lanes.all.enumerated().filter { $0.element.packets > 0 && $0.element.key != .others }
    let busiest = present.sorted { a, b in a.element.packets != b.element.packets ? a.element.packets > b.element.packets : a.offset < b.offset }
    let chosen = busiest.prefix(present.count <= Self.most ? Self.most : Self.most - 1).sorted { a, b in
      a.element.isServer != b.element.isServer ? b.element.isServer : a.offset < b.offset
    }
    for (number, lane) in chosen {
      columnOfLane[LaneNumber(clamping: number)] = all.count
      all.append(Self.column(lane, all.count, names))
    }
    let packets = lanes.all.reduce(0) { $0 &+ $1.packets } &- chosen.reduce(0) { $0 &+ $1.element.packets }
    guard packets > 0 else { return }
    shared = present.count - chosen.count
    all.append(Column(letter: Self.letter(all.count), name: shared > 0 ? Digits.counted(shared, "other") : "others", place: "", packets: packets))
  }

  private static func letter(_ index: Int) -> String { String(Character(Unicode.Scalar(UInt8(clamping: 65 + min(index, 25))))) }

  private static func column(_ lane: Lane, _ index: Int, _ names: NameBook) -> Column {
    let users = lane.users.prefix(2).map { PacketNotes.user($0, names) }.joined(separator: ", ") + (lane.users.count > 2 ? ", …" : "")
    var column = Column(letter: letter(index), name: users, place: "", isServer: lane.isServer, packets: lane.packets)
    switch lane.key {
    case .others: column.name = "others"
    case .host(let host):
      column.place = host.addressText
      if !lane.sends && host.mayBeBroadcast { column.name = "broadcast" }
    case .user(let id): column.name = PacketNotes.user(id, names)
    case .place(let endpoint): column.place = endpoint.description
    }
    if lane.isServer { column.name = "server" }
    if column.name.isEmpty { (column.name, column.place) = (column.place, "") }
    return column
  }

  func column(of lane: LaneNumber) -> Int { columnOfLane[lane] ?? max(0, all.count - 1) }

  /// The middle of a column in percent of the ladder's width.
  func middle(_ column: Int) -> String { Self.percent((Double(column) + 0.5) * 100 / Double(max(1, all.count))) }

  static func percent(_ value: Double) -> String {
    let hundredths = Int((min(max(value, -1000), 1000) * 100).rounded())
    let fraction = hundredths.magnitude % 100
    return "\(hundredths < 0 ? "-" : "")\(hundredths.magnitude / 100)\(fraction == 0 ? "" : ".\(String(fraction + 100).dropFirst())")%"
  }
}

extension Endpoint {
  /// An address of many: the last one of a network of the usual sizes, or a group's.
  fileprivate var mayBeBroadcast: Bool { isIPv4 ? low & 0xff == 0xff || (224...239).contains(low >> 24 & 0xff) : high >> 56 == 0xff }
}
