/// Which pane of the live screen the keys go to.
public enum LivePane: Sendable, CaseIterable {
  case packets
  case conversations
  case users
}
