import S2WMPFlow
import S2WMPReport
import S2WMPWire

/// Who took part.
extension StatisticsTables {
  var users: StatisticsTable {
    let columns = [
      StatisticsColumn("id", "ID"), StatisticsColumn("names", "names", least: 8), StatisticsColumn("dialects", nil),
      StatisticsColumn("packets_sent", "packets", rank: 3), StatisticsColumn("messages_sent", "sent", rank: 7),
      StatisticsColumn("messages_received", "received", rank: 7), StatisticsColumn("addresses", "addresses", rank: 8, least: 15),
      StatisticsColumn("keys", "keys", rank: 6, least: 12), StatisticsColumn("statuses", "status", rank: 5, least: 12),
      StatisticsColumn("former_ids", "was", rank: 2), StatisticsColumn("later_ids", "became", rank: 4), StatisticsColumn("registrations", nil),
      StatisticsColumn("registration_status", nil), StatisticsColumn("first_file", nil), StatisticsColumn("first_frame", nil),
      StatisticsColumn("last_file", nil), StatisticsColumn("last_frame", nil), StatisticsColumn("first_time", nil), StatisticsColumn("last_time", nil),
      StatisticsColumn("cut", nil),
    ]
    var table = StatisticsTable(.users, "Users", columns, rows: sortedUsers.map(row))
    table.leftOut = facts.usersLeftOut
    table.isLeftOutAtLeast = true
    table.cut(to: options.top)
    return table
  }

  private func row(_ user: UserFacts) -> [StatisticsCell] {
    [
      .id(user.id), .list(user.names.map { .name($0) }, " "), .list(Dialect.allCases.filter(user.dialects.contains).map { .word($0.name) }, " "),
      .number(user.packetsSent), .number(user.messagesSent), .number(user.messagesReceived), .list(user.addresses.map { .endpoint($0) }, " "),
      .list(user.keys.map(brief), ", "), .list(user.statuses.map(brief), "→"), .list(user.formerIDs.map { .id($0) }, " "),
      .list(user.laterIDs.map { .id($0) }, " "), .number(user.registrations), .optional(user.registrationStatus.map(UInt64.init)),
      file(user.firstFile), .number(user.firstFrame), file(user.lastFile), .number(user.lastFrame), .time(user.firstTime), .time(user.lastTime),
      .flag(user.isCut),
    ]
  }

  private func brief(_ key: KeyFacts) -> StatisticsCell {
    let text = key.isForeign ? "\(key.kind) (not this ID's)" : key.isWeak ? "\(key.kind) (weak)" : key.kind
    let style: TextStyle? = key.isForeign || key.isWeak || key.bits == nil ? .warning : nil
    let members = zip(Self.keyColumns, cells(key)).compactMap { column, cell in column.key.map { ($0, cell) } }
    return .object(.word(text, style), members)
  }

  private func brief(_ change: StatusChange) -> StatisticsCell {
    let members = zip(Self.statusColumns, cells(change)).compactMap { column, cell in column.key.map { ($0, cell) } }
    return .object(.word(change.text), members)
  }

  private var sortedUsers: [UserFacts] {
    switch options.sort {
    case .packets, .bytes: Self.sorted(facts.users) { $0.packetsSent }
    case .messages: Self.sorted(facts.users) { $0.messagesSent &+ $0.messagesReceived }
    case .name: facts.users.sorted { ($0.names.first ?? [0xff], $0.id) < ($1.names.first ?? [0xff], $1.id) }
    default: facts.users
    }
  }

  // MARK: - In detail

  private static let statusColumns = [
    StatisticsColumn("status", "status"), StatisticsColumn("meaning", "meaning"), StatisticsColumn("dialect", "dialect", rank: 3),
    StatisticsColumn("file", nil), StatisticsColumn("frame", "frame"), StatisticsColumn("time", "time"),
  ]

  private func cells(_ change: StatusChange) -> [StatisticsCell] {
    [
      .number(UInt64(change.status)), .word(change.text), .word(change.dialect.name), file(change.file), .number(change.frame), .time(change.time),
    ]
  }

  var statuses: StatisticsTable {
    let rows = sortedUsers.flatMap { user in user.statuses.map { [.id(user.id), .user(user.id)] + cells($0) } }
    return detail(.statuses, "Changes of status", Self.statusColumns, rows)
  }

  private static let keyColumns = [
    StatisticsColumn("kind", "key"), StatisticsColumn("bits", "bits"), StatisticsColumn("weak", "weak"),
    StatisticsColumn("foreign", "not this ID's", rank: 4), StatisticsColumn("digest", "SHA-256", rank: 2, least: 16), StatisticsColumn("file", nil),
    StatisticsColumn("frame", "frame"),
  ]

  private func cells(_ key: KeyFacts) -> [StatisticsCell] {
    [
      .word(key.kind, key.bits == nil ? .warning : nil), .optional(key.bits.map { UInt64($0) }), .flag(key.isWeak), .flag(key.isForeign),
      .word(Hex.string(key.digest)), file(key.file), .number(key.frame),
    ]
  }

  var keys: StatisticsTable {
    let rows = sortedUsers.flatMap { user in user.keys.map { [.id(user.id), .user(user.id)] + cells($0) } }
    return detail(.keys, "Keys", Self.keyColumns, rows)
  }

  private func detail(
    _ section: StatisticsSection, _ title: String, _ columns: [StatisticsColumn], _ rows: [[StatisticsCell]]
  ) -> StatisticsTable {
    let head = [StatisticsColumn("id", "ID", isGroup: true), StatisticsColumn(nil, "user", rank: 7, least: 8, isGroup: true)]
    var table = StatisticsTable(section, title, head + columns, rows: rows)
    table.cut(to: options.top)
    return table
  }
}

private func < (a: ([UInt8], Identifier), b: ([UInt8], Identifier)) -> Bool {
  a.0 == b.0 ? a.1 < b.1 : a.0.lexicographicallyPrecedes(b.0)
}
