import Glibc
import S2WMPCapture
import S2WMPLive

/// Writes kept frames to a new capture file.
enum LiveSaver {
  /// - keyLog: path of a key log to go into it, where it is a pcapng. Only one that the user named for that: whoever gets the file can read what was said.
  static func save(_ request: SaveRequest, from feed: LiveFeed, keyLog: String?) -> SaveResult {
    if request.path.utf8.contains(0) { return .failed("A file name cannot have a zero byte.") }
    if !request.replaces {
      // Made here, so that nobody else's file of that name is emptied.
      let descriptor = open(request.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
      if descriptor < 0 {
        let code = errno
        return code == EEXIST ? .exists(path: request.path) : .failed("\(CaptureWriteError.cannotOpen(path: request.path, code: code))")
      }
      close(descriptor)
    }
    do throws(CaptureWriteError) {
      return try write(request, feed, keyLog)
    } catch {
      if !request.replaces { unlink(request.path) }
      return .failed("\(error)")
    }
  }

  private static func write(_ request: SaveRequest, _ feed: LiveFeed, _ keyLog: String?) throws(CaptureWriteError) -> SaveResult {
    let (frames, missing) = feed.frames(for: request)
    // Read anew: the thread that captures follows it with a reader of its own.
    let secrets = keyLog.map(KeyLogFollower.init(path:))
    let writer = try CaptureFileWriter(path: request.path, linkType: frames.first?.linkType, secrets: secrets)
    for kept in frames {
      var failure: CaptureWriteError?
      kept.bytes.withUnsafeBytes { bytes in
        let frame = Frame(number: kept.number, time: kept.time, linkType: kept.linkType, bytes: bytes, wireLength: kept.wireLength)
        do throws(CaptureWriteError) { try writer.write(frame) } catch { failure = error }
      }
      if let failure { throw failure }
    }
    try writer.close()
    return .saved(path: request.path, frames: frames.count, missing: missing)
  }

  /// `s2wmp-20261124-134201.pcapng`, of the local time.
  static func name() -> String {
    var seconds = time(nil)
    var parts = tm()
    localtime_r(&seconds, &parts)
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let date = "\(parts.tm_year &+ 1900)\(two(parts.tm_mon &+ 1))\(two(parts.tm_mday))"
    return "s2wmp-\(date)-\(two(parts.tm_hour))\(two(parts.tm_min))\(two(parts.tm_sec)).pcapng"
  }
}
