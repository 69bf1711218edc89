/// UDP datagrams share the flow table, so that both directions of a 4-tuple are one conversation.
extension DecoderCore {
  mutating func datagram(_ key: FlowKey, _ bytes: UnsafeRawBufferPointer, wireLength: Int, _ receiver: any ConversationReceiver) {
    if wireLength == 0 { return }
    let slot = flow(key, create: true, receiver)
    let flow = flows.flows + Int(slot)
    if flow.pointee.has(Flow.ignored) { return }
    if !flow.pointee.has(Flow.opened) {
      if bytes.isEmpty { return }
      open(slot, key.side, frame: firstFrame(of: bytes), receiver)
    }
    let direction = flow.pointee.direction(key.side)
    let conversation = flow.pointee.conversation
    let interest: Interest
    if partsStart == nil {
      piece.pointee = Piece(offset: 0, frame: origin.frame, time: origin.time)
      let pieces = UnsafeBufferPointer(start: UnsafePointer(piece), count: 1)
      interest = receiver.receiveDatagram(conversation, direction, bytes, wireLength: wireLength, pieces: pieces)
    } else {
      interest = pieces(of: bytes).withUnsafeBufferPointer {
        receiver.receiveDatagram(conversation, direction, bytes, wireLength: wireLength, pieces: $0)
      }
    }
    if interest == .ignore { flow.pointee.state |= Flow.ignored }
  }

  /// The frame that brought the first byte.
  private func firstFrame(of bytes: UnsafeRawBufferPointer) -> UInt64 {
    partsStart == nil ? origin.frame : pieces(of: bytes).first?.frame ?? origin.frame
  }

  /// Which frames brought the bytes of a packet that came in fragments.
  func pieces(of bytes: UnsafeRawBufferPointer) -> [Piece] {
    guard let partsStart, let start = bytes.baseAddress else { return [] }
    let first = UnsafeRawPointer(start) - partsStart
    var pieces: [Piece] = []
    for part in parts where part.end > first && part.start < first + bytes.count {
      if pieces.last?.frame == part.frame { continue }
      pieces.append(Piece(offset: max(0, part.start - first), frame: part.frame, time: part.time))
    }
    return pieces
  }
}
