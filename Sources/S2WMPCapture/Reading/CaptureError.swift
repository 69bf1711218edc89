/// Why a capture file could not be read, or not to its end; prints as one sentence.
public struct CaptureError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    /// The file could not be opened; the text is the system's.
    case cannotOpen(String)
    case isDirectory
    /// It holds no byte at all.
    case isEmpty
    /// Its first bytes are not those of any capture format.
    case notACapture(firstBytes: [UInt8])
    /// The file's own header is cut off or contradicts itself.
    case damagedHeader(String)
    /// Frame `frame` could not be read; all frames before it were.
    case damaged(frame: UInt64, byteOffset: UInt64?, problem: String)
    /// Frame `frame` was captured on a kind of link that this program does not take apart.
    case unsupportedLinkType(Int32, name: String, frame: UInt64)
  }

  /// The path as given; `-` is standard input.
  public var path: String
  public var reason: Reason

  public init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }

  public var description: String {
    switch reason {
    case .cannotOpen(let why): "\(file) cannot be opened: \(why)."
    case .isDirectory: "\(file) is a directory; name a capture file in it."
    case .isEmpty: "\(file) is empty (0 bytes); a capture begins with a file header, so the recording probably never started."
    case .notACapture(let bytes): "\(file) is not a pcap or pcapng capture: it begins with \(Self.hex(bytes))\(Self.hint(bytes))."
    case .damagedHeader(let problem): "\(file) is damaged in its file header: \(problem); no frame could be read."
    case .damaged(let frame, let offset, let problem): damage(frame, offset, problem)
    case .unsupportedLinkType(let number, let name, let frame):
      "\(file) holds frames of link type \(name) (\(number)), from frame \(frame) on, which this program cannot take apart; \(before(frame))."
    }
  }

  private var file: String { path == "-" ? "standard input" : path }

  private func damage(_ frame: UInt64, _ offset: UInt64?, _ problem: String) -> String {
    let place = offset.map { " (byte \($0))" } ?? ""
    return "\(file) is damaged at frame \(frame)\(place): \(problem); \(before(frame))."
  }

  private func before(_ frame: UInt64) -> String {
    switch frame {
    case 1: "there was no frame before it"
    case 2: "the frame before it was read"
    default: "the \(frame &- 1) frames before it were read"
    }
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined(separator: " ")
  }

  /// What a file with these first bytes is likely to be, when it is something a user might take for a capture.
  private static func hint(_ bytes: [UInt8]) -> String {
    if bytes.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) { return " (zstd: decompress it first)" }
    if bytes.starts(with: [0xfd, 0x37, 0x7a, 0x58]) { return " (xz: decompress it first)" }
    if bytes.starts(with: [0x42, 0x5a, 0x68]) { return " (bzip2: decompress it first)" }
    if bytes.starts(with: [0x50, 0x4b]) { return " (zip: unpack it first)" }
    return ""
  }
}
