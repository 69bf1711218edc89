import Glibc
import S2WMPFlow
import S2WMPWire

/// What a line of a peer's standard output says, as far as it matters here.
enum SpokenEvent: Hashable {
  case heard(HeardEvent)
  /// It says what its own status is now.
  case ownStatus(UserStatusCode)
  case listening(address: String, userID: Identifier?)
}

/// Finds events in a stream of JSON lines. Bounded and total: whatever is no event is skipped.
struct EventScanner {
  /// A message of the greatest length fits, even when every character of it is escaped.
  static let maximumLine = 1 << 20

  private var partial: [UInt8] = []
  private var isTooLong = false

  mutating func take(_ bytes: UnsafeRawBufferPointer, _ event: (SpokenEvent) -> Void) {
    var rest = bytes[...]
    while let end = Self.newline(rest) {
      finishLine(UnsafeRawBufferPointer(rebasing: rest[..<end]), event)
      rest = rest[(end + 1)...]
    }
    guard !isTooLong else { return }
    if partial.count + rest.count > Self.maximumLine {
      partial.removeAll()
      isTooLong = true
    } else {
      partial.append(contentsOf: rest)
    }
  }

  private mutating func finishLine(_ end: UnsafeRawBufferPointer, _ event: (SpokenEvent) -> Void) {
    if !isTooLong, partial.count + end.count <= Self.maximumLine {
      if partial.isEmpty {
        if let found = Self.event(end) { event(found) }
      } else {
        partial.append(contentsOf: end)
        if let found = partial.withUnsafeBytes({ Self.event($0) }) { event(found) }
      }
    }
    partial.removeAll(keepingCapacity: partial.capacity <= 1 << 16)
    isTooLong = false
  }

  private static func newline(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
    guard !bytes.isEmpty, let base = bytes.base.baseAddress, let found = memchr(base + bytes.startIndex, 10, bytes.count) else { return nil }
    return UnsafeRawPointer(found) - base
  }

  /// The event that a whole line is.
  static func event(_ line: UnsafeRawBufferPointer) -> SpokenEvent? {
    var fields = EventFields()
    var reader = ObjectReader(line)
    while let (key, value) = reader.next() { fields.note(key, value) }
    return reader.isWhole ? fields.event : nil
  }
}

/// The values of one line that any event needs.
private struct EventFields {
  private var name: UnsafeRawBufferPointer?
  private var from: Identifier?
  private var id: Identifier?
  private var userID: Identifier?
  private var datetime: UInt64?
  private var status: UserStatusCode?
  private var address: UnsafeRawBufferPointer?

  mutating func note(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    switch key.count {
    case 2 where key.matches("id"): id = value.identifier
    case 4 where key.matches("from"): from = value.identifier
    case 5 where key.matches("event"): name = value
    case 6 where key.matches("status"): status = value.status
    case 7 where key.matches("user_id"): userID = value.identifier
    case 7 where key.matches("address"): address = value
    case 8 where key.matches("datetime"): datetime = value.decimal
    default: break
    }
  }

  var event: SpokenEvent? {
    guard let name else { return nil }
    if name.matches("message"), let from, let datetime { return .heard(.message(from: from, datetime: datetime)) }
    if name.matches("friend"), let id, let status { return .heard(.status(of: id, status)) }
    if name.matches("status"), let status { return .ownStatus(status) }
    if name.matches("listening") { return .listening(address: addressText, userID: userID) }
    return nil
  }

  private var addressText: String {
    guard let address, address.count <= 64 else { return "" }
    return String(decoding: address, as: UTF8.self)
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func matches(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount, let baseAddress else { return false }
    return memcmp(baseAddress, text.utf8Start, count) == 0
  }

  fileprivate var identifier: Identifier? {
    guard count == 32 else { return nil }
    var halves: (UInt64, UInt64) = (0, 0)
    for index in 0..<32 {
      guard let nibble = Hex.value(self[index]) else { return nil }
      if index < 16 { halves.0 = halves.0 << 4 | UInt64(nibble) } else { halves.1 = halves.1 << 4 | UInt64(nibble) }
    }
    return Identifier(high: halves.0, low: halves.1)
  }

  fileprivate var decimal: UInt64? {
    guard count > 0, count <= 20 else { return nil }
    var value: UInt64 = 0
    for byte in self {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = product.addingReportingOverflow(UInt64(byte - 0x30))
      if overflowed || carried { return nil }
      value = sum
    }
    return value
  }

  fileprivate var status: UserStatusCode? {
    if matches("online") { return .online }
    if matches("busy") { return .busy }
    if matches("away") { return .away }
    return matches("invisible") ? .invisible : nil
  }
}
