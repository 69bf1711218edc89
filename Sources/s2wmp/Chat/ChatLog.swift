import Logging

/// The peer's log: on standard error, but into the transcript when both are the same terminal, whose input line must not be written over.
struct ChatLog: LogHandler {
  let inbox: ChatInbox
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]

  static func logger(_ level: LogLevel, to inbox: ChatInbox?) -> Logger {
    guard let inbox, StandardError.isTerminal else { return StandardErrorLog.logger(level) }
    return Logger(label: "s2wmp") { _ in ChatLog(inbox: inbox, logLevel: level.level) }
  }

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var text = "\(event.level.rawValue): \(event.message)"
    for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
      text += " \(key)=\(value)"
    }
    inbox.post(.log(text))
  }
}
