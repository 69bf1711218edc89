/// What kinds of weakness are looked for.
public enum SecurityCode: String, Sendable, CaseIterable {
  case friendList = "security.friend_list"

  /// One sentence on what to do.
  public var advice: String {
    switch self {
    case .friendList: "Let peers keep their friends' addresses and ask the bootstrap server seldom; who listens near it learns who knows whom."
    }
  }
}
