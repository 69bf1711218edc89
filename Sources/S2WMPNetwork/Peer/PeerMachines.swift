import S2WMPPeer

/// Which core speaks which dialect.
enum PeerMachines {
  static func make(_ settings: PeerSettings, _ snapshot: PeerSnapshot, _ surroundings: any PeerSurroundings) throws -> any PeerMachine {
    switch settings.dialect {
    case .v1: return Peer(configuration: settings.configuration, snapshot: snapshot, surroundings: surroundings, rules: try rules(settings))
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

  /// The specification's, or those of a planted defect.
  private static func rules(_ settings: PeerSettings) throws -> PeerRules {
    guard let name = settings.defect else { return PeerRules() }
    guard let defect = PlantedDefect(name: name) else { throw PeerSetupError("no planted defect is named \(name); --defect list shows them") }
    return defect.rules
  }
}
