import Glibc
import S2WMPFlow
import S2WMPWire

/// What a target does before anything valid has been said to it.
public enum FirstContact: Hashable, Sendable {
  /// It took the connection and waited, as peers and servers do.
  case silent
  /// Asked with bytes that are no packet, it answered with an ACK as S2WMP has it.
  case acknowledges
  /// Asked so, it closed the connection without a word, or said nothing.
  case closes, ignores
}

extension TargetSearch {
  /// How long something that speaks first may take to do so.
  private static let bannerTime: Int32 = 150

  /// Connects once and looks. Throws when nobody listens there, or who does is no peer: closes at once, or speaks first.
  ///
  /// - asking: also sends bytes that are no packet, to be told from other protocols. Something that answers them with anything but an ACK is no S2WMP.
  public static func look(at settings: TargetSettings, asking: Bool = false) throws(TargetFault) -> FirstContact {
    let endpoint = settings.endpoint
    let descriptor = try connect(settings)
    defer { SystemSocket.closeWithReset(descriptor) }
    switch listen(descriptor, bannerTime) {
    case .nothing: break
    case .end: throw closesAtOnce(endpoint)
    case .bytes(let bytes): try judge(bytes, settings)
    }
    guard asking else { return .silent }
    // Two line ends, as most protocols in text wait for: V of neither dialect.
    _ = [UInt8]("\r\n\r\n".utf8).withUnsafeBytes { SystemSocket.send(descriptor, $0) }
    switch listen(descriptor, Int32(truncatingIfNeeded: min(settings.replyTimeout.boundedNanoseconds / 1_000_000, 2000))) {
    case .nothing: return .ignores
    case .end: return .closes
    case .bytes(let bytes):
      try judge(bytes, settings)
      return .acknowledges
    }
  }

  /// A chat request was not answered: its user may be being asked. But what cannot be framed is answered at once (S2WMP wire format, section 4), so something
  /// that says nothing to that either is no peer.
  public static func lookForWords(at settings: TargetSettings) throws(TargetFault) {
    if try look(at: settings, asking: true) == .acknowledges { return }
    throw TargetFault("\(settings.endpoint) takes connections and answers nothing, so it is no S2WMP peer that can be tested; check host and port")
  }

  /// Packets may come unasked (a friend's greeting); anything else is another protocol.
  private static func judge(_ bytes: [UInt8], _ settings: TargetSettings) throws(TargetFault) {
    let status = bytes.withUnsafeBytes { Framer.frame($0, settings.dialect) }
    guard case .fault = status else { return }
    let other = settings.dialect == .v1 ? Dialect.legacy : .v1
    if case .framed = bytes.withUnsafeBytes({ Framer.frame($0, other) }) {
      throw TargetFault("\(settings.endpoint) speaks S2WMP's \(other.name) dialect; run this with --dialect \(other.name)")
    }
    let start = String(decoding: bytes.prefix(40).map { (0x20...0x7e).contains($0) && $0 != 0x22 ? $0 : 0x2e }, as: UTF8.self)
    throw TargetFault("what listens on \(settings.endpoint) speaks something else than S2WMP (it says \"\(start)\"); check host and port")
  }

  private static func closesAtOnce(_ endpoint: Endpoint) -> TargetFault {
    TargetFault("\(endpoint) takes connections but closes them at once; see what runs there, and whether it lets this address in")
  }

  private static func connect(_ settings: TargetSettings) throws(TargetFault) -> Int32 {
    let endpoint = settings.endpoint
    let descriptor = SystemSocket.make(SOCK_STREAM, isIPv4: endpoint.isIPv4)
    guard descriptor >= 0 else { throw LocalFault.of(-descriptor) }
    var error = -SystemSocket.connect(descriptor, to: endpoint)
    if error == EINPROGRESS {
      let patience = max(settings.replyTimeout.boundedNanoseconds / 1_000_000, 1000)
      let isDone = SystemSocket.wait(descriptor, for: POLLOUT, milliseconds: Int32(truncatingIfNeeded: min(patience, 60_000)))
      error = isDone ? SystemSocket.pendingError(descriptor) : ETIMEDOUT
    }
    if error == 0 { return descriptor }
    close(descriptor)
    switch error {
    case ECONNRESET, ECONNABORTED: throw closesAtOnce(endpoint)
    case ECONNREFUSED: throw TargetFault("nothing listens on \(endpoint); start the target, or check host and port")
    case ETIMEDOUT: throw TargetFault("\(endpoint) does not answer; check host and port, and any firewall between")
    default: throw TargetFault("\(endpoint) cannot be reached: \(SystemSocket.words(error)); check the host")
    }
  }

  private enum Heard { case nothing, end, bytes([UInt8]) }

  private static func listen(_ descriptor: Int32, _ milliseconds: Int32) -> Heard {
    guard SystemSocket.wait(descriptor, for: POLLIN, milliseconds: milliseconds) else { return .nothing }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = bytes.withUnsafeMutableBytes { SystemSocket.receive(descriptor, $0) }
    return count > 0 ? .bytes(Array(bytes[..<count])) : .end
  }
}
