import Glibc

/// Why a live capture did not start, or ended before it was told to.
public enum LiveCaptureError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The list of devices could not be had.
  case noList(message: String)
  /// No device can be captured on.
  case noDevice
  case unknownDevice(String)
  /// The program lacks the privilege; `program` is its real path.
  case privilege(device: String, program: String)
  case deviceDown(String)
  /// libpcap refused a setting or the device for another reason.
  case cannotOpen(device: String, message: String)
  case badFilter(text: String, message: String)
  /// The device went down or disappeared after `frames` frames, all of which were delivered.
  case deviceLost(device: String, frames: UInt64)
  /// Reading failed after `frames` frames, all of which were delivered.
  case cannotRead(device: String, frames: UInt64, message: String)

  public var description: String {
    switch self {
    case .noList(let message):
      "The capture devices could not be listed: \(message)."
    case .noDevice:
      "There is no device to capture on; with the privilege to capture (run with sudo) s2wmp sniff --list shows those that exist."
    case .unknownDevice(let device):
      "There is no capture device named \(device); s2wmp sniff --list shows those that exist."
    case .privilege(let device, let program):
      "Capturing on \(device) needs a privilege that this program does not have: "
        + "grant it with sudo setcap cap_net_raw,cap_net_admin=eip \(Self.quoted(program)) or run it with sudo."
    case .deviceDown(let device):
      "The device \(device) is down: bring it up with sudo ip link set \(device) up, or choose another (s2wmp sniff --list)."
    case .cannotOpen(let device, let message):
      "The device \(device) cannot be captured on: \(message)."
    case .badFilter(let text, let message):
      "The capture filter \"\(text)\" is not valid: \(message) (its language is described in man pcap-filter)."
    case .deviceLost(let device, let frames):
      "The device \(device) went down or disappeared after \(frames) frames; the capture ended there."
    case .cannotRead(let device, let frames, let message):
      "Capturing on \(device) failed after \(frames) frames: \(message)."
    }
  }

  /// For a shell, where the path needs it.
  private static func quoted(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy { byte in
      switch UInt8(byte) {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
      case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
      default: false
      }
    }
    return isPlain ? path : "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}

/// The real path of the running program: what a capability has to be granted to.
func runningProgramPath() -> String {
  let capacity = Int(PATH_MAX)
  let path = String(unsafeUninitializedCapacity: capacity) { buffer in
    buffer.withMemoryRebound(to: CChar.self) { buffer in
      buffer.baseAddress.map { max(0, readlink("/proc/self/exe", $0, capacity)) } ?? 0
    }
  }
  return path.isEmpty ? "PATH-OF-THE-PROGRAM" : path
}
