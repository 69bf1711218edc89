import S2WMPReport
import S2WMPWire

/// What went over the wire, entry by entry, in words.
struct ExchangeTimeline {
  struct Row {
    /// Nanoseconds since the run began.
    var at: UInt64
    /// -1: a datagram.
    var connection: Int
    var isFromTarget: Bool
    /// `M`, `ACK`; or `FIN`, `reset`.
    var names: [String]
    /// What the first packet says.
    var sentence: String
    var bytes: Int
  }

  private(set) var rows: [Row] = []
  private let exchange: Exchange
  private let dialect: Dialect

  fileprivate static let shownNames = 8

  /// - limit: entries that are looked at.
  init(_ exchange: Exchange, _ dialect: Dialect, limit: Int) {
    self.exchange = exchange
    self.dialect = dialect
    var replies = ReplyNames(exchange, dialect)
    for entry in exchange.entries.prefix(limit) {
      switch entry.what {
      case .sent(let range): rows.append(sent(entry, range.clamped(to: exchange.sent.indices)))
      case .received(let range): rows.append(replies.row(entry, range.clamped(to: exchange.received.indices)))
      case .ended(let byTarget, let ending):
        let name = ending == .closed ? "FIN" : ending == .open ? "open" : ending == .refused ? "refused" : "reset"
        rows.append(Row(at: entry.at, connection: entry.connection, isFromTarget: byTarget, names: [name], sentence: "", bytes: 0))
      }
    }
  }

  private func sent(_ entry: Exchange.Entry, _ range: Range<Int>) -> Row {
    let packets = exchange.packets.filter { $0.range.overlaps(range) }
    var names = packets.prefix(Self.shownNames).map { packet in
      let name = packet.title
      let isWhole = range.lowerBound <= packet.range.lowerBound && packet.range.upperBound <= range.upperBound
      return isWhole ? name : "part of \(name)"
    }
    if packets.count > Self.shownNames { names.append("… \(packets.count) in all") }
    let first = packets.first.map { Array(exchange.sent[$0.range.clamped(to: exchange.sent.indices)]) } ?? []
    let sentence = PacketNotes.sentence(first, dialect) ?? ""
    return Row(
      at: entry.at, connection: entry.connection, isFromTarget: false, names: names.isEmpty ? ["no packet"] : names,
      sentence: packets.count == 1 ? sentence : "", bytes: range.count)
  }
}

/// Frames what each connection received, so that every entry knows the packets that it completed.
private struct ReplyNames {
  private let exchange: Exchange
  private let dialect: Dialect
  /// Bytes of packets that are not complete yet, by connection.
  private var pending: [Int: [UInt8]] = [:]

  init(_ exchange: Exchange, _ dialect: Dialect) {
    self.exchange = exchange
    self.dialect = dialect
  }

  mutating func row(_ entry: Exchange.Entry, _ range: Range<Int>) -> ExchangeTimeline.Row {
    let bytes = (entry.connection < 0 ? [] : pending[entry.connection] ?? []) + exchange.received[range]
    var names: [String] = []
    var (start, packets, sentence) = (0, 0, "")
    while start < bytes.count, let count = framed(bytes, from: start, whole: entry.connection < 0) {
      if packets == 0 { sentence = PacketNotes.sentence(Array(bytes[..<count]), dialect) ?? "" }
      if packets < ExchangeTimeline.shownNames { names.append(PacketType(rawValue: bytes[start + 1]).shortName ?? "?") }
      packets += 1
      start += count
    }
    if packets > names.count { names.append("… \(packets) in all") }
    let left = bytes.count - start
    if left > 0 { names.append("\(left) \(left == 1 ? "byte" : "bytes") that frame no packet") }
    pending[entry.connection] = Array(bytes[start...])
    return ExchangeTimeline.Row(
      at: entry.at, connection: entry.connection, isFromTarget: true, names: names, sentence: names.count == 1 ? sentence : "", bytes: range.count)
  }

  /// Bytes of the packet that begins there, at least two; nil when none does.
  private func framed(_ bytes: [UInt8], from start: Int, whole: Bool) -> Int? {
    let status = bytes.withUnsafeBytes { Framer.frame(UnsafeRawBufferPointer(rebasing: $0[start...]), dialect, whole: whole) }
    guard case .framed(let count) = status, count >= 2 else { return nil }
    return count
  }
}
