import S2WMPPeer
import S2WMPWire

/// What the model wants done, in order.
public enum ChatEffect: Hashable, Sendable {
  /// Into the transcript; with a key when the line begins with a mark that may change.
  case line(ChatLine, MessageKey? = nil)
  /// Changes a mark. `otherwise` is printed when the line with the mark is not on the screen any more.
  case mark(MessageKey, DeliveryMark, otherwise: ChatLine?)
  case perform(PeerCommand)
  /// A message. Answered by `receiveTaken` once the peer has taken it up, which is after its `sent` event; without one, it refused the message.
  case send(to: Identifier, text: String, MessageKey)
  /// Answered by `receiveHistory`.
  case loadHistory(Identifier, limit: Int)
  /// Answered by `receiveFriends`.
  case loadFriends
  /// Answered by `receiveResolved`: the addresses of a host name.
  case resolve(host: String, port: UInt16, for: Identifier)
  case clearScreen
  case quit
}

/// One message as the store kept it.
public struct ChatEntry: Hashable, Sendable {
  public var isOwn: Bool
  /// The message's own `datetime`.
  public var datetime: UInt64
  /// When it was sent or received by our own clock, milliseconds since 1970.
  public var time: UInt64
  public var text: String
  /// Of own messages.
  public var mark: DeliveryMark?

  public init(isOwn: Bool, datetime: UInt64, time: UInt64, text: String, mark: DeliveryMark?) {
    self.isOwn = isOwn
    self.datetime = datetime
    self.time = time
    self.text = text
    self.mark = mark
  }
}
