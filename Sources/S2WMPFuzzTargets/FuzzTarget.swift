import Glibc

/// What strangers' bytes are given to: each target takes any bytes and says what went wrong, if anything did.
///
/// The libFuzzer programs in `Fuzz` and the tests that replay `Corpus` call the same function. A trap is a finding too, and so is an input that takes
/// seconds or that grows memory; those show in libFuzzer only.
public enum FuzzTarget: String, CaseIterable, Sendable {
  /// A capture file: read, reassembled, analysed and printed in every format.
  case capture
  /// Calls of reassembly, written as bytes (`StreamScript`): framer and analyzer.
  case stream
  /// A display filter: parsed, and tried on some packets.
  case filter
  /// JSON for `encode`: packets, and a capture of them that is read again.
  case encode
  /// The life of a peer, written as bytes (`PeerScript`): connections, packets with right keys, datagrams, commands, time.
  case peer
  /// The life of a bootstrap server, written as bytes (`BootstrapScript`).
  case bootstrap

  public func check(_ input: UnsafeRawBufferPointer) throws(FuzzViolation) {
    switch self {
    case .capture: try CaptureTarget.check(input)
    case .stream: try StreamTarget.check(input)
    case .filter: try FilterTarget.check(input)
    case .encode: try EncodeTarget.check(input)
    case .peer: try PeerTarget.check(input)
    case .bootstrap: try BootstrapTarget.check(input)
    }
  }

  /// For libFuzzer: a violation stops the program, which then keeps the input.
  public func fuzz(_ start: UnsafeRawPointer?, _ count: Int) -> Int32 {
    do throws(FuzzViolation) {
      try check(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
      return 0
    } catch {
      // Release builds drop the message of a failed precondition.
      "\(rawValue): \(error)\n".withCString { _ = write(STDERR_FILENO, $0, strlen($0)) }
      abort()
    }
  }
}

/// Something that must hold for every input, and did not.
public struct FuzzViolation: Error, CustomStringConvertible {
  public var description: String

  init(_ description: String) { self.description = description }

  static func require(_ holds: Bool, _ description: @autoclosure () -> String) throws(FuzzViolation) {
    if !holds { throw FuzzViolation(description()) }
  }
}
