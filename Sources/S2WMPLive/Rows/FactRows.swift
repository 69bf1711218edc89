import S2WMPAnalysis
import S2WMPFlow
import S2WMPInsight
import S2WMPReport
import S2WMPWire

extension LiveModel {
  /// `3 alice ↔ bob   57  12 kB`.
  func row(of facts: ConversationFacts, width: Int) -> StyledText {
    let packets = facts.forward.packets &+ facts.backward.packets
    let bytes = facts.forward.bytes &+ facts.backward.bytes
    var left = styled(nil, "")
    left.append("\(facts.stream)", endingAt: 3)
    left.append(" ")
    left.styled(facts.findings.worst.flatMap { $0 == .note ? nil : TextStyle($0) }) { left in
      appendEnds(facts, to: &left, room: width - (width >= 44 ? 22 : 14))
      if let worst = facts.findings.worst, worst != .note { left.append(" !") }
    }
    var right = styled(nil, "")
    if width >= 60 { right.append((facts.transport == .tcp ? "TCP " : "UDP ") + facts.dialect.name + (facts.dialect == .v1 ? "     " : " ")) }
    right.append(StyledText.grouped(packets), endingAt: right.columns + 6)
    if width >= 44 { right.append(StyledText.size(bytes), endingAt: right.columns + 8) }
    return .row(left, right, width: width)
  }

  /// Who talks: names where they are known, else addresses, with ports when both have room.
  private func appendEnds(_ facts: ConversationFacts, to out: inout StyledText, room: Int) {
    let long = ends(facts, hasPorts: true)
    out.append(long.columns <= room ? long : ends(facts, hasPorts: false))
  }

  private func ends(_ facts: ConversationFacts, hasPorts: Bool) -> StyledText {
    var out = styled(nil, "")
    appendEnd(facts.first, facts.firstUsers, hasPorts, to: &out)
    out.append(" ↔ ")
    appendEnd(facts.second, facts.secondUsers, hasPorts, to: &out)
    return out
  }

  private func appendEnd(_ endpoint: Endpoint, _ users: [Identifier], _ hasPorts: Bool, to out: inout StyledText) {
    if let user = users.first {
      out.append(user: user, line.names, settings.text)
      if users.count > 1 { out.append("+\(users.count - 1)") }
    } else {
      out.append { hasPorts ? Notation.appendEndpoint(endpoint, to: &$0) : Notation.appendHost(endpoint, to: &$0) }
    }
  }

  /// `alice 7f3a…c1d0  online  12 out 9 in`.
  func row(of user: UserFacts, width: Int) -> StyledText {
    var left = styled(nil, "")
    left.append(user: user.id, line.names, settings.text)
    let right = activity(of: user)
    if hasNameOnly(user.id), settings.text.ids == .short, left.columns + 10 < width - right.columns {
      left.append(" ")
      left.styled(.dim) { $0.append(id: user.id, .short, otherwise: "") }
    }
    if user.keys.contains(where: \.isWeak) { left.append(styled(.warning, " weak key")) }
    return .row(left, right, width: width)
  }

  /// Whether the ID is not told yet when a user is named.
  private func hasNameOnly(_ id: Identifier) -> Bool {
    settings.text.showsNames && line.names.name(of: id)?.isDoubtful == false
  }

  private func activity(of user: UserFacts) -> StyledText {
    var right = styled(nil, "")
    if let status = user.statuses.last { right.append(styled(.dim, statusName(status.status, user.dialects))) }
    let messages = "\(StyledText.grouped(user.messagesSent)) out \(StyledText.grouped(user.messagesReceived)) in"
    right.append((right.columns > 0 ? "  " : "") + messages)
    return right
  }

  private func statusName(_ value: UInt8, _ dialects: Set<Dialect>) -> String {
    let table = dialects.contains(.v1) || dialects.isEmpty ? Codes.userStatus : Codes.legacyUserStatus
    return table.code(value)?.text ?? "status \(value)"
  }

  /// `!  2 key.changed  one user ID came with two different keys`.
  func findingRow(_ severity: Severity, _ count: UInt64, _ name: String, _ sentence: String) -> StyledText {
    var out = styled(nil, "")
    out.styled(TextStyle(severity)) { out in
      out.append(severity == .note ? "·" : "!")
      out.append(StyledText.grouped(count), endingAt: 5)
      out.append(" \(name)")
    }
    out.append("  ")
    out.append(untrusted: sentence.utf8, limit: 200)
    return out
  }
}
