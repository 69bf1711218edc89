import S2WMPAnalysis
import S2WMPFlow

/// Bytes as calls of reassembly, always within what `ConversationReceiver` promises.
///
/// Each step is a byte: bits 0–2 what, bit 3 the direction, bits 4–5 the conversation (3 is UDP), bits 6 and 7 flags. A length follows where one is needed,
/// then as many bytes, as far as there are any.
struct StreamScript {
  static let firstClientPort: UInt16 = 20_000
  private static let mostLanes = 1000

  private let analyzer: Analyzer
  private let setting: StreamSetting
  private var rest: UnsafeRawBufferPointer
  private var frame: UInt64 = 0
  private(set) var lanes: [StreamLane] = []
  /// The lane that each of the four conversation numbers means at present.
  private var current: [Int?] = [nil, nil, nil, nil]

  init(_ analyzer: Analyzer, _ setting: StreamSetting, _ bytes: UnsafeRawBufferPointer) {
    self.analyzer = analyzer
    self.setting = setting
    rest = bytes
  }

  mutating func run() {
    while let step = next() { take(step) }
    for slot in current.indices { close(slot) }
  }

  private mutating func take(_ step: UInt8) {
    let slot = Int(step >> 4 & 3)
    let direction = direction(step, slot)
    if slot == 3 { return datagram(step, direction) }
    switch step & 7 {
    case 0, 1: segment(step, direction, slot, bytes(Int(next() ?? 0)))
    case 2: segment(step, direction, slot, bytes(Int(next() ?? 0) << 8 | Int(next() ?? 0)))
    case 3:
      for byte in bytes(Int(next() ?? 0)).map({ [$0] }) { byte.withUnsafeBytes { segment(step, direction, slot, $0) } }
    case 4: gap(step, direction, slot)
    case 5: finding(step, direction, slot)
    case 6: if step & 64 != 0 { close(slot) } else { end(direction, slot) }
    default: hold(direction, slot)
    }
  }

  /// Whoever speaks first is `forward`, whatever the bit of its step.
  private func direction(_ step: UInt8, _ slot: Int) -> FlowDirection {
    guard let lane = current[slot] else { return .forward }
    return lanes[lane].firstBit == step & 8 ? .forward : .backward
  }

  // MARK: Calls

  private mutating func segment(_ step: UInt8, _ direction: FlowDirection, _ slot: Int, _ bytes: UnsafeRawBufferPointer) {
    guard !bytes.isEmpty else { return }
    frame += 1
    guard let lane = open(slot, .tcp, step), isOpen(lane, direction) else { return }
    let held = lanes[lane].held[Int(direction.rawValue)]
    guard held != 0 else { return deliver(step, direction, lane, bytes, frame) }
    // A segment that fills the hole, then the one that waited behind it.
    let middle = bytes.count / 2
    if middle > 0 { deliver(step, direction, lane, UnsafeRawBufferPointer(rebasing: bytes[..<middle]), frame) }
    deliver(step, direction, lane, UnsafeRawBufferPointer(rebasing: bytes[middle...]), held)
    release(direction, lane)
  }

  private mutating func deliver(_ step: UInt8, _ direction: FlowDirection, _ lane: Int, _ bytes: UnsafeRawBufferPointer, _ frame: UInt64) {
    guard !lanes[lane].isIgnored else { return }
    let isFirst = lanes[lane].delivered[Int(direction.rawValue)] == 0
    lanes[lane].delivered[Int(direction.rawValue)] += UInt64(bytes.count)
    let interest = analyzer.receiveSegment(
      lanes[lane].conversation, direction, bytes, frame: frame, time: setting.time(frame), startsSegment: step & 64 == 0 || isFirst,
      unsynchronised: isFirst && step & 128 != 0)
    if interest == .ignore { lanes[lane].isIgnored = true }
  }

  private mutating func gap(_ step: UInt8, _ direction: FlowDirection, _ slot: Int) {
    guard let lane = current[slot], isOpen(lane, direction) else { return }
    analyzer.receiveGap(lanes[lane].conversation, direction, length: UInt64(next() ?? 0) + 1, cause: step & 64 == 0 ? .lost : .snapLength)
    release(direction, lane)
  }

  private mutating func finding(_ step: UInt8, _ direction: FlowDirection, _ slot: Int) {
    frame += 1
    guard let lane = current[slot], isOpen(lane, direction) else { return }
    let finding: StreamFinding = step & 64 != 0 ? .overlap : step & 128 != 0 ? .outOfOrder : .retransmission
    analyzer.receiveFinding(lanes[lane].conversation, direction, finding, frame: frame)
  }

  private mutating func hold(_ direction: FlowDirection, _ slot: Int) {
    guard let lane = current[slot], isOpen(lane, direction), lanes[lane].held[Int(direction.rawValue)] == 0 else { return }
    frame += 1
    lanes[lane].held[Int(direction.rawValue)] = frame
    analyzer.holdDirection(lanes[lane].conversation, direction, since: frame)
  }

  private mutating func release(_ direction: FlowDirection, _ lane: Int) {
    guard lanes[lane].held[Int(direction.rawValue)] != 0 else { return }
    lanes[lane].held[Int(direction.rawValue)] = 0
    analyzer.holdDirection(lanes[lane].conversation, direction, since: 0)
  }

  private mutating func end(_ direction: FlowDirection, _ slot: Int) {
    guard let lane = current[slot], isOpen(lane, direction) else { return }
    release(direction, lane)
    lanes[lane].hasEnded[Int(direction.rawValue)] = true
    analyzer.endDirection(lanes[lane].conversation, direction)
  }

  /// Flags: bytes cut by the snap length; two pieces.
  private mutating func datagram(_ step: UInt8, _ direction: FlowDirection) {
    if step & 7 == 6 { return close(3) }
    let bytes = bytes(Int(next() ?? 0))
    frame += 2
    guard let lane = open(3, .udp, step), !lanes[lane].isIgnored else { return }
    let first = Piece(offset: 0, frame: frame, time: setting.time(frame))
    let earlier = Piece(offset: bytes.count / 2, frame: frame - 1, time: setting.time(frame - 1))
    let pieces = step & 128 != 0 && bytes.count > 1 ? [first, earlier] : [first]
    let interest = pieces.withUnsafeBufferPointer {
      analyzer.receiveDatagram(
        lanes[lane].conversation, direction, bytes, wireLength: bytes.count + (step & 64 != 0 ? 5 : 0), pieces: $0)
    }
    lanes[lane].delivered[Int(direction.rawValue)] += UInt64(bytes.count)
    if interest == .ignore { lanes[lane].isIgnored = true }
  }

  // MARK: Conversations

  private func isOpen(_ lane: Int, _ direction: FlowDirection) -> Bool { !lanes[lane].isIgnored && !lanes[lane].hasEnded[Int(direction.rawValue)] }

  private mutating func open(_ slot: Int, _ transport: Transport, _ step: UInt8) -> Int? {
    if let lane = current[slot] { return lane }
    if lanes.count >= Self.mostLanes { return nil }
    let port = Self.firstClientPort + UInt16(lanes.count)
    let client = Endpoint.ipv4(0x0a00_0001 + UInt32(slot), port: port)
    let server = Endpoint.ipv4(0x0a00_0064, port: setting.serverPort)
    let conversation = analyzer.openConversation(ConversationStart(transport: transport, first: client, second: server, frame: frame))
    lanes.append(StreamLane(transport: transport, clientPort: port, firstBit: step & 8, conversation: conversation))
    current[slot] = lanes.count - 1
    return current[slot]
  }

  private mutating func close(_ slot: Int) {
    guard let lane = current[slot] else { return }
    current[slot] = nil
    analyzer.closeConversation(lanes[lane].conversation)
  }

  // MARK: Bytes

  private mutating func next() -> UInt8? {
    guard let first = rest.first else { return nil }
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
    return first
  }

  private mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer {
    let taken = UnsafeRawBufferPointer(rebasing: rest.prefix(count))
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    return taken
  }
}
