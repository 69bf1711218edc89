import Logging
import NIOCore
import NIOPosix
import S2WMPFlow
import ServiceLifecycle
import UnixSignals

/// A bootstrap server on this machine's sockets, to be run in a service group.
public final class BootstrapService: Service {
  private let options: BootstrapOptions
  private let logger: Logger
  private let announce: @Sendable ([Endpoint]) -> Void
  private let show: @Sendable (BootstrapReport) -> Void

  /// - announce: called once the sockets take traffic, with the addresses; TCP and UDP have the same.
  /// - show: called with the counters on SIGUSR1 and at the end.
  public init(
    _ options: BootstrapOptions, logger: Logger, announce: @escaping @Sendable ([Endpoint]) -> Void, show: @escaping @Sendable (BootstrapReport) -> Void
  ) {
    self.options = options
    self.logger = logger
    self.announce = announce
    self.show = show
  }

  /// Opens the store, binds the sockets and serves until graceful shutdown. What cannot be used is a `BootstrapFailure`.
  public func run() async throws {
    let store = try options.stateFolder.map { try BootstrapStore(folder: $0) }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    do {
      let last = try await serve(on: group.next(), store)
      try await group.shutdownGracefully()
      show(last)
    } catch {
      try await group.shutdownGracefully()
      throw error
    }
  }

  private func serve(on loop: any EventLoop, _ store: BootstrapStore?) async throws -> BootstrapReport {
    let node = try await loop.submit { [options, logger] in
      NIOLoopBound(try BootstrapNode(options, store: store, loop: loop, logger: logger), eventLoop: loop)
    }.get()
    try await loop.flatSubmit { node.value.start() }.get()
    let signals = await UnixSignalsSequence(trapping: .sigusr1)
    announce(try await loop.submit { node.value.addresses }.get())
    for await _ in signals.cancelOnGracefulShutdown() {
      show(try await loop.submit { node.value.report() }.get())
    }
    return try await loop.flatSubmit { node.value.stop() }.get()
  }
}
