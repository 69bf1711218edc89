/// The state machine as text, made from its rows.
public enum StateDiagram {
  /// A Mermaid state diagram.
  public static var mermaid: String {
    var lines = ["stateDiagram-v2"]
    for state in PeerState.allCases { lines.append("  state \"\(state.name)\" as \(symbol(state))") }
    lines.append("  [*] --> \(symbol(.initial))")
    for row in Transitions.rows { lines.append("  \(symbol(row.from)) --> \(symbol(row.next)) : \(row.on.label)") }
    return lines.joined(separator: "\n")
  }

  /// The rows as a Markdown table.
  public static var table: String {
    var lines = ["| state | on | does | next |", "|---|---|---|---|"]
    for row in Transitions.rows { lines.append("| \(row.from.name) | \(row.on.label) | \(row.does.meaning) | \(row.next.name) |") }
    return lines.joined(separator: "\n")
  }

  private static func symbol(_ state: PeerState) -> String { "\(state)" }
}
