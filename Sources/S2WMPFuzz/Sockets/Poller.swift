import CEpoll
import Glibc

/// An epoll set. Whoever watches a descriptor gives a token that comes back with its events.
final class Poller {
  private static let capacity = 256

  private let descriptor: Int32
  private let events: UnsafeMutablePointer<epoll_event>

  init() throws(TargetFault) {
    descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard descriptor >= 0 else {
      throw TargetFault("no more files can be opened (\(SystemSocket.words(errno))); raise the limit with ulimit -n or take fewer --workers")
    }
    events = .allocate(capacity: Self.capacity)
    events.initialize(repeating: epoll_event(), count: Self.capacity)
  }

  deinit {
    close(descriptor)
    events.deallocate()
  }

  /// Watches for something to read, for the other side's FIN, and, if asked, for room to write.
  func watch(_ watched: Int32, token: UInt64, forRoom: Bool, isNew: Bool) {
    var event = epoll_event()
    event.events = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | (forRoom ? EPOLLOUT.rawValue : 0)
    event.data.u64 = token
    _ = epoll_ctl(descriptor, isNew ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, watched, &event)
  }

  func forget(_ watched: Int32) {
    var event = epoll_event()
    _ = epoll_ctl(descriptor, EPOLL_CTL_DEL, watched, &event)
  }

  /// Waits until something happens or the deadline is there, and tells how many things happened.
  func wait(until deadline: UInt64, now: UInt64) -> Int {
    var milliseconds: Int32 = 0
    if deadline > now { milliseconds = Int32(min((deadline - now + 999_999) / 1_000_000, 60_000)) }
    return Int(max(0, epoll_wait(descriptor, events, Int32(Self.capacity), milliseconds)))
  }

  /// The token of one of the things that happened at the last wait.
  func token(_ index: Int) -> UInt64 { events[index].data.u64 }

  /// Whether there may be more than the last wait could tell.
  func isFull(_ count: Int) -> Bool { count >= Self.capacity }
}
