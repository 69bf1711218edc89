import S2WMPFlow
import S2WMPWire

/// How the registration with the bootstrap server stands (S2WMP §4.4).
struct RegistrationExchange {
  var state = PeerState.listen
  /// What the server said to a question that was a REG already, for `register` to use instead of asking again.
  var answer: UInt8?
  var isRegistered = false
  /// Collisions in a row; after `limit` of them a new key is no help.
  var collisions = 0
  static let limit = 3
  /// A peer refreshes every five minutes (S2WMP wire format, section 6.2).
  static let interval = UInt64.seconds(300)
}

extension Peer {
  func register() {
    guard let server, Transitions.follow(&registration.state, .registrationDue) == .register else { return }
    scheduleRegistration()
    if let answer = registration.answer {
      registration.answer = nil
      return registrationAnswered(answer, askedAs: userID)
    }
    ask(.registration, packet: .registration(userID), to: .endpoint(server))
  }

  func scheduleRegistration() {
    guard server != nil else { return }
    timers.set(.registration, at: now.monotonic &+ RegistrationExchange.interval)
  }

  func registrationIsDue() {
    scheduleRegistration()
    register()
  }

  /// - status: RREG's; nil when no answer came.
  /// - asker: our ID when we asked. An answer about an older one says nothing about the present one.
  func registrationAnswered(_ status: UInt8?, askedAs asker: Identifier) {
    guard asker == userID else {
      guard Transitions.follow(&registration.state, .registrationDone) == .noteRegistration else { return }
      return register()
    }
    registration.isRegistered = status == 0
    let collides = status == 1 && registration.collisions < RegistrationExchange.limit
    if collides { registration.collisions += 1 } else if status == 0 { registration.collisions = 0 }
    guard let action = Transitions.follow(&registration.state, collides ? .collision : .registrationDone) else { return }
    tell(.registered(status: status))
    guard action == .renewKey else { return }
    // Collision leads the peer as a whole back to FD; the exchange is over.
    let next = registration.state
    registration.state = .listen
    enterState(next)
    perform(action)
  }
}
