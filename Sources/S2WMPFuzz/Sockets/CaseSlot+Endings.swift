import S2WMPWire

/// How the connections of a run stand at its end.
extension CaseSlot {
  enum Break {
    /// A connection was to stay open and did not, though everything came that is owed.
    case late
    /// Less came than is owed before the connection ended.
    case early
    case refused
  }

  /// What is odd enough about how the connections stand to ask whether the target still lives.
  var broken: Break? {
    var found: Break?
    for index in links.indices where links[index].isTouched {
      switch links[index].ending {
      case .open: continue
      case .refused: return .refused
      case .closed, .reset:
        if links[index].replies < owed(index) { found = .early } else if found == nil, !mayEnd(index) { found = .late }
      }
    }
    return datagramSockets.contains { $0.isRefused } ? .refused : found
  }

  func mayEnd(_ connection: Int) -> Bool { connection < instance.fates.count && instance.fates[connection] != .open }

  func owed(_ connection: Int) -> Int {
    var count = 0
    for expected in instance.expected where expected.connection == connection && !expected.isOptional { count += 1 }
    return count
  }

  /// A peer may close a connection that is idle; that it met our next packet is nobody's fault.
  var mustRetry: Bool {
    guard !isRetried, let first = links.first, first.isReused, first.isTouched, first.replies == 0 else { return false }
    guard first.ending == .closed || first.ending == .reset else { return false }
    return instance.expected.contains { $0.connection == 0 }
  }

  var isReusable: Bool {
    let first = links[0]
    return first.isOpen && first.ending == .open && !first.isEndedByUs && !first.framer.isGarbage && !observation.isLate && first.source == 0
  }

  func noteEndings() {
    let count = max(instance.fates.count, links.count)
    var index = 0
    while index < count {
      observation.endings.append(index < links.count && links[index].isTouched ? links[index].ending : .open)
      index += 1
    }
    while observation.endings.count > instance.fates.count, observation.endings.last == .open { observation.endings.removeLast() }
  }

  func look() {
    for index in links.indices where links[index].isTouched {
      while read(index), !isFlooded {}
      if observation.isLate { noteRest(index) }
    }
    for socket in datagramSockets { readDatagrams(socket) }
  }
}
