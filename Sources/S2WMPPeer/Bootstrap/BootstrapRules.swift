import S2WMPWire

/// The decisions of a bootstrap server, as wire.md makes them (S2WMP wire format, sections 4 and 6.2). The core asks here; only planted defects answer otherwise.
open class BootstrapRules {
  public init() {}

  // Framing (section 4).

  /// The packet that a datagram is. Its length decides its dialect; no packet for a server has the same length in both.
  func packet(_ datagram: UnsafeRawBufferPointer) -> PacketView? { PacketView(datagram, .v1) ?? PacketView(datagram, .legacy) }
  /// A malformed datagram gets no answer.
  func answer(toMalformed datagram: UnsafeRawBufferPointer) -> [UInt8]? { nil }
  func accepts(hasDefinedValues: Bool) -> Bool { hasDefinedValues }
  /// Whether a BSM in a stream is answered.
  var answersStreamedSearches: Bool { false }
  /// Whether a stream that cannot be framed gets an ACK before it is closed.
  var answersUnframeable: Bool { true }

  // REG (section 6.2).

  func isUser(_ isZero: Bool) -> Bool { !isZero }
  func mayRegister(isFromElsewhere: Bool) -> Bool { !isFromElsewhere }
  /// - known: the port of the registration that is refreshed.
  func port(_ port: UInt16, known: UInt16?) -> UInt16 { port }
  /// Nanoseconds that a registration lives from now on.
  ///
  /// - left: of one that is refreshed.
  func lifetime(_ whole: UInt64, left: UInt64?) -> UInt64 { whole }
  func echo(_ requestID: UInt64) -> UInt64 { requestID }

  // LP.

  /// Whether zero IDs are refused before the asker is looked for.
  var refusesZeroFirst: Bool { true }
  func isLookedUp(_ isZero: Bool) -> Bool { !isZero }
  func mayAsk(isRegistered: Bool, isFromHere: Bool) -> Bool { isRegistered && isFromHere }

  // IC.

  func accepts(newIDIsKeys: Bool) -> Bool { newIDIsKeys }
  func mayMove(isFromHere: Bool) -> Bool { isFromHere }
  func mayTake(isFree: Bool) -> Bool { isFree }
  var forgetsOldID: Bool { true }

  // BSM, and the rate.

  /// The `lookup_id` of a BSR.
  func serverID(_ own: Identifier, asked requestID: UInt64) -> Identifier { own }
  /// Whether a request during a ban begins it anew.
  var extendsBan: Bool { false }
  func verdict(_ verdict: RateLimiter.Verdict) -> RateLimiter.Verdict { verdict }
}
