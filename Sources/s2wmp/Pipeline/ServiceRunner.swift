import Dispatch
import Logging
import ServiceLifecycle
import Synchronization

/// Runs services until one ends or the user wants them to end (SIGTERM, SIGINT), and waits for it.
enum ServiceRunner {
  private final class Outcome: Sendable {
    let error = Mutex<(any Error)?>(nil)
  }

  static func run(_ services: [any Service], logger: Logger) throws {
    let configuration = ServiceGroupConfiguration(
      services: services.map {
        .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup, failureTerminationBehavior: .gracefullyShutdownGroup)
      },
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    let outcome = Outcome()
    let done = DispatchSemaphore(value: 0)
    Task.detached {
      do {
        try await ServiceGroup(configuration: configuration).run()
      } catch {
        outcome.error.withLock { $0 = error }
      }
      done.signal()
    }
    done.wait()
    if let error = outcome.error.withLock({ $0 }) { throw error }
  }
}
