import Glibc
import S2WMPCapture

/// Where the signals that end a capture go. Set before they are caught, read only by their handler.
nonisolated(unsafe) private var stopDescriptor: Int32 = -1

/// The pipe of a capture that does not begin.
enum ExtcapPipe {
  /// Whoever waits for frames at the other end would wait for ever: gives an empty capture. Tries for two seconds, as the reader may come later.
  static func release(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return }
    for _ in 0..<40 {
      let descriptor = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
      if descriptor >= 0 {
        defer { close(descriptor) }
        let writer = try? CaptureFileWriter(path: path, format: .pcapng, linkType: 1)
        try? writer?.close()
        return
      }
      usleep(50_000)
    }
  }
}

/// One live capture for Wireshark: frames from a device to its pipe as pcapng, each at once.
final class ExtcapSession {
  private let live: LiveCapture
  private let writer: CaptureFileWriter

  init(device: String, options: LiveCaptureOptions, fifo: String, keyLog: String?) throws {
    let keys = try keyLog.map(KeyLogFollower.open)
    live = try LiveCapture(device: device, options: options)
    // Opening a pipe waits for its reader; until then a signal just ends the program.
    do { writer = try CaptureFileWriter(path: fifo, format: .pcapng, linkType: live.linkType, secrets: keys) } catch {
      throw CommandError(description: "\(error)")
    }
  }

  /// Until Wireshark closes the pipe or sends SIGTERM.
  func run() throws {
    catchStop()
    do {
      try writer.begin()
      try live.run(wake: 100, onWake: wake, onFrame: take)
      try writer.close()
    } catch CaptureWriteError.pipeClosed {
      return
    } catch let error as CaptureWriteError {
      throw CommandError(description: "\(error)")
    }
  }

  private func take(_ frame: Frame) throws -> LiveStep {
    try writer.write(frame)
    try writer.flush()
    return .proceed
  }

  /// Without frames there is no write that could fail, so the pipe is asked.
  private func wake() throws -> LiveStep {
    if writer.isReaderGone { return .finish }
    try writer.flushIfDue()
    return .proceed
  }

  private func catchStop() {
    stopDescriptor = live.stopDescriptor
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { _ in LiveCapture.stop(descriptor: stopDescriptor) }
      SignalPipe.unblock(number)
    }
  }
}
