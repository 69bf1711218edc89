import Logging
import S2WMPCrypto
import S2WMPPeer

/// What a shell is made of.
struct ShellParts: Sendable {
  /// Makes a core from what the store kept. On the event loop.
  typealias MachineFactory = @Sendable (PeerSettings, PeerSnapshot, any PeerSurroundings) throws -> any PeerMachine

  var settings: PeerSettings
  var store: PeerStore
  var snapshot: PeerSnapshot
  var fingerprint: String
  var logger: Logger
  var makeMachine: MachineFactory
  var notify: @Sendable (PeerNotice) -> Void
}
