/// Which pane of the live screen the keys go to.
public enum LivePane: Sendable, CaseIterable {
  case packets
  /// The selected packet's fields and bytes; in place of those that follow while it is open.
  case detail
  case conversations
  case users
  case findings
}
