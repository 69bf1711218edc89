import Glibc
import S2WMPFlow
import S2WMPWire

/// The target's process as a runner knows it: what it says is always read, so that it never blocks, and understood as far as it is events of our peer.
final class SpawnedProcess {
  /// Counts the starts.
  private(set) var generation = 0
  /// Where it takes connections: as given, or as it said itself.
  private(set) var endpoint: Endpoint?
  /// What it said about itself.
  private(set) var userID: Identifier?
  private(set) var hasSaidListening = false
  private var ownStatus: UserStatusCode?
  /// It was heard to change its status when it was told to.
  private var obeys = false
  /// Called for everything that is heard, whichever run it falls into.
  var onEvent: ((HeardEvent) -> Void)?

  private let command: String
  private let givenEndpoint: Endpoint?
  private var child: ChildProcess?
  private var scanner = EventScanner()
  private var events: [HeardEvent] = []
  private var tail = ErrorTail()
  private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

  /// Events that no run took; more are only told to `onEvent`.
  private static let maximumEvents = 1 << 16
  /// What is read in one go, so that a target that talks without end cannot keep this program from its work.
  private static let maximumReads = 4

  init(_ command: String, endpoint: Endpoint?) {
    self.command = command
    givenEndpoint = endpoint
    self.endpoint = endpoint
  }

  deinit { scratch.deallocate() }

  var processID: Int32? { child?.processID }

  func start() throws(TargetFault) {
    stop()
    (scanner, tail) = (EventScanner(), ErrorTail())
    events.removeAll(keepingCapacity: true)
    (userID, hasSaidListening, endpoint) = (nil, false, givenEndpoint)
    child = try ChildProcess.start(command)
    generation += 1
  }

  func stop() {
    child?.stop { hearAll() }
    child = nil
  }

  /// Tells it to change its status, and waits a little until it says that it did: what is sent next is to meet it so.
  func setStatus(_ status: UserStatusCode) {
    ownStatus = nil
    child?.tell(Array("{\"do\":\"status\",\"status\":\"\(status)\"}\n".utf8))
    let end = MonotonicTime.now + (obeys ? Self.obedientPatience : Self.statusPatience)
    while ownStatus != status, MonotonicTime.now < end, let child, child.end == nil, case let output = child.output {
      _ = SystemSocket.wait(output, for: POLLIN, milliseconds: 10)
      hearAll()
    }
    if ownStatus == status { obeys = true }
  }

  /// Nanoseconds. Who does as told is waited for, however busy the machine; of others it is not known whether they understand.
  private static let statusPatience: UInt64 = 1_000_000_000
  private static let obedientPatience: UInt64 = 10_000_000_000

  // MARK: Hearing

  /// Its standard output and error.
  var talking: [Int32] { child.map { [$0.output, $0.errors] } ?? [] }

  func hearAll() {
    for descriptor in talking { _ = hear(descriptor) }
  }

  /// Reads what is there; false when that stream has ended.
  func hear(_ descriptor: Int32) -> Bool {
    guard let child, descriptor == child.output || descriptor == child.errors else { return false }
    for _ in 0..<Self.maximumReads {
      let count = read(descriptor, scratch.baseAddress, scratch.count)
      if count == 0 { return false }
      if count < 0 { return errno == EAGAIN || errno == EINTR }
      let bytes = UnsafeRawBufferPointer(rebasing: scratch[..<count])
      if descriptor == child.output { scanner.take(bytes, note) } else { tail.take(bytes) }
      if count < scratch.count { return true }
    }
    return true
  }

  private func note(_ event: SpokenEvent) {
    switch event {
    case .heard(let event):
      if events.count < Self.maximumEvents { events.append(event) }
      onEvent?(event)
    case .ownStatus(let status): ownStatus = status
    case .listening(let address, let userID):
      hasSaidListening = true
      self.userID = userID ?? self.userID
      if givenEndpoint == nil, let spoken = Endpoint(text: address) { endpoint = spoken.reachable }
    }
  }

  func takeEvents(into heard: inout [HeardEvent]) {
    guard !events.isEmpty else { return }
    heard.append(contentsOf: events)
    events.removeAll(keepingCapacity: true)
  }

  // MARK: Death

  /// How it ended and what it said last, when it did.
  func deathWords(patience milliseconds: Int32 = 0) -> String? {
    guard let child, let end = child.checkEnd(patience: milliseconds) else { return nil }
    hearAll()
    let words = "the target \(end.words)"
    return tail.isEmpty ? words : "\(words); it said last: \(tail.words)"
  }
}

extension Endpoint {
  /// Where something that listens on every address is reached from here.
  fileprivate var reachable: Endpoint {
    guard isAnyAddress else { return self }
    return isIPv4 ? .ipv4(0x7f00_0001, port: port) : Endpoint(high: 0, low: 1, port: port, isIPv4: false)
  }
}

/// The end of what a process wrote to its standard error.
struct ErrorTail {
  private static let size = 4096
  private static let shown = 400

  private var bytes: [UInt8] = []

  var isEmpty: Bool { words.isEmpty }

  mutating func take(_ new: UnsafeRawBufferPointer) {
    bytes.append(contentsOf: new.suffix(Self.size))
    if bytes.count > Self.size { bytes.removeFirst(bytes.count - Self.size) }
  }

  /// Its last lines on one line, printable ASCII only: it may go to a terminal.
  var words: String {
    let text = bytes.suffix(Self.shown).map { (0x20...0x7e).contains($0) ? $0 : 0x20 }
    return String(decoding: text, as: UTF8.self).split(separator: " ").joined(separator: " ")
  }
}
