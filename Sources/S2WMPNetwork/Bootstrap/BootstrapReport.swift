import S2WMPPeer

/// The server's counters as one JSON object, for standard error.
public struct BootstrapReport: Sendable {
  public var counters: BootstrapCounters
  /// Nanoseconds since the start.
  public var uptime: UInt64
  public var liveRegistrations: Int
  public var bannedSources: Int
  public var connections: Int
  public var connectionsTaken: UInt64
  public var connectionsRefused: UInt64
  /// Answers that the system refused to send.
  public var datagramsLost: UInt64

  /// One line: what is now, then what was since the start.
  ///
  /// - time: RFC 3339.
  public func json(time: String) -> String {
    let members = [
      "\"event\":\"counters\"", "\"time\":\"\(time)\"", "\"uptime_seconds\":\(uptime / 1_000_000_000)",
      "\"live_registrations\":\(liveRegistrations)", "\"banned_sources\":\(bannedSources)", "\"connections\":\(connections)",
      "\"requests\":\(requests)", "\"answers\":\(answers)", "\"dropped\":\(dropped)", "\"bans\":\(counters.bans)",
      "\"broken_streams\":\(counters.brokenStreams)", "\"refused_registrations\":\(counters.refusedRegistrations)",
      "\"connections_taken\":\(connectionsTaken)", "\"connections_refused\":\(connectionsRefused)",
    ]
    return "{\(members.joined(separator: ","))}"
  }

  private var requests: String {
    Self.object([
      ("REG", counters.registrations), ("LP", counters.lookups), ("IC", counters.idChanges), ("BSM", counters.broadcasts),
      ("legacy_REG", counters.legacyRegistrations), ("legacy_LP", counters.legacyLookups),
    ])
  }

  /// By status.
  private var answers: String {
    let kinds = [("RREG", counters.registrationAnswers), ("LPR", counters.lookupAnswers), ("BSR", counters.broadcastAnswers)]
    let members = kinds.map { name, counts in
      "\"\(name)\":" + Self.object(counts.enumerated().map { ("\($0.offset)", $0.element) })
    }
    return "{\(members.joined(separator: ","))}"
  }

  private var dropped: String {
    Self.object([
      ("malformed", counters.malformedDatagrams), ("ignored", counters.ignoredPackets), ("banned", counters.bannedRequests),
      ("unsendable", datagramsLost),
    ])
  }

  private static func object(_ members: [(String, UInt64)]) -> String {
    "{\(members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ","))}"
  }
}
