import S2WMPFlow
import S2WMPNetwork
import S2WMPPeer
import S2WMPWire

/// What happens at a peer as a line of NDJSON: `event` and `time` first, then the event's own keys.
enum EventLine {
  static func of(_ notice: PeerNotice) -> [UInt8] {
    switch notice {
    case .listening(let addresses, let userID, let fingerprint, let now):
      var line = begin("listening", now)
      if let first = addresses.first { line.put("address", first.description) } else { line.putNull("address") }
      line.put("addresses", addresses.map(\.description))
      line.put("user_id", userID)
      line.put("fingerprint", fingerprint)
      return line.finished
    case .event(let event, let now):
      var line = begin(name(event), now)
      put(event, to: &line)
      return line.finished
    }
  }

  /// What the program itself has to say about its input.
  static func error(_ message: String, at now: UInt64) -> [UInt8] {
    of(.event(.error(message), at: PeerTime(wall: now, monotonic: 0)))
  }

  private static func begin(_ name: String, _ now: PeerTime) -> JSONLine {
    var line = JSONLine()
    line.put("event", name)
    line.put("time", time: now.wall)
    return line
  }

  private static func name(_ event: PeerEvent) -> String {
    switch event {
    case .state: "state"
    case .peerFound: "peer-found"
    case .request: "request"
    case .friend: "friend"
    case .friendsListed: "friends"
    case .friendRemoved: "removed"
    case .friendChanged: "changed"
    case .addFailed: "add-failed"
    case .message: "message"
    case .sent: "sent"
    case .acknowledged: "acked"
    case .failed: "failed"
    case .registered: "registered"
    case .lookup: "lookup"
    case .identity: "identity"
    case .ownStatus: "status"
    case .rejected: "rejected"
    case .error: "error"
    }
  }

  private static func put(_ event: PeerEvent, to line: inout JSONLine) {
    switch event {
    case .state(let state): line.put("state", state)
    case .sent, .acknowledged, .failed, .message: putMessage(event, to: &line)
    case .peerFound, .request, .friend, .friendsListed, .friendRemoved, .friendChanged, .addFailed: putFriend(event, to: &line)
    case .registered(let status): put("status", status, to: &line)
    case .lookup(let id, let status, let address):
      line.put("id", id)
      put("status", status, to: &line)
      put("address", address?.description, to: &line)
    case .identity(let userID, let fingerprint):
      line.put("user_id", userID)
      line.put("fingerprint", fingerprint)
    case .ownStatus(let status): line.put("status", status.rawValue)
    case .rejected(let error, let remote, let reason):
      line.put("error", UInt64(error))
      line.put("remote", remote.description)
      line.put("reason", reason)
    case .error(let message): line.put("message", message)
    }
  }

  private static func putMessage(_ event: PeerEvent, to line: inout JSONLine) {
    switch event {
    case .message(let from, let name, let text, let datetime):
      line.put("from", from)
      line.put("name", name)
      line.put("text", text)
      line.put("datetime", datetime)
    case .sent(let to, let datetime):
      line.put("to", to)
      line.put("datetime", datetime)
    case .acknowledged(let to, let datetime):
      line.put("to", to)
      line.put("datetime", datetime)
      line.put("error", UInt64(0))
    case .failed(let to, let datetime, let error, let reason, let retries):
      line.put("to", to)
      line.put("datetime", datetime)
      put("error", error, to: &line)
      line.put("reason", reason)
      line.put("retries", retries)
    default: break
    }
  }

  private static func putFriend(_ event: PeerEvent, to line: inout JSONLine) {
    switch event {
    case .peerFound(let id, let address):
      line.put("id", id)
      line.put("address", address.description)
    case .request(let id, let name, let address):
      line.put("id", id)
      line.put("name", name)
      line.put("address", address.description)
    case .friend(let id, let name, let address, let status):
      line.put("id", id)
      line.put("name", name)
      put("address", address?.description, to: &line)
      put("status", status?.rawValue, to: &line)
    case .friendsListed(let count): line.put("count", UInt64(max(0, count)))
    case .friendRemoved(let id): line.put("id", id)
    case .friendChanged(let old, let new):
      line.put("id", old)
      line.put("new_id", new)
    case .addFailed(let id, let reason):
      line.put("id", id)
      line.put("reason", reason)
    default: break
    }
  }

  private static func put(_ key: StaticString, _ text: String?, to line: inout JSONLine) {
    if let text { line.put(key, text) } else { line.putNull(key) }
  }

  private static func put(_ key: StaticString, _ number: UInt8?, to line: inout JSONLine) {
    if let number { line.put(key, UInt64(number)) } else { line.putNull(key) }
  }
}
