import S2WMPCrypto
import S2WMPFlow
import S2WMPWire

/// Names one TCP connection of a peer, whoever opened it. Never used twice.
public struct ConnectionID: Hashable, Sendable {
  public var rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// A peer without sockets, clock, files or randomness of its own: calls in, effects out.
///
/// Both dialects' peers are one of these, and both the NIO shell and the virtual network drive them through it. After every call the shell carries out
/// `effects` in order and empties the list, then asks `nextDeadline` again. One thread at a time.
public protocol PeerMachine: AnyObject {
  var userID: Identifier { get }
  /// When `receiveTimeout` is due, in monotonic nanoseconds; nil while nothing is waited for.
  var nextDeadline: UInt64? { get }

  /// The sockets take traffic: Init → Check (S2WMP §4, figure 7).
  func start(at now: PeerTime, _ effects: inout PeerEffects)
  /// Somebody connected. Nil: over the limit, to be closed at once.
  func receiveConnection(from remote: Endpoint, at now: PeerTime, _ effects: inout PeerEffects) -> ConnectionID?
  /// A connection that `.connect` asked for is open.
  func receiveConnected(_ connection: ConnectionID, at now: PeerTime, _ effects: inout PeerEffects)
  /// A connection that `.connect` asked for could not be opened; `reason` is for people.
  func receiveConnectFailure(_ connection: ConnectionID, reason: String, at now: PeerTime, _ effects: inout PeerEffects)
  /// The next bytes of a connection, cut anywhere. Borrowed for the call.
  func receiveBytes(_ bytes: UnsafeRawBufferPointer, on connection: ConnectionID, at now: PeerTime, _ effects: inout PeerEffects)
  /// The other side sent FIN; it may still read.
  func receiveEnd(of connection: ConnectionID, at now: PeerTime, _ effects: inout PeerEffects)
  /// The connection is gone (reset, or fully closed). No further call names it.
  func receiveClosed(_ connection: ConnectionID, at now: PeerTime, _ effects: inout PeerEffects)
  /// One datagram from the peer's own UDP port or the discovery port. Borrowed for the call.
  func receiveDatagram(_ bytes: UnsafeRawBufferPointer, from remote: Endpoint, at now: PeerTime, _ effects: inout PeerEffects)
  func receiveTimeout(at now: PeerTime, _ effects: inout PeerEffects)
  /// The identity that `.makeIdentity` asked for; nil when making it failed.
  func receiveIdentity(_ identity: Identity?, at now: PeerTime, _ effects: inout PeerEffects)
  /// What the person or program using the peer wants.
  func perform(_ command: PeerCommand, at now: PeerTime, _ effects: inout PeerEffects)
}

/// What a core asks of its surroundings while it works. Calls are answered at once, on the core's own thread.
public protocol PeerSurroundings: AnyObject {
  /// Unpredictable bytes: nonces, request IDs, content keys.
  func randomBytes(_ count: Int) -> [UInt8]
  /// Where this peer takes TCP connections, as `asker` can reach it: the listener's address or, for the any-address, the local address on the route there.
  func listeningEndpoint(for asker: Endpoint) -> Endpoint?
  /// Whether an M of that sender with that `datetime` was ever accepted. Asked only when `datetime` is not above the highest accepted one.
  func hasAccepted(sender: Identifier, datetime: UInt64) -> Bool
  /// The highest `datetime`s of accepted M of that sender, at most so many, in any order; all there are when they are fewer. Nil: not known, so that each is asked for.
  func latestAccepted(sender: Identifier, limit: Int) -> [UInt64]?
}

extension PeerSurroundings {
  public func latestAccepted(sender: Identifier, limit: Int) -> [UInt64]? { nil }
}
