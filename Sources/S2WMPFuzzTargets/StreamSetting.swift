import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// What the first byte of a script chooses.
struct StreamSetting {
  var options = AnalysisOptions()
  var serverPort: UInt16
  var hasTimes: Bool

  init(_ byte: UInt8) {
    switch byte & 3 {
    case 0: options.order = .immediate
    case 1: options.order = .sorted(window: 600)
    case 2: options.maximumPartialBytes = 200
    default: break
    }
    options.dialect = [nil, nil, Dialect.v1, .legacy][Int(byte >> 2 & 3)]
    serverPort = [5000, 9000, 8080, 7777][Int(byte >> 4 & 3)]
    options.ports = [7777]
    hasTimes = byte & 64 == 0
  }

  /// TCP conversations here are ours whatever they hold.
  var isAlwaysOurs: Bool { options.dialect != nil || serverPort == 7777 }

  func time(_ frame: UInt64) -> CaptureTime { hasTimes ? CaptureTime(nanoseconds: Int64(clamping: frame &* 1_000_000)) : .none }
}

/// A conversation of a script.
struct StreamLane {
  var transport: Transport
  var clientPort: UInt16
  /// The direction bit of its first step.
  var firstBit: UInt8
  var conversation: Int
  /// Bytes given forward and backward.
  var delivered: [UInt64] = [0, 0]
  var hasEnded = [false, false]
  /// A frame whose bytes wait behind a hole; 0 for none.
  var held: [UInt64] = [0, 0]
  /// The analyzer wanted no more.
  var isIgnored = false
}
