/// One row of the state machine (S2WMP wire format, section 6.3).
struct Transition {
  var from: PeerState
  var on: StateEvent
  var does: StateAction
  var next: PeerState
}

/// The state machine of figure 7 as rows. The peer does what its rows say: without a row, nothing happens.
enum Transitions {
  static let rows: [Transition] = [
    row(.initial, .check, .askServer, .wait),
    row(.wait, .serverAnswers, .nothing, .found),
    row(.wait, .serverMissing, .searchServer, .notFound),
    row(.notFound, .serverFound, .takeServer, .found),
    row(.notFound, .searchTimeout, .nothing, .localDiscovery),
    row(.found, .hello, .registerAndGreet, .listen),
    row(.localDiscovery, .broadcast, .discoverAndGreet, .listen),

    row(.listen, .userSends, .sealAndSend, .send),
    row(.send, .response, .tellUser, .listen),
    row(.listen, .messageArrives, .checkMessage, .message),
    row(.message, .answered, .answer, .listen),

    row(.listen, .userAdds, .findAndAsk, .waitFriend),
    row(.waitFriend, .keyReceived, .agreeOnKeys, .keyExchange),
    row(.waitFriend, .refused, .giveUp, .listen),
    row(.listen, .requestArrives, .judgeRequest, .friendRequest),
    row(.friendRequest, .keySent, .sendKey, .keyExchange),
    row(.friendRequest, .refused, .answer, .listen),
    row(.keyExchange, .keysAgreed, .storeFriend, .listen),
    row(.keyExchange, .refused, .giveUp, .listen),

    row(.listen, .registrationDue, .register, .registration),
    row(.registration, .registrationDone, .noteRegistration, .listen),
    row(.registration, .collision, .renewKey, .found),
  ]

  /// The row for an event in a state, found by one load: 255 is none.
  private static let index: [UInt8] = {
    var table = [UInt8](repeating: 255, count: PeerState.allCases.count * 32)
    for (number, row) in rows.enumerated() { table[slot(row.from, row.on)] = UInt8(number) }
    return table
  }()

  static func row(in state: PeerState, on event: StateEvent) -> Transition? {
    let number = index[slot(state, event)]
    return number == 255 ? nil : rows[Int(number)]
  }

  /// Moves an exchange on: what to do now, or nil when its state does not know the event.
  static func follow(_ state: inout PeerState, _ event: StateEvent) -> StateAction? {
    guard let row = row(in: state, on: event) else { return nil }
    state = row.next
    return row.does
  }

  private static func slot(_ state: PeerState, _ event: StateEvent) -> Int { Int(state.rawValue) * 32 + Int(event.rawValue) }

  private static func row(_ from: PeerState, _ on: StateEvent, _ does: StateAction, _ next: PeerState) -> Transition {
    Transition(from: from, on: on, does: does, next: next)
  }
}
