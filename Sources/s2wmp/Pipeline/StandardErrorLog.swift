import ArgumentParser
import Logging
import S2WMPReport

/// Names of `--log-level`.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
  case error, warning, notice, info, debug, trace

  var level: Logger.Level {
    switch self {
    case .error: .error
    case .warning: .warning
    case .notice: .notice
    case .info: .info
    case .debug: .debug
    case .trace: .trace
    }
  }
}

/// Log lines on standard error: time, level, what happened, then facts as `key=value`. Nothing in them can move a terminal's cursor.
struct StandardErrorLog: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]

  static func logger(_ level: LogLevel) -> Logger {
    Logger(label: "s2wmp") { _ in StandardErrorLog(logLevel: level.level) }
  }

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var line: [UInt8] = []
    Notation.appendTime(WallClock.now(), to: &line)
    var text = " \(event.level.rawValue) \(Printable.text("\(event.message)"))"
    for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
      text += " \(key)=\(Printable.text("\(value)"))"
    }
    StandardError.line(String(decoding: line, as: UTF8.self) + text)
  }
}
