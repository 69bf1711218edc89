import S2WMPWire

/// How things are said.
extension ChatModel {
  mutating func say(_ text: String, _ style: ChatStyle = .plain) { effects.append(.line(ChatLine(text, style))) }

  mutating func say(_ line: ChatLine) { effects.append(.line(line)) }

  /// A name as it may stand within a sentence.
  func label(_ id: Identifier) -> String { book.label(id) }

  func clock(_ wall: UInt64) -> String {
    let time = settings.localTime(wall)
    return settings.style == .lines ? time.exactClock : time.clock
  }

  /// The first row of a message's text, short enough to tell which one it was.
  func excerpt(_ text: String) -> String { "“\(Glyph.oneRow(text, limit: 32))”" }

  /// A message in the transcript of the open conversation: time, mark, who, text.
  func messageLine(_ entry: ChatEntry, with friend: Identifier) -> ChatLine {
    let own = "you"
    let name = book[friend].map { Glyph.oneRow($0.name, limit: 16) } ?? friend.short
    let column = max(Glyph.columns(of: name), own.count)
    let speaker = entry.isOwn ? own : name
    var line = ChatLine(indent: DeliveryMark.column + 2 + column + 2)
    line.add(clock(entry.time) + " ", .dim)
    let mark = entry.isOwn ? entry.mark : nil
    line.add(mark?.symbol ?? " ", mark?.style ?? .plain)
    line.add(" ")
    line.add(speaker, entry.isOwn ? .dim : .strong)
    line.add(String(repeating: " ", count: column - Glyph.columns(of: speaker) + 2))
    line.add(entry.text)
    if let written = writtenElsewhen(entry) { line.add("  (\(written))", .dim) }
    return line
  }

  /// A message that was written long before it came says when; its time is what the sender claims.
  private func writtenElsewhen(_ entry: ChatEntry) -> String? {
    let tolerance: UInt64 = 120_000
    let distance = entry.datetime > entry.time ? entry.datetime - entry.time : entry.time - entry.datetime
    guard !entry.isOwn, distance > tolerance else { return nil }
    // Beyond the year 9999 a clock says nothing.
    guard entry.datetime < 253_402_300_800_000 else { return "its sender's clock is wrong" }
    let written = settings.localTime(entry.datetime)
    let isToday = written.isSameDay(as: settings.localTime(entry.time))
    return "written \(isToday ? written.clock : "\(written.clock) on \(written.date)")"
  }

  /// The date, when it is another than that of the last message.
  mutating func sayDay(of wall: UInt64) {
    let day = settings.localTime(wall)
    if let lastDay, lastDay.isSameDay(as: day) { return }
    lastDay = day
    say("── \(day.date) ──", .dim)
  }

  /// `14:02:07 bob: lunch?`, for plain lines.
  func plainLine(_ middle: String, _ text: String, _ reason: String = "") -> ChatLine {
    var line = ChatLine(indent: 9)
    line.add("\(clock(moment.wall)) \(middle): ")
    line.add(text)
    if !reason.isEmpty { line.add(" (\(reason))") }
    return line
  }
}
