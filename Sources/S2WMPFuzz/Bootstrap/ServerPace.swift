import Glibc

/// Keeps what is asked from one address below the rate at which a server bans it, where there is but one (S2WMP wire format, section 6.2).
///
/// Where there are many, they take turns, and nothing has to wait.
final class ServerPace {
  private let isNeeded: Bool
  /// Nanoseconds between two requests: a little more than a server must grant.
  private let interval: UInt64 = 24_000_000
  private let burst: UInt64 = 120
  /// When all could be asked at once again.
  private var fullAt: UInt64 = 0

  init(_ session: BootstrapSession) { isNeeded = session.hasOneAddress }

  /// Waits as long as the instance has to.
  func wait(for instance: Instance) {
    guard isNeeded else { return }
    let now = MonotonicTime.now
    fullAt = max(fullAt, now) + UInt64(instance.expected.count) * interval
    let ahead = burst * interval
    guard fullAt > now + ahead else { return }
    let span = fullAt - now - ahead
    usleep(UInt32(min(span / 1000, 10_000_000)))
  }
}
