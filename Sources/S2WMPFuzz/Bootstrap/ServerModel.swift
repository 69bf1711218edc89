import S2WMPWire

/// What a sound server has to know of our users, request by request: who registered what from where (S2WMP wire format, section 6.2).
///
/// It lives as long as one case. No case takes as long as a registration does, and every case has IDs that nobody else uses.
struct ServerModel {
  struct Registration {
    var id: Identifier
    /// Our source address, by its number.
    var source: Int
    /// Registered over TCP, which stores port 5000 instead of that of the datagram.
    var isStream: Bool
    /// How it came about: `newPort`, `contested`, `moved`.
    var story: ServerChecks = []
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

  mutating func clear() {
    registrations.removeAll(keepingCapacity: true)
    left.removeAll(keepingCapacity: true)
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
      registrations.append(Registration(id: request.userID, source: request.source, isStream: request.isStream))
      let isGone = left.contains(request.userID)
      left.removeAll { $0 == request.userID }
      return Answer(checks: isGone ? .gone : [])
    }
    guard registrations[index].source == request.source else {
      registrations[index].story.insert(.contested)
      return Answer(checks: .collision)
    }
    if registrations[index].isStream != request.isStream { registrations[index].story.insert(.newPort) }
    registrations[index].isStream = request.isStream
    return Answer(checks: .refresh)
  }

  private func lookUp(_ request: Request) -> Answer {
    var answer = Answer()
    if request.otherID.isZero { answer.checks.insert(.zeroLookup) }
    if request.userID.isZero { answer.checks.insert(.zeroUser) } else { answer.checks.formUnion(unknown(request)) }
    guard let found = find(request.otherID) else {
      if !request.otherID.isZero { answer.checks.insert(.unknown) }
      if left.contains(request.otherID) { answer.checks.insert(.gone) }
      return answer
    }
    answer.checks.formUnion(found.story)
    answer.found = found
    return answer
  }

  /// Why the user is none who may ask from there; empty: it may.
  private func unknown(_ request: Request) -> ServerChecks {
    guard let user = find(request.userID) else { return left.contains(request.userID) ? [.unregistered, .gone] : .unregistered }
    return user.source == request.source ? user.story : .otherSource
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
    registrations.removeAll { $0.id == request.userID || $0.id == request.otherID }
    registrations.append(entry)
    left.append(request.userID)
    left.removeAll { $0 == request.otherID }
  }
}
