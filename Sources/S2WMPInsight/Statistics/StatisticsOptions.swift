import S2WMPReport

/// The tables that there are. Those that only repeat in detail what others show are left out of text unless they are named.
package enum StatisticsSection: String, Sendable, CaseIterable {
  case summary, types, conversations, acks, latencies, histogram, users, statuses, keys, bootstrap, lookups, rate, findings, security

  /// What is in it, in a few words.
  package var meaning: String {
    switch self {
    case .summary: "how much there is in all"
    case .types: "packets and bytes by type and dialect"
    case .conversations: "who with whom, each way, how long, what was lost"
    case .acks: "what ACKs say, by error code"
    case .latencies: "how long answers took, by kind of exchange"
    case .histogram: "the same by doubling spans of time"
    case .users: "IDs with their names, keys, statuses and addresses"
    case .statuses: "every change of status"
    case .keys: "every key"
    case .bootstrap: "registrations and lookups at bootstrap servers"
    case .lookups: "who looked up whom"
    case .rate: "packets and messages over time"
    case .findings: "what decode would warn of, by code"
    case .security: "weaknesses of the traffic, with what to do"
    }
  }

  var isDetail: Bool { self == .statuses || self == .keys }
}

/// What conversations and users are sorted by, the most first.
package enum StatisticsSort: String, Sendable, CaseIterable {
  case packets, bytes, messages, duration, start, retransmissions, gaps, findings, name
}

/// Which tables are shown, and how.
package struct StatisticsOptions: Sendable {
  /// Nil: all; in text without the details.
  package var sections: [StatisticsSection]?
  package var sort = StatisticsSort.packets
  /// Rows of the tables that may be long; nil: all.
  package var top: Int?
  /// The rate's interval was asked for, so that text keeps it.
  package var keepsInterval = false
  package var text = TextOptions()

  package init() {}
}
