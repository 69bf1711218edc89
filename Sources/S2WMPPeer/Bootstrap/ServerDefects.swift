import S2WMPWire

/// One deliberate deviation of a bootstrap server from the specification, to measure fuzzers with. Off unless asked for by name.
public struct ServerDefect: Sendable {
  public let name: String
  /// One line: what the server does wrong.
  public let summary: String
  /// Section of wire.md, and the check there: `6.2/reg.zero`.
  public let requirement: String
  public let kind: PlantedDefect.Kind
  private let make: @Sendable () -> BootstrapRules

  public var rules: BootstrapRules { make() }

  public init?(name: String) {
    guard let defect = Self.all.first(where: { $0.name == name }) else { return nil }
    self = defect
  }

  private init(
    _ name: String, _ requirement: String, _ kind: PlantedDefect.Kind, _ summary: String, _ change: @escaping @Sendable (Switched) -> Void
  ) {
    (self.name, self.requirement, self.kind, self.summary) = (name, requirement, kind, summary)
    make = { Switched(change) }
  }

  public static let all: [ServerDefect] = transport + registrations + lookups + changes + others

  private static let transport = [
    ServerDefect("udp-reflects", "4/server.udp.no-answer", .wrongEcho, "answers a malformed datagram with an ACK") { $0.reflects = true },
    ServerDefect("udp-trailing", "4/server.udp.one-packet", .acceptedMalformed, "takes a datagram with bytes behind the packet") { $0.trailing = true },
    ServerDefect("any-values", "4/server.udp.values", .acceptedMalformed, "answers an LP or BSM with an undefined value") { $0.values = true },
    ServerDefect("fault-unanswered", "4/server.unframed", .noReply, "closes a stream without an ACK when it cannot frame") { $0.answersFaults = false },
    ServerDefect("bsm-by-tcp", "4/server.ignored", .acceptedMalformed, "answers a BSM that came over TCP") { $0.searches = true },
  ]

  private static let registrations = [
    ServerDefect("reg-zero", "6.2/reg.zero", .acceptedMalformed, "registers the zero ID") { $0.zeroUsers = true },
    ServerDefect("reg-takeover", "6.2/reg.collision", .acceptedMalformed, "registers an ID that is live from another source") { $0.takeovers = true },
    ServerDefect("reg-keeps-port", "6.2/reg.port", .wrongEcho, "keeps the old port when a registration is refreshed") { $0.keepsPorts = true },
    ServerDefect("never-expires", "6.2/reg.expiry", .acceptedMalformed, "keeps registrations for ever") { $0.expires = false },
    ServerDefect("reg-keeps-age", "6.2/reg.refresh", .rejectedValid, "a refresh does not prolong a registration") { $0.prolongs = false },
    ServerDefect("rreg-request-id", "6.2/reg.request-id", .wrongEcho, "an RREG carries the request_id 0") { $0.keepsRequestIDs = false },
  ]

  private static let lookups = [
    ServerDefect("lp-zero-unknown", "6.2/lp.zero-lookup", .wrongError, "a lookup of the zero ID is status 1") { $0.zeroLookups = true },
    ServerDefect("lp-unregistered", "6.2/lp.unregistered", .acceptedMalformed, "anybody may look up") { $0.askers = true },
    ServerDefect("lp-any-source", "6.2/lp.other-source", .acceptedMalformed, "who is registered may look up from any source") { $0.anySource = true },
    ServerDefect("lp-asker-first", "6.2/lp.order", .wrongError, "looks for the asker before the zero ID: 2 where 3 is due") { $0.zeroFirst = false },
  ]

  private static let changes = [
    ServerDefect("ic-any-id", "6.2/ic.id", .acceptedMalformed, "takes an IC whose new ID is not its key's") { $0.newIDs = true },
    ServerDefect("ic-any-source", "6.2/ic.other-source", .acceptedMalformed, "moves registrations of other sources") { $0.moves = true },
    ServerDefect("ic-takes-id", "6.2/ic.collision", .acceptedMalformed, "moves a registration to an ID that is live from another source") { $0.takes = true },
    ServerDefect("ic-keeps-old", "6.2/ic.moved", .acceptedMalformed, "keeps the old ID registered after an IC") { $0.forgets = false },
  ]

  private static let others = [
    ServerDefect("bsr-new-id", "6.2/bsm.id", .wrongEcho, "every BSR has another server ID") { $0.keepsServerID = false },
    ServerDefect("never-bans", "6.2/rate.exceeded", .acceptedMalformed, "answers however often it is asked") { $0.bans = false },
    ServerDefect("ban-extended", "6.2/rate.not-extended", .noReply, "each request during a ban begins it anew") { $0.extendsBans = true },
    ServerDefect("banned-answered", "6.2/rate.silence", .acceptedMalformed, "goes on answering a source that it banned") { $0.silences = false },
  ]
}

/// Rules of which single answers are switched over.
private final class Switched: BootstrapRules {
  var (reflects, trailing, values, answersFaults, searches) = (false, false, false, true, false)
  var (zeroUsers, takeovers, keepsPorts, keepsRequestIDs) = (false, false, false, true)
  var (zeroLookups, askers, anySource, zeroFirst) = (false, false, false, true)
  var (newIDs, moves, takes, forgets) = (false, false, false, true)
  var (keepsServerID, bans, silences) = (true, true, true)
  var (expires, prolongs, extendsBans) = (true, true, false)

  init(_ change: (Switched) -> Void) {
    super.init()
    change(self)
  }

  override func packet(_ datagram: UnsafeRawBufferPointer) -> PacketView? {
    guard trailing, case .trailing(let length) = Framer.datagram(datagram, .v1) else { return super.packet(datagram) }
    return PacketView(framed: UnsafeRawBufferPointer(rebasing: datagram[..<length]), .v1)
  }

  override func answer(toMalformed datagram: UnsafeRawBufferPointer) -> [UInt8]? { reflects ? AnswerPackets.unframeable() : nil }
  override func accepts(hasDefinedValues: Bool) -> Bool { hasDefinedValues || values }
  override var answersStreamedSearches: Bool { searches }
  override var answersUnframeable: Bool { answersFaults }
  override func isUser(_ isZero: Bool) -> Bool { !isZero || zeroUsers }
  override func mayRegister(isFromElsewhere: Bool) -> Bool { !isFromElsewhere || takeovers }
  override func port(_ port: UInt16, known: UInt16?) -> UInt16 { keepsPorts ? known ?? port : port }
  override func lifetime(_ whole: UInt64, left: UInt64?) -> UInt64 { expires ? prolongs ? whole : left ?? whole : .max }
  override var extendsBan: Bool { extendsBans }
  override func echo(_ requestID: UInt64) -> UInt64 { keepsRequestIDs ? requestID : 0 }
  override var refusesZeroFirst: Bool { zeroFirst }
  override func isLookedUp(_ isZero: Bool) -> Bool { !isZero || zeroLookups }
  override func mayAsk(isRegistered: Bool, isFromHere: Bool) -> Bool { isRegistered && (isFromHere || anySource) || askers }
  override func accepts(newIDIsKeys: Bool) -> Bool { newIDIsKeys || newIDs }
  override func mayMove(isFromHere: Bool) -> Bool { isFromHere || moves }
  override func mayTake(isFree: Bool) -> Bool { isFree || takes }
  override var forgetsOldID: Bool { forgets }
  override func serverID(_ own: Identifier, asked requestID: UInt64) -> Identifier {
    keepsServerID ? own : Identifier(high: own.high, low: requestID)
  }
  override func verdict(_ verdict: RateLimiter.Verdict) -> RateLimiter.Verdict {
    if !bans { return .admitted }
    return verdict == .banned && !silences ? .admitted : verdict
  }
}
