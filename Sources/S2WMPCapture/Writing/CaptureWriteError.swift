import Glibc

/// Why a capture file could not be written.
public enum CaptureWriteError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file could not be made.
  case cannotOpen(path: String, code: Int32)
  /// Writing failed; `frames` whole frames are in the file.
  case cannotWrite(path: String, code: Int32, frames: UInt64)
  /// The reader of the pipe went away; a program that pipes its output ends quietly.
  case pipeClosed(path: String)
  /// Frames that one pcap stream cannot hold, on an output that cannot be rewritten as pcapng.
  case needsPcapng(path: String, reason: PcapngReason)
  /// The writer was closed before.
  case closed(path: String)

  /// What pcap cannot express.
  public enum PcapngReason: Sendable, Equatable {
    case linkTypes(Int32, Int32)
    case noTime
    case timeOutOfRange
  }

  public var description: String {
    switch self {
    case .cannotOpen(let path, let code):
      return "\(Self.name(path)) cannot be written: \(Self.text(code)); name a file in a folder that you may write to."
    case .cannotWrite(let path, let code, let frames) where code == ENOSPC || code == EDQUOT || code == EFBIG:
      return "\(Self.name(path)) took \(frames) frames and then no more: \(Self.text(code)); make room or choose another folder."
    case .cannotWrite(let path, let code, let frames):
      return "Writing to \(Self.name(path)) failed after \(frames) frames: \(Self.text(code))."
    case .pipeClosed(let path):
      return "The reader of \(Self.name(path)) went away."
    case .needsPcapng(let path, let reason):
      return "\(Self.name(path)) cannot go on as pcap because \(reason.text); write to a file whose name ends in .pcapng."
    case .closed(let path):
      return "\(Self.name(path)) was closed before this frame came."
    }
  }

  private static func name(_ path: String) -> String { path == "-" ? "Standard output" : "The capture file \(path)" }

  private static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}

extension CaptureWriteError.PcapngReason {
  fileprivate var text: String {
    switch self {
    case .linkTypes(let first, let second): return "frames of link types \(first) and \(second) do not fit into one pcap file"
    case .noTime: return "a frame has no capture time"
    case .timeOutOfRange: return "a frame's time lies outside 1970 to 2038"
    }
  }
}
