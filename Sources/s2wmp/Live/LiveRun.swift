import ArgumentParser
import S2WMPLive

/// `sniff --live` from the options to the closing line.
enum LiveRun {
  /// Bytes of frames that are kept for saving.
  private static let frameBytes = 128 << 20

  /// Why there can be no live screen here; nil when there can.
  static var obstacle: String? {
    if TerminalMode.isUsable { return nil }
    for (isTerminal, name) in [(StandardInput.isTerminal, "input"), (StandardOutput.isTerminal, "output")] where !isTerminal {
      return "--live needs a terminal, and standard \(name) is none; without --live, sniff prints a line a packet"
    }
    return "--live needs a terminal that can move its cursor, which \(Environment["TERM"].map { "TERM=\($0)" } ?? "an unset TERM") says it cannot"
  }

  static func run(_ device: String, _ command: SniffCommand) throws {
    let keep = command.keep ?? 10_000
    let feed = try LiveFeed(keep: keep, frameBytes: frameBytes)
    let filter = try command.display.compiledFilter()
    let intake = try LiveIntake(device, command, feed)
    let settings = LiveSettings(
      device: device, keep: keep, text: command.display.textOptions, filter: filter, saveName: LiveSaver.name)
    let summary = try LiveTerminal(settings, feed, intake, keyLog: command.embedKeys).run()
    if !command.display.quiet { StandardError.line(summary) }
    try intake.failOnFindings()
  }
}
