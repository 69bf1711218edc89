import S2WMPFlow
import S2WMPWire

/// One TCP connection and what is known about it.
final class Connection {
  enum Phase {
    case connecting, open
    /// `.close` was asked for: nothing more is read or sent.
    case closing
  }

  let id: ConnectionID
  let remote: Endpoint
  let isOurs: Bool
  var phase: Phase
  /// The start of a packet whose rest has not come yet. Grows as bytes arrive, never ahead of them.
  var unfinished: [UInt8] = []
  /// Answers of this call, in order.
  var answers: [UInt8] = []
  var isUnflushed = false
  /// Whether the timer for a stall is set.
  var isTimed = false
  /// Chat requests on it that wait for the user.
  var owedResponses = 0
  /// The other side sent FIN.
  var hasEnded = false
  /// Planted defects only: the connection is read but nothing is done any more.
  var hangs = false

  /// The friend whose packets of ours go over it.
  var friend: Friend?
  /// Whose chat request of ours went over it.
  var addition: Identifier?

  init(id: ConnectionID, remote: Endpoint, isOurs: Bool, phase: Phase) {
    self.id = id
    self.remote = remote
    self.isOurs = isOurs
    self.phase = phase
  }
}
