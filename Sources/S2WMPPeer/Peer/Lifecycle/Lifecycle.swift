import S2WMPFlow
import S2WMPWire

/// From Init to Listen (S2WMP §4.1; wire format, section 6.3).
extension Peer {
  /// Moves the peer as a whole.
  func step(_ event: StateEvent) {
    guard let row = Transitions.row(in: state, on: event) else { return }
    enterState(row.next)
    perform(row.does)
    settleState()
  }

  func enterState(_ next: PeerState) {
    guard next != state else { return }
    state = next
    tell(.state(next.name))
  }

  /// States that lead on by themselves. FD waits for a key that is being made.
  func settleState() {
    guard let event = state.ownEvent, !isMakingIdentity else { return }
    step(event)
  }

  func perform(_ action: StateAction) {
    switch action {
    case .askServer: askServer()
    case .searchServer: searchServer()
    case .registerAndGreet:
      register()
      greetFriends()
    case .discoverAndGreet:
      if configuration.discovers { discover(reportingAll: false) }
      greetFriends()
      scheduleRegistration()
    case .renewKey: makeIdentity()
    default: break
    }
  }

  /// The question is a REG: its answer shows that the server is there, and is the registration's answer as well.
  private func askServer() {
    guard let server else { return step(.serverMissing) }
    ask(.server, packet: .registration(userID), to: .endpoint(server))
  }

  private func searchServer() {
    guard configuration.discovers else { return step(.searchTimeout) }
    ask(.serverSearch, packet: .lookup(.broadcastServer, userID, .zero), to: .servers)
  }

  /// Hello: SC with the current status, to every friend on going online (S2WMP wire format, section 6.1).
  func greetFriends() {
    for friend in friends.all {
      friend.greeting.isDue = true
      pump(friend)
    }
  }
}
