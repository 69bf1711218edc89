/// Which requirements are checked: by the beginnings of their ids.
public struct Selection: Hashable, Sendable {
  /// Empty: all.
  public var only: [String]
  public var skip: [String]

  public init(only: [String] = [], skip: [String] = []) {
    self.only = only
    self.skip = skip
  }

  public func contains(_ id: String) -> Bool {
    (only.isEmpty || only.contains { id.hasPrefix($0) }) && !skip.contains { id.hasPrefix($0) }
  }

  /// What was given and begins no id: most likely a slip.
  public func unknown(in checks: [Check]) -> [String] {
    (only + skip).filter { prefix in !checks.contains { $0.id.hasPrefix(prefix) } }
  }
}
