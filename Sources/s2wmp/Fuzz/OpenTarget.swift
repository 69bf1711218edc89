import S2WMPCrypto
import S2WMPFlow
import S2WMPFuzz
import S2WMPPeer
import S2WMPWire

/// A target that was found and talked to, whatever it is.
protocol OpenedTarget {
  var venue: any FuzzVenue { get }
  /// What came of asking it to be our friend; nil where nothing is asked.
  var answer: SessionOpening.Answer? { get }
  /// Where it is; nil in process.
  var endpoint: Endpoint? { get }
  /// For reports; empty where there is none.
  var suite: String { get }
  var group: String { get }
  /// Why its UDP port cannot be used; nil: it can.
  var lacksDatagrams: String? { get }
  /// What it allows; nil: it is no server.
  var limits: ServerLimits? { get }

  /// For trials one by one.
  ///
  /// - checksAlive: whether each ends with a valid exchange.
  func bench(checksAlive: Bool) throws -> any CaseTrying
  func campaign(_ settings: FuzzSettings, corpus: [Case]) throws -> any FuzzCampaign
}

extension OpenedTarget {
  var lacksDatagrams: String? { nil }
  var limits: ServerLimits? { nil }
  var target: any CaseTarget { venue.alone }
}

/// A peer.
struct OpenTarget: OpenedTarget {
  let venue: any FuzzVenue
  let opening: SessionOpening
  let session: PeerSession
  let answer: SessionOpening.Answer?
  /// Kept alive with it.
  let spawned: SpawnedTarget?
  /// Where it is; nil in process.
  let endpoint: Endpoint?

  var suite: String { session.suite.rawValue }
  var group: String { session.group.rawValue }

  func bench(checksAlive: Bool) -> any CaseTrying {
    let trial = SessionTrial(target: target, session: session, opening: opening, eventsLag: !target.restartsCheaply)
    trial.checksAlive = checksAlive
    return trial
  }

  func campaign(_ settings: FuzzSettings, corpus: [Case]) -> any FuzzCampaign {
    var scope = CaseGenerator.Scope(suite: session.suite, group: session.group)
    scope.isFriend = session.isFriend
    scope.isHeard = target.isHeard
    scope.stalls = settings.stalls && target.restartsCheaply
    let own = corpus.filter { $0.role == .peer && $0.dialect == .v1 }
    return Campaign(settings, venue: venue, opening: opening, session: session, scope: scope, corpus: own)
  }
}

/// A bootstrap server.
struct OpenServer: OpenedTarget {
  let venue: any FuzzVenue
  let spawned: SpawnedTarget?
  let endpoint: Endpoint?
  let seed: UInt64
  let dialect: Dialect
  private let ownLimits: ServerLimits
  let contact: ServerContact
  let answer: SessionOpening.Answer? = nil
  let suite = ""
  let group = ""

  init(_ venue: any FuzzVenue, _ spawned: SpawnedTarget?, _ endpoint: Endpoint?, _ dialect: Dialect, _ limits: ServerLimits, seed: UInt64) throws {
    (self.venue, self.spawned, self.endpoint, self.dialect, ownLimits, self.seed) = (venue, spawned, endpoint, dialect, limits, seed)
    contact = try ServerContact(venue.alone, try Self.session(venue.alone, limits, seed), dialect)
  }

  private static func session(_ target: any CaseTarget, _ limits: ServerLimits, _ seed: UInt64) throws -> BootstrapSession {
    try BootstrapSession(sources: target.sources, start: WallClock.milliseconds, seed: seed, limits: limits)
  }

  var limits: ServerLimits? { ownLimits }
  var lacksDatagrams: String? { contact.answersDatagrams ? nil : "its UDP port does not answer" }

  func bench(checksAlive: Bool) throws -> any CaseTrying {
    ServerTrial(target: target, session: try Self.session(target, ownLimits, seed), dialect: dialect)
  }

  func campaign(_ settings: FuzzSettings, corpus: [Case]) throws -> any FuzzCampaign {
    try ServerCampaign(
      settings, venue: venue, start: WallClock.milliseconds, dialect: dialect, limits: ownLimits, usesDatagrams: contact.answersDatagrams, corpus: corpus)
  }
}

/// A peer of the legacy dialect.
struct OpenLegacyPeer: OpenedTarget {
  let venue: any FuzzVenue
  let spawned: SpawnedTarget?
  let endpoint: Endpoint?
  let trial: LegacyTrial
  let suite = ""
  let group = ""

  init(_ target: any CaseTarget, _ targetID: Identifier, _ spawned: SpawnedTarget?, _ endpoint: Endpoint?, seed: UInt64) throws {
    (venue, self.spawned, self.endpoint) = (CoreVenue(target), spawned, endpoint)
    trial = try LegacyTrial(target: target, session: try LegacySession(targetID: targetID, start: WallClock.milliseconds, seed: seed))
  }

  var answer: SessionOpening.Answer? { trial.answer }
  func bench(checksAlive: Bool) -> any CaseTrying { trial }
  func campaign(_ settings: FuzzSettings, corpus: [Case]) -> any FuzzCampaign {
    LegacyCampaign(settings, trial, coverage: venue.coverage, corpus: corpus)
  }
}

extension TargetArguments {
  /// Finds the target, learns its ID and becomes its friend. Throws a `CommandError`.
  ///
  /// - text: TARGET; may be missing with `--spawn`.
  /// - isPatient: whether there is time for whatever takes long.
  /// - seeksShortSecret: takes the time to find a key whose secret with the target begins with a zero byte.
  func open(_ text: String?, seed: UInt64, isPatient: Bool = false, seeksShortSecret: Bool = false) throws -> any OpenedTarget {
    do {
      let (settings, spawned) = try reach(text)
      if role == .bootstrap {
        let venue = try SocketVenue(settings, spawned: spawned, processID: pid)
        return try OpenServer(venue, spawned, settings.endpoint, dialect, limits(isPatient: isPatient), seed: seed)
      }
      if dialect == .legacy { return try openLegacy(settings, spawned, seed) }
      let venue = try SocketVenue(settings, spawned: spawned, processID: pid)
      let targetID = try knownID(settings, spawned)
      var opening = SessionOpening(targetID: targetID, identity: try ownIdentity(), kinds: kinds, start: WallClock.milliseconds, seed: seed)
      opening.seeksShortSecret = seeksShortSecret
      let (session, answer) = try opening.open(venue.alone)
      if case .unanswered = answer { try TargetSearch.lookForWords(at: settings) }
      return OpenTarget(venue: venue, opening: opening, session: session, answer: answer, spawned: spawned, endpoint: settings.endpoint)
    } catch let fault as TargetFault {
      throw CommandError(description: fault.description)
    }
  }

  /// Our own core in this process, with a new key.
  func openInProcess(seed: UInt64, defect: PlantedDefect? = nil) throws -> any OpenedTarget {
    do {
      if role == .peer, dialect == .legacy {
        let identity = LegacyIdentity(userID: Identifier(high: .random(in: 1 ... .max), low: seed), key: try LegacyKey.generate())
        return try OpenLegacyPeer(CoreLegacyTarget(identity), identity.userID, nil, nil, seed: seed)
      }
      if role == .bootstrap { return try OpenServer(CoreVenue(CoreBootstrapTarget(dialect: dialect)), nil, nil, dialect, ServerLimits().patient, seed: seed) }
      let identity = try Identity.generate(suite: suite ?? .dh, group: group ?? .x25519)
      let venue = CoreVenue(CoreTarget(identity: identity, defect: defect))
      let opening = SessionOpening(
        targetID: identity.userID, identity: nil, kinds: [(identity.suite, identity.group)], start: WallClock.milliseconds, seed: seed)
      let (session, answer) = try opening.open(venue.alone)
      return OpenTarget(venue: venue, opening: opening, session: session, answer: answer, spawned: nil, endpoint: nil)
    } catch let fault as TargetFault {
      throw CommandError(description: fault.description)
    }
  }

  /// Where the target is, and its process when it was started for this.
  func reach(_ text: String?) throws -> (TargetSettings, SpawnedTarget?) {
    let endpoint = try text.flatMap {
      TargetSearch.reachable(try TargetSearch.endpoints($0, defaultPort: role == .peer ? DefaultPort.peer : DefaultPort.bootstrap))
    }
    var settings = TargetSettings(endpoint: endpoint ?? Endpoint.ipv4(0x7f00_0001, port: DefaultPort.peer), dialect: dialect)
    settings.readTimeout = .seconds(readTimeout)
    settings.replyTimeout = .seconds(replyTimeout)
    settings.notesPlaces = role == .bootstrap
    if role == .bootstrap, dialect == .legacy { settings.datagramPort = DefaultPort.legacyReply }
    guard let spawn else {
      guard endpoint != nil else { throw CommandError(description: "no target; name it as host:port, or start one with --spawn") }
      _ = try TargetSearch.look(at: settings)
      return (settings, nil)
    }
    let spawned = try SpawnedTarget(spawn, endpoint: endpoint, settings: settings)
    return (spawned.currentSettings, spawned)
  }

  private func openLegacy(_ settings: TargetSettings, _ spawned: SpawnedTarget?, _ seed: UInt64) throws -> any OpenedTarget {
    let target = try LegacySocketTarget(settings, spawned: spawned, discoveryPort: discoveryPort)
    guard let id = try peerID.flatMap({ Identifier(hex: $0) }) ?? spawned?.userID ?? target.askForID() else {
      throw CommandError(description: "\(target.name) does not answer a User Broadcast; name its user ID with --peer-id")
    }
    return try OpenLegacyPeer(target, id, spawned, settings.endpoint, seed: seed)
  }

  private func knownID(_ settings: TargetSettings, _ spawned: SpawnedTarget?) throws -> Identifier {
    if let peerID, let id = Identifier(hex: peerID) { return id }
    if let id = spawned?.userID { return id }
    return try TargetSearch.peerID(of: settings, discoveryPort: discoveryPort)
  }

  private func ownIdentity() throws -> Identity? {
    guard let identity else { return nil }
    var place = IdentityPlace()
    place.file = identity
    var passphrase = PassphraseArguments()
    passphrase.passphraseFile = passphraseFile
    guard case .v1(let key) = try IdentitySource(place, passphrase).key else {
      throw CommandError(description: "\(Printable.text(identity)) holds a key of the legacy dialect; v1 needs another one (s2wmp identity new)")
    }
    return key
  }
}
