import Glibc
import S2WMPChat
import S2WMPFlow
import S2WMPNetwork
import S2WMPWire
import Synchronization

/// What happens elsewhere while the chat waits for the keyboard: put in from any thread, taken out by the one that draws.
final class ChatInbox: Sendable {
  enum Item: Sendable {
    case notice(PeerNotice)
    /// The peer has dealt with a message.
    case taken(MessageKey)
    case resolved(Identifier, host: String, Endpoint?)
    case log(String)
    /// The peer has ended; with what went wrong.
    case ended((any Error)?)
  }

  private struct Content {
    var items: [Item] = []
    var dropped = 0
  }

  /// More than this waits only when the terminal takes nothing any more; messages are in the store.
  private static let capacity = 50_000

  private let content = Mutex(Content())
  /// Readable while there is something in the box.
  let descriptor: Int32
  private let wake: Int32

  init() throws {
    let pipe = try WakePipe()
    (descriptor, wake) = (pipe.descriptor, pipe.writing)
  }

  func post(_ item: Item) {
    let isFirst = content.withLock { content -> Bool in
      if content.items.count >= Self.capacity, !Self.mustArrive(item) {
        content.dropped += 1
        return false
      }
      content.items.append(item)
      return content.items.count == 1
    }
    var byte: UInt8 = 0
    // A full pipe is as readable as can be.
    if isFirst { _ = write(wake, &byte, 1) }
  }

  private static func mustArrive(_ item: Item) -> Bool {
    if case .ended = item { true } else { false }
  }

  func take() -> (items: [Item], dropped: Int) {
    var bytes = [UInt8](repeating: 0, count: 64)
    while read(descriptor, &bytes, bytes.count) > 0 {}
    return content.withLock { content in
      defer { content = Content() }
      return (content.items, content.dropped)
    }
  }
}
