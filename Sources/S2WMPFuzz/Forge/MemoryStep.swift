/// Something that the session came to remember while a case was made, and what it was before.
enum MemoryStep {
  case message(Actor, [UInt8])
  case statusChange(Actor, [UInt8])
  case friendship(Actor, Bool)
  case mover(Actor)

  func undo(_ session: PeerSession) {
    switch self {
    case .message(let actor, let last): actor.lastMessage = last
    case .statusChange(let actor, let last): actor.lastStatusChange = last
    case .friendship(let actor, let isFriend): actor.isFriend = isFriend
    case .mover(let actor): session.mover = actor
    }
  }
}
