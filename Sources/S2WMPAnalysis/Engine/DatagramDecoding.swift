import S2WMPFlow
import S2WMPWire

/// UDP: one datagram, one packet (S2WMP §2.1 and the framing rules).
extension Analyzer {
  public func receiveDatagram(
    _ conversation: Int, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer, wireLength: Int, pieces: UnsafeBufferPointer<Piece>
  ) -> Interest {
    guard let pointer = UnsafeMutablePointer<Conversation>(bitPattern: conversation), bytes.count > 0 || wireLength > 0 else { return .keep }
    if pointer.pointee.ownership == .undecided { claim(pointer, bytes, wireLength) }
    guard pointer.pointee.ownership == .ours else { return .ignore }
    let origin = DatagramOrigin(pieces)
    let judged = judge(bytes, wireLength, soFar: pointer.pointee.dialect)
    if judged.status == .packet && bytes.count == wireLength {
      pointer.pointee.dialect = judged.dialect
      deliver(pointer, direction, bytes, judged.dialect, origin)
    } else {
      malformedDatagram(pointer, direction, bytes, judged, wireLength, origin)
    }
    return .keep
  }

  /// A UDP conversation is ours when its first datagram frames. On a default or named port bytes left over do not make it a stranger's;
  /// bytes that the snap length cut do, as nothing can be said of them.
  private func claim(_ pointer: ConversationPointer, _ bytes: UnsafeRawBufferPointer, _ wireLength: Int) {
    let isKnownPort = [pointer.pointee.first.port, pointer.pointee.second.port].contains { Self.isKnownUDPPort($0) || options.ports.contains($0) }
    let dialects = options.dialect.map { [$0] } ?? [.v1, .legacy]
    let isOurs = dialects.contains { dialect in
      switch Framer.datagram(bytes, dialect) {
      case .packet: true
      case .trailing: isKnownPort
      default: false
      }
    }
    if isOurs && bytes.count == wireLength { makeOurs(pointer) } else { pointer.pointee.ownership = .foreign }
  }

  private static func isKnownUDPPort(_ port: UInt16) -> Bool {
    port == DefaultPort.peer || port == DefaultPort.discovery || port == DefaultPort.legacyReply || port == DefaultPort.bootstrap
  }

  /// The dialect whose layout has exactly this length, else the conversation's so far, else v1.
  private func judge(_ bytes: UnsafeRawBufferPointer, _ wireLength: Int, soFar: Dialect?) -> (dialect: Dialect, status: DatagramStatus) {
    if let forced = options.dialect { return (forced, Framer.datagram(bytes, forced)) }
    let v1 = Framer.datagram(bytes, .v1)
    if v1 == .packet { return (.v1, v1) }
    let legacy = Framer.datagram(bytes, .legacy)
    if legacy == .packet { return (.legacy, legacy) }
    return soFar == .legacy ? (.legacy, legacy) : (.v1, v1)
  }

  private func deliver(
    _ pointer: ConversationPointer, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer, _ dialect: Dialect, _ origin: DatagramOrigin
  ) {
    if origin.frames.count == 1 {
      packet(pointer, direction, bytes, origin.highest.frame, origin.highest.time, frames: nil, dialect: dialect)
    } else {
      origin.frames.withUnsafeBufferPointer {
        packet(pointer, direction, bytes, origin.highest.frame, origin.highest.time, frames: $0, dialect: dialect)
      }
    }
  }

  private func malformedDatagram(
    _ pointer: ConversationPointer, _ direction: FlowDirection, _ bytes: UnsafeRawBufferPointer,
    _ judged: (dialect: Dialect, status: DatagramStatus), _ wireLength: Int, _ origin: DatagramOrigin
  ) {
    var run = MalformedRun(.malformedTruncated, nil)
    switch judged.status {
    case .fault(let fault):
      run = MalformedRun(fault.expertCode, Self.detail(fault, bytes))
    case .trailing(let length) where bytes.count == wireLength:
      run = MalformedRun(
        .malformedTrailing,
        FindingDetail(
          code: .malformedTrailing,
          message: "\(Self.bytes(bytes.count - length)) \(bytes.count - length == 1 ? "is" : "are") left over behind a packet of \(length) bytes"))
    case .truncated(let needed):
      run.detail = FindingDetail(
        code: .malformedTruncated, message: "the datagram has \(Self.bytes(bytes.count)), but its packet needs at least \(needed)")
    default: break
    }
    if bytes.count < wireLength {
      pointer.pointee[direction].attached.insert(.captureSnapLength)
    }
    run.append(bytes, frame: origin.lowest.frame, time: origin.lowest.time, maximumFrames: options.maximumRunFrames)
    run.lowest = origin.lowest.frame
    run.time = origin.lowest.time
    run.length = UInt64(bytes.count)
    run.frames = origin.frames
    let dialect = options.dialect ?? pointer.pointee.dialect ?? .v1
    malformed(pointer, direction, run, waits: false, dialect: dialect)
  }
}

/// The frames that a datagram came in.
struct DatagramOrigin {
  /// Ascending.
  var frames: [UInt64]
  var lowest: (frame: UInt64, time: CaptureTime)
  var highest: (frame: UInt64, time: CaptureTime)

  init(_ pieces: UnsafeBufferPointer<Piece>) {
    guard let first = pieces.first else {
      frames = []
      lowest = (0, .none)
      highest = (0, .none)
      return
    }
    lowest = (first.frame, first.time)
    highest = lowest
    frames = [first.frame]
    for piece in pieces.dropFirst() {
      frames.append(piece.frame)
      if piece.frame < lowest.frame { lowest = (piece.frame, piece.time) }
      if piece.frame > highest.frame { highest = (piece.frame, piece.time) }
    }
    if frames.count > 1 { frames = Array(Set(frames)).sorted() }
  }
}
