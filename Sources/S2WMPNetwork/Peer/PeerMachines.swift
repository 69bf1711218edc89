import S2WMPPeer

/// Which core speaks which dialect.
enum PeerMachines {
  static func make(_ settings: PeerSettings, _ snapshot: PeerSnapshot, _ surroundings: any PeerSurroundings) throws -> any PeerMachine {
    throw PeerSetupError("this build has no core for dialect \(settings.dialect.name)")
  }
}
