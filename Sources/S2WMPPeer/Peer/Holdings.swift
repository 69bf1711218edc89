/// What a peer holds at present, for those who check that it stays within its limits. Counted one by one: not for the hot path.
package struct PeerHoldings {
  package var connections: Int
  /// Bytes of unfinished packets, as the peer keeps count of them, and as they are.
  package var countedBytes: Int
  package var unfinishedBytes: Int
  package var pendingRequests: Int
  package var discoveredPeers: Int
  package var additions: Int
  package var inquiries: Int
  /// The most messages that wait for one friend.
  package var longestQueue: Int
  /// Answers that no call has handed out yet.
  package var keptAnswers: Int
}

extension Peer {
  package var holdings: PeerHoldings {
    PeerHoldings(
      connections: connections.count, countedBytes: unfinishedBytes, unfinishedBytes: connections.values.reduce(0) { $0 + $1.unfinished.count },
      pendingRequests: pendingRequests.count, discoveredPeers: discovered.count, additions: additions.count, inquiries: inquiries.count,
      longestQueue: friends.all.map(\.parcels.count).max() ?? 0, keptAnswers: connections.values.reduce(unflushed.count) { $0 + $1.answers.count })
  }
}
