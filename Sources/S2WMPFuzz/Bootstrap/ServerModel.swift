import S2WMPWire

/// What a sound server has to know of our users, request by request: who registered what from where (S2WMP wire format, section 6.2).
///
/// It lives as long as one case, and every case has IDs that nobody else uses. Time passes only in pauses.
struct ServerModel {
  let limits: ServerLimits

  init(_ limits: ServerLimits) { self.limits = limits }

  struct Registration {
    var id: Identifier
    /// Our source address, by its number.
    var source: Int
    /// Registered over TCP, which stores port 5000 instead of that of the datagram.
    var isStream: Bool
    /// How it came about: `newPort`, `contested`, `moved`.
    var story: ServerChecks = []
    /// When it was made, when it was surely refreshed last, and when it may have been.
    var made = 0
    var refreshed = 0
    var touched = 0
  }

  /// One request as it was sent.
  struct Request {
    var type: PacketType
    var userID = Identifier.zero
    /// Whom an LP looks up; the new ID of an IC.
    var otherID = Identifier.zero
    /// IC: the ID of its key.
    var keyID = Identifier.zero
    var source = 0
    var isStream = false
  }

  struct Answer {
    var status: UInt8 = 0
    var checks: ServerChecks = []
    /// LP: where who is looked up can be reached.
    var found: Registration?
  }

  private(set) var registrations: [Registration] = []
  /// IDs that an IC took away.
  private var left: [Identifier] = []
  /// IDs whose time is over.
  private var expired: [Identifier] = []
  /// Milliseconds since the case began.
  private(set) var now = 0

  mutating func clear() {
    registrations.removeAll(keepingCapacity: true)
    left.removeAll(keepingCapacity: true)
    expired.removeAll(keepingCapacity: true)
    now = 0
  }

  /// Time passes, and with it registrations.
  mutating func pass(_ milliseconds: Int) {
    now += milliseconds
    for entry in registrations where limits.isOver(.lifetime, since: entry.touched, at: now) == true { expired.append(entry.id) }
    registrations.removeAll { limits.isOver(.lifetime, since: $0.touched, at: now) == true }
  }

  /// Whether nobody can say if that ID is still registered.
  func isUnclear(_ id: Identifier) -> Bool {
    find(id).map { limits.isOver(.lifetime, since: $0.refreshed, at: now) != false } ?? false
  }

  func find(_ id: Identifier) -> Registration? { registrations.first { $0.id == id } }

  /// What is owed, and what is registered from then on.
  mutating func take(_ request: Request) -> Answer {
    var answer: Answer
    switch request.type {
    case .registration: answer = register(request)
    case .lookup: answer = lookUp(request)
    case .idChange: answer = change(request)
    default: answer = Answer()
    }
    if request.isStream { answer.checks.insert(.stream) }
    answer.status = answer.checks.first.status
    return answer
  }

  private mutating func register(_ request: Request) -> Answer {
    if request.userID.isZero { return Answer(checks: .zeroUser) }
    guard let index = registrations.firstIndex(where: { $0.id == request.userID }) else {
      let entry = Registration(id: request.userID, source: request.source, isStream: request.isStream, made: now, refreshed: now, touched: now)
      registrations.append(entry)
      let checks = fate(of: request.userID)
      left.removeAll { $0 == request.userID }
      expired.removeAll { $0 == request.userID }
      return Answer(checks: checks)
    }
    guard registrations[index].source == request.source else {
      let story = story(registrations[index])
      registrations[index].story.insert(.contested)
      return Answer(checks: story.intersection(.prolonged).union(.collision))
    }
    (registrations[index].refreshed, registrations[index].touched) = (now, now)
    if registrations[index].isStream != request.isStream { registrations[index].story.insert(.newPort) }
    registrations[index].isStream = request.isStream
    return Answer(checks: .refresh)
  }

  /// Why an ID is not registered any more; empty: it never was.
  private func fate(of id: Identifier) -> ServerChecks {
    expired.contains(id) ? .expired : left.contains(id) ? .gone : []
  }

  private func story(_ entry: Registration) -> ServerChecks {
    guard now > entry.refreshed || now > entry.made else { return entry.story }
    let isProlonged = entry.refreshed > entry.made && limits.isOver(.lifetime, since: entry.made, at: now) == true
    return entry.story.union(isProlonged ? [.aged, .prolonged] : .aged)
  }

  private func lookUp(_ request: Request) -> Answer {
    var answer = Answer()
    if request.otherID.isZero { answer.checks.insert(.zeroLookup) }
    if request.userID.isZero { answer.checks.insert(.zeroUser) } else { answer.checks.formUnion(unknown(request)) }
    guard let found = find(request.otherID) else {
      if !request.otherID.isZero { answer.checks.insert(.unknown) }
      answer.checks.formUnion(fate(of: request.otherID))
      return answer
    }
    answer.checks.formUnion(story(found))
    answer.found = found
    return answer
  }

  /// Why the user is none who may ask from there; empty: it may.
  private func unknown(_ request: Request) -> ServerChecks {
    guard let user = find(request.userID) else { return fate(of: request.userID).union(.unregistered) }
    return user.source == request.source ? story(user) : .otherSource
  }

  private mutating func change(_ request: Request) -> Answer {
    var answer = Answer()
    if request.keyID != request.otherID { answer.checks.insert(.newID) }
    answer.checks.formUnion(unknown(request))
    if let taken = find(request.otherID), taken.source != request.source { answer.checks.insert(.taken) }
    if answer.checks.first.isEmpty { move(request) }
    return answer
  }

  private mutating func move(_ request: Request) {
    guard request.userID != request.otherID, var entry = find(request.userID) else { return }
    entry.id = request.otherID
    entry.story.insert(.moved)
    // Whether moving is refreshing is left to the server.
    entry.touched = now
    registrations.removeAll { $0.id == request.userID || $0.id == request.otherID }
    registrations.append(entry)
    left.append(request.userID)
    left.removeAll { $0 == request.otherID }
    expired.removeAll { $0 == request.otherID }
  }
}

extension ServerModel.Request {
  /// IDs that are the same in every case cannot be registered: they would be live from elsewhere the next time.
  func refuseCommonID(_ session: BootstrapSession) throws(CaseFault) {
    let id = type == .idChange ? otherID : userID
    guard type != .lookup, type != .broadcastServer, id == Identifier(high: .max, low: .max) || id == session.standIn.targetID else { return }
    if type == .idChange, keyID != otherID { return }
    throw CaseFault("the IDs target and nobody are for lookups; register one of our users")
  }
}
