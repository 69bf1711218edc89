import Glibc
import S2WMPCapture
import S2WMPReport

/// Where Ctrl-C goes. Set before the handler is installed, read only by the handler.
nonisolated(unsafe) private var stopDescriptor: Int32 = -1

/// One live capture whose packets are printed, from opening the device to the closing summary.
final class SniffSession {
  private let command: SniffCommand
  private let pipeline: SniffPipeline
  private let out: LineBuffer
  private let printer: PacketPrinter

  init(_ device: String, _ command: SniffCommand) throws {
    self.command = command
    out = LineBuffer { StandardOutput.write($0) }
    printer = try PacketPrinter(command.display, to: out, counting: false)
    pipeline = try SniffPipeline(device, command, sink: printer)
  }

  func run() throws {
    installStop()
    if !command.display.quiet { StandardError.line("s2wmp: listening on \(pipeline.live.device): \(pipeline.filterText) (Ctrl-C stops)") }
    printer.begin()
    out.flush()
    var failure: (any Error)?
    do {
      try pipeline.run {
        out.flush()
        return printer.isDone
      }
    } catch { failure = error }
    try end(failure)
  }

  private func end(_ failure: (any Error)?) throws {
    pipeline.finish()
    printer.end()
    let counts = pipeline.live.statistics()
    try pipeline.close()
    if !command.display.quiet { StandardError.line(pipeline.summary(counts)) }
    if let failure { throw failure }
    try pipeline.failOnFindings()
  }

  /// Ctrl-C and a polite kill end the capture, not the program.
  private func installStop() {
    stopDescriptor = pipeline.live.stopDescriptor
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { _ in LiveCapture.stop(descriptor: stopDescriptor) }
    }
  }
}
