import Logging
import NIOCore
import NIOPosix
import S2WMPFlow
import ServiceLifecycle
import UnixSignals

/// A bootstrap server on this machine's sockets, to be run in a service group.
public final class BootstrapService: Service {
  private let group: MultiThreadedEventLoopGroup
  private let node: NIOLoopBound<BootstrapNode>
  private let announce: @Sendable ([Endpoint]) -> Void
  private let show: @Sendable (BootstrapReport) -> Void

  /// Opens the store and binds the sockets; what cannot be used is a `BootstrapFailure`.
  ///
  /// - announce: called once the sockets take traffic, with the addresses, those of TCP and UDP being the same.
  /// - show: called with the counters on SIGUSR1 and at the end.
  public init(
    _ options: BootstrapOptions, logger: Logger, announce: @escaping @Sendable ([Endpoint]) -> Void, show: @escaping @Sendable (BootstrapReport) -> Void
  ) async throws {
    self.announce = announce
    self.show = show
    let store = try options.stateFolder.map { try BootstrapStore(folder: $0) }
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loop = group.next()
    do {
      node = try await loop.submit {
        NIOLoopBound(try BootstrapNode(options, store: store, loop: loop, logger: logger), eventLoop: loop)
      }.get()
      try await loop.flatSubmit { [node] in node.value.start() }.get()
    } catch {
      try await group.shutdownGracefully()
      throw error
    }
  }

  /// Until graceful shutdown.
  public func run() async throws {
    let signals = await UnixSignalsSequence(trapping: .sigusr1)
    let loop = group.next()
    announce(try await loop.submit { [node] in node.value.addresses }.get())
    for await _ in signals.cancelOnGracefulShutdown() {
      show(try await loop.submit { [node] in node.value.report() }.get())
    }
    let last = try await loop.flatSubmit { [node] in node.value.stop() }.get()
    try await group.shutdownGracefully()
    show(last)
  }
}
