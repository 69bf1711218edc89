import S2WMPWire

/// What a chat is told before it begins.
public struct ChatSettings: Sendable {
  public enum Style: Sendable {
    /// A person at a terminal: one conversation at a time, marks change in place.
    case terminal
    /// Plain lines, for a pipe or a terminal that cannot move its cursor: everything is printed as it happens.
    case lines
  }

  public var style: Style
  /// Our user name.
  public var name: String
  /// Bytes of UTF-8 that a message to the owner of a `public_key` field may have.
  public var messageLimit: @Sendable ([UInt8]?) -> Int
  /// Of a time in milliseconds since 1970-01-01T00:00:00Z.
  public var localTime: @Sendable (UInt64) -> LocalTime
  /// How a user's key is read aloud; from the ID and, where it is known, the `public_key` field.
  public var fingerprint: @Sendable (Identifier, [UInt8]?) -> String
  /// Messages shown when a conversation is opened.
  public var historyLength = 12

  public init(
    style: Style, name: String, messageLimit: @escaping @Sendable ([UInt8]?) -> Int, localTime: @escaping @Sendable (UInt64) -> LocalTime,
    fingerprint: @escaping @Sendable (Identifier, [UInt8]?) -> String
  ) {
    self.style = style
    self.name = name
    self.messageLimit = messageLimit
    self.localTime = localTime
    self.fingerprint = fingerprint
  }
}
