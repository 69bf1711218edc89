import S2WMPWire

/// Cuts what one connection receives into packets, and tells replies from what the target says of its own accord.
///
/// A friend may greet us on our own connection (S2WMP wire format, section 6.3): such an M, SC or IC is no reply. It gets an ACK, when the connection is free to carry
/// one, and is otherwise left out.
struct ReplyFramer {
  let dialect: Dialect
  /// The start of a packet whose end has not come.
  private var partial: [UInt8] = []
  /// The bytes frame no packet: what follows cannot be framed either.
  private(set) var isGarbage = false
  /// ACKs for what the target sent of its own accord.
  private(set) var courtesies: [UInt8] = []

  /// More than this many bytes of answers to a target that talks and talks are not kept.
  private static let maximumCourtesies = 28 * 64

  init(_ dialect: Dialect) { self.dialect = dialect }

  /// Begins a new connection.
  mutating func reset() {
    partial.removeAll(keepingCapacity: true)
    courtesies.removeAll(keepingCapacity: true)
    isGarbage = false
  }

  mutating func forgetCourtesies() { courtesies.removeAll(keepingCapacity: true) }

  /// Takes the next bytes and hands out each reply: its bytes, and whether they are garbage.
  mutating func take(_ bytes: UnsafeRawBufferPointer, _ reply: (UnsafeRawBufferPointer, _ isGarbage: Bool) -> Void) {
    if isGarbage { return }
    if partial.isEmpty {
      let used = cut(bytes, reply)
      if used < bytes.count { partial.append(contentsOf: bytes[used...]) }
      return
    }
    partial.append(contentsOf: bytes)
    // Moved out and back, so that it is not read while this is changed.
    var whole: [UInt8] = []
    swap(&whole, &partial)
    let used = whole.withUnsafeBytes { cut($0, reply) }
    whole.removeFirst(min(used, whole.count))
    swap(&whole, &partial)
  }

  /// The stream ended: a packet that began will not end any more.
  mutating func end(_ reply: (UnsafeRawBufferPointer, _ isGarbage: Bool) -> Void) {
    guard !partial.isEmpty, !isGarbage else { return }
    isGarbage = true
    partial.withUnsafeBytes { reply($0, true) }
    partial.removeAll(keepingCapacity: true)
  }

  /// More came than is bearable.
  mutating func giveUp() { isGarbage = true }

  /// Returns how many bytes are done with.
  private mutating func cut(_ bytes: UnsafeRawBufferPointer, _ reply: (UnsafeRawBufferPointer, Bool) -> Void) -> Int {
    var at = 0
    while at < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[at...])
      switch Framer.frame(rest, dialect) {
      case .framed(let length):
        let packet = UnsafeRawBufferPointer(rebasing: rest[..<length])
        if Self.isReply(packet[1], dialect) { reply(packet, false) } else { acknowledge(packet) }
        at += length
      case .incomplete: return at
      case .fault:
        isGarbage = true
        reply(rest, true)
        return bytes.count
      }
    }
    return at
  }

  /// Whether packets of that type answer something.
  static func isReply(_ type: UInt8, _ dialect: Dialect) -> Bool {
    switch PacketType(rawValue: type) {
    case .acknowledgement, .registrationResponse, .lookupResponse, .chatRequestResponse, .broadcastServerResponse, .broadcastPeerResponse: true
    // A legacy peer answers a chat request with one of its own (S2WMP wire format, appendix L).
    case .chatRequest: dialect == .legacy
    default: false
    }
  }

  private mutating func acknowledge(_ packet: UnsafeRawBufferPointer) {
    guard dialect == .v1, courtesies.count < Self.maximumCourtesies, let view = PacketView(framed: packet, .v1) else { return }
    switch view.type {
    case .message, .statusChange: acknowledge(view[Messaging.datetime], view[Messaging.senderID])
    case .idChange: acknowledge(view[IDChange.timestamp], view[IDChange.userID])
    default: break
    }
  }

  /// ACK(1, 0) with the echo (S2WMP wire format, section 3.7).
  private mutating func acknowledge(_ datetime: UInt64, _ sender: Identifier) {
    guard var builder = PacketBuilder(.acknowledgement, .v1) else { return }
    builder.set(Acknowledgement.ack, 1)
    builder.set(Acknowledgement.datetime, datetime)
    builder.set(Acknowledgement.userID, sender)
    courtesies += builder.build()
  }
}
