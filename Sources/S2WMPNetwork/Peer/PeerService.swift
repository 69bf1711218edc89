import Logging
import NIOCore
import NIOPosix
import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire
import ServiceLifecycle
import Synchronization

/// A peer on the network: a core with sockets, clock and store (S2WMP §4).
///
/// `onNotice` is called in order, on the peer's event loop; everything else may be called from any thread.
public final class PeerService: Service, Sendable {
  private enum State {
    /// Commands given before `run`.
    case idle([PeerCommand])
    case running(PeerShell)
    case ended
  }

  public let userID: Identifier
  public let fingerprint: String
  let parts: ShellParts
  private let state = Mutex(State.idle([]))

  /// Opens the store and takes or makes the identity. Throws a `PeerSetupError`: one sentence.
  public convenience init(settings: PeerSettings, logger: Logger, onNotice: @escaping @Sendable (PeerNotice) -> Void) throws {
    try self.init(settings: settings, logger: logger, makeMachine: PeerMachines.make, onNotice: onNotice)
  }

  init(
    settings: PeerSettings, logger: Logger, makeMachine: @escaping ShellParts.MachineFactory, onNotice: @escaping @Sendable (PeerNotice) -> Void
  ) throws {
    do {
      let store = try PeerStore(folder: settings.stateFolder, passphrase: settings.passphrase)
      let snapshot = try OwnIdentity.prepare(store, settings)
      guard let owner = snapshot.owner else { throw PeerSetupError("the state folder \(settings.stateFolder ?? "") holds no identity") }
      (userID, fingerprint) = owner
      parts = ShellParts(
        settings: settings, store: store, snapshot: snapshot, fingerprint: fingerprint, logger: logger, makeMachine: makeMachine, notify: onNotice)
    } catch let error as PeerStoreError {
      throw PeerSetupError(error.description)
    }
  }

  /// Does it as soon as the peer runs; after its end, nothing. `whenDone` is called once the core has taken it, or never will.
  public func perform(_ command: PeerCommand, whenDone: (@Sendable () -> Void)? = nil) {
    let shell: PeerShell? = state.withLock { state in
      switch state {
      case .idle(let waiting):
        if waiting.count < 10_000 { state = .idle(waiting + [command]) }
        return nil
      case .running(let shell): return shell
      case .ended: return nil
      }
    }
    guard let shell else {
      whenDone?()
      return
    }
    shell.loop.execute {
      shell.perform(command)
      whenDone?()
    }
  }

  /// The last messages with a friend, oldest first.
  public func history(with friend: Identifier, limit: Int) throws -> [HistoryEntry] { try parts.store.history(with: friend, limit: limit) }

  public func friends() throws -> [FriendRecord] { try parts.store.friends() }

  /// Runs until `quit`, a graceful shutdown or cancellation. Throws a `PeerSetupError` when the sockets cannot be opened or the peer cannot go on.
  public func run() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let result: Result<Void, any Error>
    do {
      result = .success(try await serve(group.next()))
    } catch {
      result = .failure(error)
    }
    state.withLock { $0 = .ended }
    try await group.shutdownGracefully()
    do {
      try result.get()
    } catch let error as PeerStoreError {
      throw PeerSetupError(error.description)
    }
  }

  private func serve(_ loop: any EventLoop) async throws {
    let shell = PeerShell(parts, loop: loop)
    do {
      try await shell.openSockets(parts.settings)
      let waiting = state.withLock { state -> [PeerCommand] in
        defer { state = .running(shell) }
        if case .idle(let waiting) = state { return waiting }
        return []
      }
      try await loop.submit { [parts] in
        try shell.start(parts)
        for command in waiting { shell.perform(command) }
      }.get()
    } catch {
      loop.execute { shell.end(error) }
    }
    try await withTaskCancellationHandler {
      try await withGracefulShutdownHandler {
        try await shell.finished.futureResult.get()
      } onGracefulShutdown: {
        self.perform(.quit)
      }
    } onCancel: {
      self.perform(.quit)
    }
  }
}
