/// What an instance has to do with the target's own status, which all workers share: while one has it be invisible, the searches of others would be answered
/// otherwise than they expect.
enum StatusPart {
  case none
  /// Searches, which are answered by that status.
  case asks
  case changes

  /// Whether one must not run while the other does.
  func excludes(_ other: StatusPart) -> Bool {
    switch (self, other) {
    case (.none, _), (_, .none), (.asks, .asks): false
    default: true
    }
  }
}

extension Instance {
  var statusPart: StatusPart {
    var part = StatusPart.none
    for action in actions {
      switch action {
      case .status: return .changes
      case .datagram: part = .asks
      default: break
      }
    }
    return part
  }
}

extension CaseLane {
  /// Whether another lane's instance has to end before the one in this slot may begin. Who waits to change the status comes before those who ask.
  func mustWait(for other: CaseLane) -> Bool {
    guard other !== self, part.excludes(other.part) else { return false }
    return other.slot.isBusy || other.isHeld && other.part == .changes && part == .asks
  }
}
