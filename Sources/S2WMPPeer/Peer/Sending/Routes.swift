import S2WMPFlow
import S2WMPWire

/// Which connection leads to a friend.
///
/// One at a time, kept for all that follows: our own to the friend's address, or the friend's to us when something new and authentic came on it and we have no own.
extension Peer {
  /// The longest wait for an ACK, and for a connection to open.
  static var answerTimeout: UInt64 { .seconds(10) }
  static var longestBackOff: UInt64 { 60 }

  /// The connection to use; it may still be opening. Nil: there is none now, and the timer tells when to try again.
  func route(to friend: Friend) -> Connection? {
    if let route = friend.route { return route }
    let isUrgent = wantsRetry(friend)
    if isUrgent, let inbound = inboundRoute(of: friend) { return take(inbound, to: friend) }
    guard now.monotonic >= friend.retryAt else { return nil }
    if let address = friend.record.address ?? discovered[friend.id] { return connect(friend, to: address) }
    guard isUrgent || maySeekToGreet(friend), !friend.isSought else { return nil }
    if isUrgent, let guess = friend.guess {
      friend.guess = nil
      return connect(friend, to: guess)
    }
    seek(friend)
    return nil
  }

  /// A new friend is worth one search to tell them our status, but strangers' requests must not become a flood of questions.
  private func maySeekToGreet(_ friend: Friend) -> Bool {
    guard !friend.wasSoughtToGreet, inquiries.count < 16 else { return false }
    friend.wasSoughtToGreet = true
    return true
  }

  private func inboundRoute(of friend: Friend) -> Connection? {
    guard let inbound = friend.inbound else { return nil }
    if inbound.phase == .open, !inbound.hasEnded, inbound.friend == nil { return inbound }
    friend.inbound = nil
    return nil
  }

  private func connect(_ friend: Friend, to address: Endpoint) -> Connection? {
    if let route = connect(to: address) { return take(route, to: friend) }
    routeFailed(friend, reason: "\(configuration.limits.connections) connections are open already")
    return nil
  }

  func take(_ connection: Connection, to friend: Friend) -> Connection {
    friend.route = connection
    connection.friend = friend
    return connection
  }

  /// The connection that led to a friend is gone.
  func routeLost(_ friend: Friend, _ connection: Connection, reason: String) {
    guard friend.route === connection else { return }
    friend.route = nil
    if friend.inbound === connection { friend.inbound = nil }
    routeFailed(friend, reason: reason)
  }

  /// The connection may live on for its answers, but no ACK of the friend's will come on it.
  func releaseRoute(_ friend: Friend, _ connection: Connection, reason: String) {
    connection.friend = nil
    routeLost(friend, connection, reason: reason)
  }

  /// What was on its way goes back into the queue, and is tried again later: after 1, 2, 4 … 60 s.
  func routeFailed(_ friend: Friend, reason: String) {
    guard hasWork(friend) || friend.awaitsAnswer else { return watch(friend) }
    friend.failures += 1
    friend.retryAt = now.monotonic &+ .seconds(min(Self.longestBackOff, 1 << UInt64(min(friend.failures - 1, 6))))
    takeBack(friend, reason: reason)
    if friend.failures > 1, friend.record.status != nil {
      friend.record.status = nil
      tellAbout(friend)
    }
    watch(friend)
    if wantsRetry(friend) { seek(friend) }
  }

  private func takeBack(_ friend: Friend, reason: String) {
    friend.inFlight = 0
    friend.greeting.sentDatetime = nil
    friend.idChange?.isSent = false
    for index in friend.parcels.indices {
      if friend.parcels[index].isInFlight { _ = Transitions.follow(&friend.parcels[index].state, .response) }
      friend.parcels[index].isInFlight = false
      guard !friend.parcels[index].isReported else { continue }
      friend.parcels[index].isReported = true
      tell(.failed(to: friend.id, datetime: friend.parcels[index].datetime, error: nil, reason: reason, retries: true))
    }
  }

  /// The friend answered: they are there.
  func routeWorks(_ friend: Friend) {
    friend.failures = 0
    friend.retryAt = 0
    if friend.awaitsAnswer { restartWatch(friend) } else { watch(friend) }
  }
}

/// The friend's timer.
extension Peer {
  /// Sets it for what comes next: an ACK or a connection that is waited for, or the next try.
  func watch(_ friend: Friend) {
    if friend.awaitsAnswer || friend.route?.phase == .connecting {
      if !friend.isWatched { restartWatch(friend) }
    } else if friend.route == nil, wantsRetry(friend), !friend.isSought || friend.record.address != nil {
      friend.isWatched = false
      timers.set(.friend(friend.serial), at: max(friend.retryAt, now.monotonic))
    } else if friend.isWatched {
      friend.isWatched = false
      timers.cancel(.friend(friend.serial))
    }
  }

  private func restartWatch(_ friend: Friend) {
    friend.isWatched = true
    timers.set(.friend(friend.serial), at: now.monotonic &+ Self.answerTimeout)
  }

  /// A greeting alone is not worth tries, or the friend's own connection: a friend who comes online greets us.
  func wantsRetry(_ friend: Friend) -> Bool {
    !friend.parcels.isEmpty || friend.record.knowsUsAs != userID
  }

  func timeOutFriend(_ serial: UInt64) {
    guard let friend = friends.friend(serial: serial) else { return }
    let waited = friend.isWatched
    friend.isWatched = false
    guard waited, let route = friend.route else { return pump(friend) }
    if route.phase == .open, friend.inFlight == 0, friend.idChange?.isSent != true {
      // Only a greeting went unanswered.
      friend.greeting = Greeting()
      return pump(friend)
    }
    let reason = route.phase == .connecting ? "the connection did not open" : "no ACK came"
    abort(route, reason: "\(reason) within \(Self.answerTimeout / 1_000_000_000) s")
  }
}
