/// The states of figure 7 (S2WMP §4; wire format, section 6.3).
///
/// The peer as a whole is in one of the first six. The others belong to exchanges, which start and end in `listen` while the peer goes on listening.
enum PeerState: UInt8, CaseIterable {
  case initial, wait, notFound, found, localDiscovery, listen
  case send, message, waitFriend, friendRequest, keyExchange, registration

  /// The document's name.
  var name: String {
    switch self {
    case .initial: "Init"
    case .wait: "Wait"
    case .notFound: "NF"
    case .found: "FD"
    case .localDiscovery: "LD"
    case .listen: "Listen"
    case .send: "Send"
    case .message: "Msg"
    case .waitFriend: "Wait (friend)"
    case .friendRequest: "FRec"
    case .keyExchange: "D-H"
    case .registration: "Reg"
    }
  }

  /// The event that follows from merely being in the state.
  var ownEvent: StateEvent? {
    switch self {
    case .found: .hello
    case .localDiscovery: .broadcast
    default: nil
    }
  }
}

/// What moves the machine: the labels of figure 7.
enum StateEvent: UInt8, CaseIterable {
  case check, serverAnswers, serverMissing, serverFound, searchTimeout, hello, broadcast
  case userSends, response, messageArrives, answered
  case userAdds, keyReceived, requestArrives, keySent, keysAgreed
  case registrationDue, registrationDone, collision
  /// Not in the figure: a request that comes to nothing.
  case refused

  /// The figure's label.
  var label: String {
    switch self {
    case .check: "Check"
    case .serverAnswers: "FD"
    case .serverMissing: "Not Found"
    case .serverFound: "Found"
    case .searchTimeout: "Timeout"
    case .hello: "Hello"
    case .broadcast: "BPM"
    case .userSends: "SM"
    case .response: "Resp"
    case .messageArrives: "M.Rec."
    case .answered: "ACK/Reject"
    case .userAdds: "S.F.R."
    case .keyReceived: "GetKey"
    case .requestArrives: "F.R."
    case .keySent: "SendKey"
    case .keysAgreed: "Added"
    case .registrationDue: "Reg.Req"
    case .registrationDone: "Success / Error"
    case .collision: "Collision"
    case .refused: "Refused"
    }
  }
}

/// What a transition does.
enum StateAction: UInt8, CaseIterable {
  case askServer, searchServer, takeServer, registerAndGreet, discoverAndGreet
  case sealAndSend, tellUser, checkMessage, answer
  case findAndAsk, agreeOnKeys, judgeRequest, sendKey, storeFriend
  case register, noteRegistration, renewKey, giveUp
  case nothing

  /// For the documentation.
  var meaning: String {
    switch self {
    case .askServer: "asks the configured bootstrap server"
    case .searchServer: "broadcasts BSM"
    case .takeServer: "takes the server's address"
    case .registerAndGreet: "registers, sends Hello to every friend"
    case .discoverAndGreet: "broadcasts BPM, sends Hello to every friend"
    case .sealAndSend: "encrypts, sends M"
    case .tellUser: "tells the client"
    case .checkMessage: "checks it"
    case .answer: "answers"
    case .findAndAsk: "looks the ID up, sends CR"
    case .agreeOnKeys: "checks the key"
    case .judgeRequest: "checks it, asks the user"
    case .sendKey: "sends CRR"
    case .storeFriend: "derives Z, stores the friend"
    case .register: "sends REG"
    case .noteRegistration: "tells the client"
    case .renewKey: "new key, new ID, IC to friends, registers again"
    case .giveUp: "tells the client"
    case .nothing: "–"
    }
  }
}
