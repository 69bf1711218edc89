import Logging
import NIOCore
import S2WMPPeer
import S2WMPWire

/// Collects what has to be kept and hands it to the store one transaction at a time, away from the event loop. Lives on the event loop.
///
/// A later change of an ID takes the place of an earlier one. While the store fails, changes wait, up to a limit.
final class StoreWriter {
  /// Seconds between removals of what has expired.
  private static let ticksBetweenRemovals = 60

  private let store: BootstrapStore
  private let loop: any EventLoop
  private let logger: Logger
  private let maximum: Int
  private var hasFailed = false
  private var waiting: [Identifier: BootstrapChange] = [:]
  private var isWriting = false
  private var ticks = 0
  private var removesExpired = true
  private var finished: EventLoopPromise<Void>?

  /// - maximum: changes that may wait.
  init(_ store: BootstrapStore, loop: any EventLoop, logger: Logger, maximum: Int) {
    self.maximum = maximum
    self.store = store
    self.loop = loop
    self.logger = logger
  }

  func add(_ changes: [BootstrapChange]) {
    for change in changes where waiting.count < maximum || waiting[change.id] != nil { waiting[change.id] = change }
    writeNext()
  }

  /// Once a second.
  func removeExpired() {
    ticks += 1
    if ticks % Self.ticksBetweenRemovals == 0 { removesExpired = true }
  }

  /// Done when everything is written, or the last attempt failed.
  func finish() -> EventLoopFuture<Void> {
    let promise = loop.makePromise(of: Void.self)
    finished = promise
    writeNext()
    return promise.futureResult
  }

  private func writeNext() {
    if isWriting { return }
    guard !waiting.isEmpty || removesExpired else { return end() }
    isWriting = true
    let changes = waiting
    waiting = [:]
    let expired = removesExpired ? SystemClock.now().wall : nil
    removesExpired = false
    let bound = NIOLoopBound(self, eventLoop: loop)
    let loop = loop
    store.write(Array(changes.values), removeExpired: expired) { error in
      loop.execute { bound.value.receiveResult(error, changes) }
    }
  }

  private func receiveResult(_ error: (any Error)?, _ changes: [Identifier: BootstrapChange]) {
    isWriting = false
    if let error {
      if !hasFailed { logger.error("registrations cannot be stored; trying again and again", metadata: ["error": "\(error)"]) }
      hasFailed = true
      // Kept for the next attempt, but for what changed again meanwhile.
      waiting.merge(changes) { newer, _ in newer }
      if finished != nil { end() }
      return
    }
    if hasFailed { logger.notice("registrations are stored again") }
    hasFailed = false
    // What came during the write would otherwise wait for the next registration.
    if finished != nil || !waiting.isEmpty { writeNext() }
  }

  private func end() {
    finished?.succeed()
    finished = nil
  }
}

extension BootstrapChange {
  var id: Identifier {
    switch self {
    case .saved(let registration): registration.id
    case .removed(let id): id
    }
  }
}
