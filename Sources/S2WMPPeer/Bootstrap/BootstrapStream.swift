import S2WMPFlow
import S2WMPWire

/// One TCP connection to a bootstrap server: framing, dialect and read timeout (S2WMP wire format, section 4).
///
/// At most one unfinished packet is kept, and only of the types whose lengths are not all known at once (8.5 KB); bytes of a long packet that is
/// ignored anyway are passed over.
public final class BootstrapStream {
  /// What is to be done after an input.
  public struct Outcome: Sendable {
    /// To be sent, in order.
    public var bytes: [UInt8] = []
    /// FIN after that, then read and discard until the other side's FIN, for at most a second.
    public var closes = false
  }

  /// How long a first packet that could be of either dialect waits for more bytes.
  static let grace: UInt64 = .milliseconds(250)

  private let source: Endpoint
  private var dialect: Dialect?
  private var unfinished: [UInt8] = []
  /// Bytes of an ignored packet still to come.
  private var toSkip = 0
  private var isClosed = false
  private var pieces = 0
  /// When `receiveTimeout` is due, in monotonic nanoseconds; nil while idle between packets.
  public private(set) var deadline: UInt64?

  public init(from source: Endpoint) { self.source = source }

  /// The next bytes, cut anywhere. Borrowed for the call.
  public func receive(_ bytes: UnsafeRawBufferPointer, _ server: BootstrapServer, at now: PeerTime) -> Outcome {
    var outcome = Outcome()
    guard !isClosed, !bytes.isEmpty else { return outcome }
    pieces += 1
    if unfinished.isEmpty {
      let used = consume(bytes, server, now, &outcome)
      unfinished.append(contentsOf: bytes[used...])
    } else {
      unfinished.append(contentsOf: bytes)
      advance(server, now, &outcome)
    }
    return settle(outcome, server, now)
  }

  /// The other side sent FIN.
  public func receiveEnd(_ server: BootstrapServer, at now: PeerTime) -> Outcome {
    finish(server, now)
  }

  /// `deadline` passed.
  public func receiveTimeout(_ server: BootstrapServer, at now: PeerTime) -> Outcome {
    guard let deadline, now.monotonic >= deadline, !isClosed else { return Outcome() }
    guard dialect == nil, !unfinished.isEmpty, case .doubtful = judgement else { return finish(server, now) }
    // No more came: the dialect in which a packet is whole.
    dialect = .v1
    var outcome = Outcome()
    advance(server, now, &outcome)
    return settle(outcome, server, now)
  }

  // MARK: Inside

  private var judgement: StreamDialect { unfinished.withUnsafeBytes { StreamDialect.judge($0, inOnePiece: pieces == 1) } }

  /// Nothing more comes: a packet that is not whole is an error.
  private func finish(_ server: BootstrapServer, _ now: PeerTime) -> Outcome {
    var outcome = Outcome()
    guard !isClosed else { return outcome }
    if dialect == nil {
      dialect = .v1
      advance(server, now, &outcome)
    }
    if !isClosed {
      if !unfinished.isEmpty || toSkip > 0 { reject(server, now, &outcome) } else { close(&outcome) }
    }
    return settle(outcome, server, now)
  }

  private func advance(_ server: BootstrapServer, _ now: PeerTime, _ outcome: inout Outcome) {
    let used = unfinished.withUnsafeBytes { consume($0, server, now, &outcome) }
    unfinished.removeFirst(used)
  }

  /// Handles every whole packet; gives how many bytes are done with.
  private func consume(_ bytes: UnsafeRawBufferPointer, _ server: BootstrapServer, _ now: PeerTime, _ outcome: inout Outcome) -> Int {
    if dialect == nil, case .decided(let found) = StreamDialect.judge(bytes, inOnePiece: pieces == 1) { dialect = found }
    guard let dialect else { return 0 }
    var used = 0
    while used < bytes.count, !isClosed {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[used...])
      let taken = toSkip > 0 ? skip(rest) : next(rest, dialect, server, now, &outcome)
      if taken == 0 { break }
      used += taken
    }
    return used
  }

  private func skip(_ rest: UnsafeRawBufferPointer) -> Int {
    let taken = min(toSkip, rest.count)
    toSkip -= taken
    return taken
  }

  /// One packet; 0 when it is not whole yet.
  private func next(
    _ rest: UnsafeRawBufferPointer, _ dialect: Dialect, _ server: BootstrapServer, _ now: PeerTime, _ outcome: inout Outcome
  ) -> Int {
    switch Framer.frame(rest, dialect) {
    case .framed(let length):
      if let packet = PacketView(framed: UnsafeRawBufferPointer(rebasing: rest[..<length]), dialect),
        let answer = server.receivePacket(packet, from: source, at: now)
      {
        outcome.bytes += answer
      }
      return length
    case .incomplete(let needed):
      // The length of M and SC is final once five bytes are there.
      guard rest.count >= Messaging.length.end, [.message, .statusChange].contains(PacketType(rawValue: rest[1])) else { return 0 }
      server.counters.ignoredPackets += 1
      toSkip = needed - rest.count
      return rest.count
    case .fault:
      reject(server, now, &outcome)
      return 0
    }
  }

  private func reject(_ server: BootstrapServer, _ now: PeerTime, _ outcome: inout Outcome) {
    server.counters.brokenStreams += 1
    if server.rules.answersUnframeable, !server.isBanned(source, at: now) { outcome.bytes += AnswerPackets.unframeable() }
    close(&outcome)
  }

  private func close(_ outcome: inout Outcome) {
    outcome.closes = true
    isClosed = true
    toSkip = 0
  }

  /// Sets the next deadline.
  private func settle(_ outcome: Outcome, _ server: BootstrapServer, _ now: PeerTime) -> Outcome {
    deadline = nil
    if isClosed {
      unfinished = []
      return outcome
    }
    guard !unfinished.isEmpty || toSkip > 0 else { return outcome }
    var patience = server.configuration.readTimeout
    if dialect == nil, case .doubtful(let mayIdle) = judgement {
      if mayIdle { return outcome }
      patience = min(patience, Self.grace)
    }
    deadline = now.monotonic &+ patience
    return outcome
  }
}
