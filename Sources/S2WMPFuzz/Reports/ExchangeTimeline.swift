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

  private static let shownNames = 8

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
    var bytes = (entry.connection < 0 ? [] : pending[entry.connection] ?? []) + exchange.received[range]
    var names: [String] = []
    var sentence = ""
    while !bytes.isEmpty {
      guard case .framed(let count) = bytes.withUnsafeBytes({ Framer.frame($0, dialect, whole: entry.connection < 0) }) else { break }
      if names.isEmpty { sentence = PacketNotes.sentence(Array(bytes[..<count]), dialect) ?? "" }
      names.append(PacketType(rawValue: bytes[1]).shortName ?? "?")
      bytes.removeFirst(count)
    }
    if !bytes.isEmpty { names.append("\(bytes.count) \(bytes.count == 1 ? "byte" : "bytes") that frame no packet") }
    pending[entry.connection] = bytes
    return ExchangeTimeline.Row(
      at: entry.at, connection: entry.connection, isFromTarget: true, names: names, sentence: names.count == 1 ? sentence : "", bytes: range.count)
  }
}
