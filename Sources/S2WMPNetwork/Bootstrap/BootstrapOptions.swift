import S2WMPPeer

/// How a bootstrap server runs on this machine.
public struct BootstrapOptions: Sendable {
  /// Empty: the default port on every address, IPv4 and, where the machine has it, IPv6.
  public var listen: [ListenAddress] = []
  /// Folder of the persistent store; nil: everything is kept in memory.
  public var stateFolder: String?
  public var server = BootstrapConfiguration()
  /// TCP connections at once. A new one beyond that takes the place of the one silent for longest.
  public var maximumConnections = 4096
  /// TCP connections at once from one source; more are closed at once.
  public var maximumConnectionsPerSource = 256
  /// The rules of a planted defect; nil: the specification's.
  public var defect: ServerDefect?

  public init() {}
}

/// What keeps a bootstrap server from running: one sentence.
public struct BootstrapFailure: Error, CustomStringConvertible, Sendable {
  public var description: String
}
