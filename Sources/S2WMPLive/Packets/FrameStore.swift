import S2WMPFlow

/// A captured frame that is kept so that it can be saved.
public struct KeptFrame: Sendable {
  /// Position in the capture, from 1.
  public var number: UInt64
  public var time: CaptureTime
  public var linkType: Int32
  public var wireLength: Int
  public var bytes: [UInt8]

  public init(number: UInt64, time: CaptureTime, linkType: Int32, wireLength: Int, bytes: [UInt8]) {
    self.number = number
    self.time = time
    self.linkType = linkType
    self.wireLength = wireLength
    self.bytes = bytes
  }
}

/// The last frames, within a number of bytes: the oldest go first, and are counted.
public struct FrameStore: Sendable {
  private var frames: [KeptFrame] = []
  private var head = 0
  private var bytes = 0
  private let byteLimit: Int
  /// Frames that were given up because of the limit, or with the packets they belonged to.
  public private(set) var dropped: UInt64 = 0

  /// What a frame takes beside its bytes.
  private static let overhead = 96

  public init(byteLimit: Int) { self.byteLimit = byteLimit }

  public var count: Int { frames.count - head }
  public var firstNumber: UInt64? { count > 0 ? frames[head].number : nil }

  /// Numbers must ascend by one.
  public mutating func append(_ frame: KeptFrame) {
    frames.append(frame)
    bytes += frame.bytes.count + Self.overhead
    while bytes > byteLimit && count > 1 { removeFirst() }
    compact()
  }

  /// Nobody will ask for older ones any more.
  public mutating func release(before number: UInt64) {
    while count > 0, frames[head].number < number { removeFirst() }
    compact()
  }

  /// All that are kept.
  public var all: [KeptFrame] { Array(frames[head...]) }

  /// Those of these numbers that are kept, in their order, and how many are not. The numbers must ascend.
  public func frames(_ numbers: [UInt64]) -> (frames: [KeptFrame], missing: Int) {
    guard let first = firstNumber else { return ([], numbers.count) }
    let found = numbers.compactMap { number -> KeptFrame? in
      guard number >= first, number - first < UInt64(count) else { return nil }
      return frames[head + Int(number - first)]
    }
    return (found, numbers.count - found.count)
  }

  private mutating func removeFirst() {
    bytes -= frames[head].bytes.count + Self.overhead
    frames[head].bytes = []
    head += 1
    dropped &+= 1
  }

  private mutating func compact() {
    guard head > 1024, head * 2 > frames.count else { return }
    frames.removeFirst(head)
    head = 0
  }
}
