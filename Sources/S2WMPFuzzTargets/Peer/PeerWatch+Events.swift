import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// What the peer tells its user: true, in order, and fit for a screen.
extension PeerWatch {
  func take(_ event: PeerEvent) throws(FuzzViolation) {
    let ledger = stage.ledger
    switch event {
    case .request(_, let name, _):
      try checkName(name)
      try FuzzViolation.require(stage.setting.configuration.acceptance == .ask, "the user is asked, though the policy is another one")
    case .friend(let id, let name, _, _):
      try checkName(name)
      try FuzzViolation.require(ledger.friends[id] != nil, "the user hears of friend \(id), who is not stored")
    case .friendRemoved(let id): try FuzzViolation.require(ledger.friends[id] == nil, "friend \(id) is removed and still stored")
    case .friendChanged(let old, let new):
      try FuzzViolation.require(ledger.friends[new] != nil && (old == new || ledger.friends[old] == nil), "the change of \(old) to \(new) is not stored")
    case .message(let sender, let name, let text, let datetime):
      try checkName(name)
      try see(FuzzMessage(sender: sender, datetime: datetime), text)
    case .sent(let id, let datetime), .failed(let id, let datetime, _, _, true):
      try FuzzViolation.require(ledger.outgoing.contains { $0.to == id && $0.datetime == datetime }, "\(event) of a message that is not stored")
    case .acknowledged(let id, let datetime), .failed(let id, let datetime, _, _, false):
      try FuzzViolation.require(!ledger.outgoing.contains { $0.to == id && $0.datetime == datetime }, "\(event) of a message that is not settled")
    case .addFailed(let id, let reason):
      stage.judge.wanted.remove(id)
      try checkText(reason)
    case .ownStatus(let status): try FuzzViolation.require(ledger.status == status, "the status \(status) is not stored")
    case .identity(let id, _): try FuzzViolation.require(ledger.identities.first?.userID == id, "the identity \(id) is not stored")
    case .rejected(_, _, let text), .error(let text): try checkText(text)
    default: break
    }
  }

  private func checkName(_ name: String) throws(FuzzViolation) {
    try FuzzViolation.require(UserName.isValid(Array(name.utf8)), "the user sees the name \(name.debugDescription)")
  }

  private func checkText(_ text: String) throws(FuzzViolation) {
    try FuzzViolation.require(text.isPrintable, "the user sees \(text.debugDescription)")
  }

  private func see(_ message: FuzzMessage, _ text: String) throws(FuzzViolation) {
    guard case .bytes = call else { throw FuzzViolation("the user sees a message that did not come now") }
    try stage.show(message)
    guard stage.judge.isCertain else { return }
    guard !messages.isEmpty else { throw FuzzViolation("the user sees \(message), which must not be seen") }
    let due = messages.removeFirst()
    try FuzzViolation.require(due.message == message && due.text == text, "the user sees \(message), due is \(due.message), or with another text")
  }
}

extension String {
  /// Whether no byte of it controls a terminal.
  var isPrintable: Bool { utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }
}
