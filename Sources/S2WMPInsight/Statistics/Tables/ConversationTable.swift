import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// Who with whom.
extension StatisticsTables {
  var conversations: StatisticsTable {
    let columns = [
      fileColumn, StatisticsColumn("stream", "#"), StatisticsColumn("transport", "over", rank: 3), StatisticsColumn("dialect", "dialect", rank: 1),
      StatisticsColumn("a", "A"), StatisticsColumn("b", "B"), StatisticsColumn("users_a", "users A", rank: 6, least: 8),
      StatisticsColumn("users_b", "users B", rank: 6, least: 8), StatisticsColumn("packets_a_to_b", "A→B"), StatisticsColumn("bytes_a_to_b", "bytes", rank: 7),
      StatisticsColumn("packets_b_to_a", "B→A"), StatisticsColumn("bytes_b_to_a", "bytes", rank: 7), StatisticsColumn("malformed", "malformed", rank: 6),
      StatisticsColumn("first_time", nil), StatisticsColumn("last_time", nil), StatisticsColumn(nil, "start", rank: 4),
      StatisticsColumn("duration", "duration", rank: 8), StatisticsColumn("retransmissions", "resent", rank: 8),
      StatisticsColumn("out_of_order", "disordered", rank: 2), StatisticsColumn("gaps", "gaps", rank: 8), StatisticsColumn("first_frame", nil),
      StatisticsColumn("last_frame", nil), StatisticsColumn("findings", nil),
    ]
    var table = StatisticsTable(.conversations, "Conversations", columns, rows: sortedConversations.map(row))
    table.leftOut = facts.conversationsLeftOut
    table.cut(to: options.top)
    return table
  }

  private func row(_ conversation: ConversationFacts) -> [StatisticsCell] {
    [
      file(conversation.file), .number(UInt64(conversation.stream)), .word(conversation.transport == .tcp ? "tcp" : "udp"),
      .word(conversation.dialect.name), .endpoint(conversation.first), .endpoint(conversation.second), users(conversation.firstUsers),
      users(conversation.secondUsers), .number(conversation.forward.packets), .number(conversation.forward.bytes),
      .number(conversation.backward.packets), .number(conversation.backward.bytes), .quiet(conversation.malformed, .bad),
      .time(conversation.firstTime), .time(conversation.lastTime), offset(conversation.firstTime),
      duration(conversation.firstTime, conversation.lastTime), .quiet(conversation.retransmissions, nil), .quiet(conversation.outOfOrder, nil),
      .quiet(conversation.gaps, .warning), .number(conversation.firstFrame), .number(conversation.lastFrame),
      .list(conversation.findings.codes.map { .word($0.name) }, " "),
    ]
  }

  private func users(_ ids: [Identifier]) -> StatisticsCell { .list(ids.map { .user($0) }, " ") }

  private var sortedConversations: [ConversationFacts] {
    let list = facts.conversations
    switch options.sort {
    case .packets, .messages: return Self.sorted(list) { $0.forward.packets &+ $0.backward.packets }
    case .bytes: return Self.sorted(list) { $0.forward.bytes &+ $0.backward.bytes }
    case .duration: return Self.sorted(list) { $0.duration }
    case .retransmissions: return Self.sorted(list) { $0.retransmissions }
    case .gaps: return Self.sorted(list) { $0.gaps }
    case .findings: return Self.sorted(list) { UInt64($0.findings.rawValue.nonzeroBitCount) }
    case .start, .name: return list
    }
  }
}

extension ConversationFacts {
  /// Nanoseconds from its first to its last packet.
  fileprivate var duration: UInt64 {
    guard let firstTime, let lastTime else { return 0 }
    return UInt64(max(0, lastTime.nanoseconds &- firstTime.nanoseconds))
  }
}
