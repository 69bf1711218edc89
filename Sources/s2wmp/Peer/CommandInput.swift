import Dispatch
import Glibc
import S2WMPNetwork
import S2WMPPeer
import S2WMPReport

/// Commands from standard input, a line each, read by a thread of its own. A core that is behind makes it wait, and so the writer.
final class CommandInput: Sendable {
  /// A line may be as long as the longest text, however it is escaped.
  static let maximumLine = JSONReader.maximumSize
  private static let maximumUnderWay = 64

  private let perform: @Sendable (PeerCommand, @escaping @Sendable () -> Void) -> Void
  private let complain: @Sendable (String) -> Void
  private let onEnd: @Sendable () -> Void
  private let underWay = DispatchSemaphore(value: maximumUnderWay)

  init(
    perform: @escaping @Sendable (PeerCommand, @escaping @Sendable () -> Void) -> Void, complain: @escaping @Sendable (String) -> Void,
    onEnd: @escaping @Sendable () -> Void
  ) {
    self.perform = perform
    self.complain = complain
    self.onEnd = onEnd
  }

  func start() { SystemThread.detach { [self] in read(STDIN_FILENO) } }

  func read(_ descriptor: Int32) {
    var splitter = LineSplitter(maximum: Self.maximumLine)
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &piece, piece.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { break }
      splitter.take(piece[..<count], take)
    }
    splitter.end(take)
    onEnd()
  }

  private func take(_ line: LineSplitter.Line) {
    switch line {
    case .tooLong: complain("a line of standard input is longer than \(Self.maximumLine) bytes; it was left out")
    case .whole(let bytes):
      do throws(PeerLineError) {
        guard let command = try PeerLine.command(bytes) else { return }
        underWay.wait()
        perform(command) { [underWay] in underWay.signal() }
      } catch {
        complain(error.description)
      }
    }
  }
}

/// Cuts bytes into lines of bounded length. The last one needs no line feed.
struct LineSplitter {
  enum Line: Equatable {
    case whole([UInt8])
    case tooLong
  }

  var maximum: Int
  private var line: [UInt8] = []
  private var isTooLong = false

  init(maximum: Int) { self.maximum = maximum }

  mutating func take(_ bytes: ArraySlice<UInt8>, _ emit: (Line) -> Void) {
    var rest = bytes
    while let end = rest.firstIndex(of: 0x0a) {
      add(rest[..<end])
      finish(emit)
      rest = rest[(end + 1)...]
    }
    add(rest)
  }

  mutating func end(_ emit: (Line) -> Void) {
    if isTooLong || !line.isEmpty { finish(emit) }
  }

  private mutating func add(_ bytes: ArraySlice<UInt8>) {
    if isTooLong || line.count + bytes.count > maximum {
      isTooLong = true
      line = []
    } else {
      line += bytes
    }
  }

  private mutating func finish(_ emit: (Line) -> Void) {
    emit(isTooLong ? .tooLong : .whole(line))
    line.removeAll(keepingCapacity: true)
    isTooLong = false
  }
}
