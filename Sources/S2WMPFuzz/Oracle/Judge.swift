import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// Compares what came with what was owed, and says which requirement a difference breaks.
public struct Judge: ReplyMatching {
  let session: PeerSession

  public init(_ session: PeerSession) { self.session = session }

  /// Whether a reply is exactly what is owed.
  public func matches(_ expected: ExpectedReply, _ seen: Observation, _ reply: Reply) -> Bool {
    seen.received.withUnsafeBytes { all in
      let bytes = UnsafeRawBufferPointer(rebasing: all[reply.range])
      switch expected.form {
      case .acknowledgement: return ReplyForm.acknowledgement(bytes)?.isExactly(expected) ?? false
      case .chatResponse: return ReplyForm.chatResponse(bytes)?.isExactly(expected, key: session.target.field) ?? false
      case .peerFound: return ReplyForm.lookup(bytes).map { $0.isExactly(expected) && isPossible($0) } ?? false
      case .serverFound, .lookup: return ReplyForm.lookup(bytes)?.isExactly(expected) ?? false
      case .registration: return ReplyForm.registration(bytes)?.isExactly(expected) ?? false
      }
    }
  }

  /// Whether a BPR may say that place. How a target is reached from elsewhere cannot be known, but on this machine nothing stands between.
  private func isPossible(_ found: ReplyForm.Lookup) -> Bool {
    guard let endpoint = session.endpoint, endpoint.isLoopback else { return true }
    return found.port == endpoint.port && found.isMapped == endpoint.isIPv4
  }
}
