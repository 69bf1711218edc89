import Dispatch

/// Runs asynchronous work from a command that is not.
enum Waiting {
  /// Blocks this thread until the work is done, and rethrows what it throws.
  static func run(_ work: @escaping @Sendable () async throws -> Void) throws {
    let outcome = Outcome()
    Task.detached {
      do { try await work() } catch { outcome.error = error }
      outcome.done.signal()
    }
    outcome.done.wait()
    if let error = outcome.error { throw error }
  }

  /// SAFETY: written before the signal, read after the wait.
  private final class Outcome: @unchecked Sendable {
    let done = DispatchSemaphore(value: 0)
    var error: (any Error)?
  }
}
