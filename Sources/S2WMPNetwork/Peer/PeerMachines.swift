import S2WMPPeer

/// Which core speaks which dialect.
enum PeerMachines {
  static func make(_ settings: PeerSettings, _ snapshot: PeerSnapshot, _ surroundings: any PeerSurroundings) throws -> any PeerMachine {
    switch settings.dialect {
    case .v1: return Peer(configuration: settings.configuration, snapshot: snapshot, surroundings: surroundings)
    case .legacy:
      var ports = LegacyPorts()
      ports.reply = settings.legacyReplyPort
      ports.discovery = settings.discoveryPort
      do throws(LegacyPeerError) {
        return try LegacyPeer(configuration: settings.configuration, snapshot: snapshot, surroundings: surroundings, ports: ports)
      } catch {
        throw PeerSetupError(error.description)
      }
    }
  }
}
