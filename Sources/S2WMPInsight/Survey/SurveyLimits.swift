/// How much a survey remembers. What goes beyond is counted, not kept.
public struct SurveyLimits: Sendable {
  /// Conversations listed: the first ones of the captures.
  public var conversations = 10_000
  /// Users listed: those seen first.
  public var users = 10_000
  /// Users listed at each end of a conversation.
  public var usersOfConversation = 8
  /// Names, addresses, keys, former and later IDs listed of each user.
  public var factsOfUser = 16
  /// Changes of status listed of each user.
  public var statusesOfUser = 64
  /// Such facts and changes of all users together.
  public var factsOfUsers = 200_000
  /// Bytes kept of a name.
  public var nameBytes = 256
  /// Who looked up whom: pairs listed.
  public var interests = 10_000
  public var servers = 256
  /// Spans of a rate whose interval was asked for.
  public var spans = 100_000
  /// Spans of a rate whose interval grows with the capture.
  public var growingSpans = 256
  /// Frames listed of each finding.
  public var framesOfFinding = 16

  public init() {}
}
