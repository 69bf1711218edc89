/// Packets as bytes, written out by hand so that the analyzer's own tables do not check themselves.
enum Packets {
  /// Milliseconds since 1970 near the capture times of `Talk`.
  static let now: UInt64 = 1_790_000_000_000

  static func big(_ value: UInt64, _ size: Int) -> [UInt8] { (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
  static func id(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 16) }

  /// S2WMP §3.1.
  static func message(
    type: UInt8 = 1, status: UInt8 = 0, at time: UInt64 = now, undefined: [UInt8] = [0, 0, 0], from sender: UInt8 = 0xa1, body: [UInt8] = [7, 7, 7, 7]
  ) -> [UInt8] {
    [1, type, status] + big(UInt64(body.count), 2) + big(time, 8) + undefined + id(sender) + id(0xb2) + id(0xc3) + id(0xd4) + body
  }

  /// S2WMP §3.7.
  static func ack(_ ack: UInt8 = 1, _ error: UInt8 = 0, at time: UInt64 = now, to user: UInt8 = 0xa1) -> [UInt8] {
    [1, 6, ack, error] + big(time, 8) + id(user)
  }

  private static func keyAndName(_ key: [UInt8], _ name: [UInt8]) -> [UInt8] { big(UInt64(key.count), 4) + key + big(UInt64(name.count), 4) + name }

  /// S2WMP §3.2; the key does not parse.
  static func chatRequest(from requestor: UInt8 = 0xa1, to user: UInt8 = 0xb2, name: [UInt8] = [0x61, 0x62]) -> [UInt8] {
    [1, 8] + id(requestor) + id(user) + keyAndName([1, 2, 3], name)
  }

  static func chatResponse(status: UInt8 = 1, to requestor: UInt8 = 0xa1, from user: UInt8 = 0xb2) -> [UInt8] {
    [1, 10, status] + id(requestor) + id(user) + big(0, 8)
  }

  /// S2WMP §3.3 to §3.6.
  static func registration(_ request: UInt64, of user: UInt8 = 0xa1) -> [UInt8] { [1, 2] + big(request, 8) + id(user) }
  static func registered(_ request: UInt64, status: UInt8 = 0) -> [UInt8] { [1, 9, status] + big(request, 8) }

  static func lookup(_ type: UInt8, _ request: UInt64, status: UInt8 = 0, broadcast: UInt8? = nil, of user: UInt8 = 0xa1) -> [UInt8] {
    [1, type] + big(now, 8) + big(request, 8) + [status, broadcast ?? (type == 4 ? 0 : 1)] + id(user) + id(0)
  }

  static func found(_ type: UInt8, _ request: UInt64, to user: UInt8 = 0xa1, from other: UInt8 = 0xb2) -> [UInt8] {
    [1, type] + big(now, 8) + big(request, 8) + [0, 0] + id(user) + id(other) + id(0) + big(5000, 2)
  }

  /// S2WMP §3.8.
  static func idChange(_ request: UInt64, at time: UInt64 = now, of user: UInt8 = 0xa1) -> [UInt8] {
    [1, 11] + big(time, 8) + big(request, 8) + id(user) + id(0xe5) + id(0xc3) + big(3, 4) + [1, 2, 3]
  }

  /// Appendix L.
  static func legacyMessage(status: UInt8 = 1, at time: UInt64 = now, from sender: UInt8 = 0xa1, body: [UInt8] = id(0x99)) -> [UInt8] {
    [1, 1, status] + big(UInt64(body.count), 2) + big(time, 8) + id(sender) + id(0xb2) + id(0xc3) + id(0xd4) + body
  }

  static func legacyStatus(_ status: UInt8 = 1) -> [UInt8] { [1, 3, status] + id(7) }
  static func legacyRegistration(of user: UInt8 = 0xa1) -> [UInt8] { [1, 2] + id(user) + id(7) }
  static func legacyRegistered(_ user: UInt8 = 0xa1) -> [UInt8] { [1, 9, 0] + id(user) }
  static func legacyLookup(_ request: UInt8) -> [UInt8] { [1, 4] + big(now, 8) + id(request) + id(0xa1) + id(0xb2) }

  static func legacyFound(_ request: UInt8) -> [UInt8] { [1, 5] + big(now, 8) + [0] + id(request) + id(0xb2) + id(0xa1) + [10, 0, 0, 9] }

  static func legacyBroadcast(of user: UInt8 = 0xa1) -> [UInt8] {
    [1, 7] + big(now, 8) + id(user) + [UInt8](repeating: 0, count: 16).enumerated().flatMap { [$0.element, 0x20] } + [0]
  }

  static func legacyChatRequest(from requestor: UInt8 = 0xa1, to user: UInt8 = 0xb2, key: [UInt8] = [1, 2, 3]) -> [UInt8] {
    [1, 8, 1] + big(now, 8) + id(requestor) + id(user) + keyAndName(key, [0x61])
  }
}
