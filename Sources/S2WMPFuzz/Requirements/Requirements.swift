import S2WMPWire

/// The table of requirements: the sentences of the S2WMP wire format that a target can be held to.
///
/// One file a section. The ids are for people and scripts to name a check by, so one that was published keeps its meaning.
public enum Requirements {
  /// In order of sections.
  public static let checks: [Check] = layouts + transport + cryptography + peer + server + legacyPeer + legacyServer

  private static let transport = streams + streamEnds + datagrams + serverTransport
  private static let cryptography = keys + secrets
  private static let peer = framing + fields + senders + bodies + messages + requests + idChanges + discovery + endurance
  private static let server = registrations + lookups + movedIDs + searches + rates

  public static let all: [Requirement] = checks.map(\.requirement)

  /// Those for one kind of target.
  public static func checks(for role: TargetRole, _ dialect: Dialect) -> [Check] {
    checks.filter { $0.requirement.role == role && $0.requirement.dialect == dialect }
  }

  public static func requirement(_ id: String) -> Requirement? { byID[id] }

  private static let byID = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }

  /// The heading of a section, as the wire format has it.
  public static func title(ofSection section: String) -> String {
    switch section {
    case "3.1": "Messaging"
    case "3.2": "Chat Request and Response"
    case "3.6": "Lookup Response"
    case "3.7": "ACK"
    case "4": "Transport and framing"
    case "5.1": "Key and suites"
    case "5.2": "User ID"
    case "5.3": "Client ID"
    case "5.4": "Hash"
    case "5.5": "Body"
    case "6.1": "Peer: the error in the ACK"
    case "6.2": "Bootstrap server"
    case "L": "The legacy dialect"
    default: ""
    }
  }
}
