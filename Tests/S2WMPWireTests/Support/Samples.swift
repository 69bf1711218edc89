/// Packets put together by hand from the wire format's text, so that rows, framer and encoder have something to disagree with.
enum Samples {
  static func big(_ value: UInt64, _ size: Int) -> [UInt8] { (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }

  /// Sixteen equal bytes.
  static func id(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 16) }

  static func messaging(type: UInt8 = 1, status: UInt8 = 0, length: Int, undefined: UInt64 = 0, body: Int? = nil) -> [UInt8] {
    [1, type, status] + big(UInt64(length), 2) + big(1_480_000_000_000, 8) + big(undefined, 3) + id(0xa1) + id(0xb2) + id(0xc3) + id(0xd4)
      + [UInt8](repeating: 0x5a, count: body ?? length)
  }

  /// Key and name as their declared lengths say, unless there are to be more or fewer bytes.
  private static func keyAndName(_ key: UInt64, _ name: UInt64, _ text: [UInt8]?) -> [UInt8] {
    big(key, 4) + [UInt8](repeating: 0x30, count: Int(min(key, 9000))) + big(name, 4)
      + (text ?? [UInt8](repeating: 0x61, count: Int(min(name, 300))))
  }

  static func chatRequest(key: UInt64 = 3, name: UInt64 = 5, text: [UInt8]? = nil) -> [UInt8] {
    [1, 8] + id(0xa1) + id(0xb2) + keyAndName(key, name, text)
  }

  static func chatResponse(status: UInt8 = 0, key: UInt64 = 3, name: UInt64 = 5, text: [UInt8]? = nil) -> [UInt8] {
    [1, 10, status] + id(0xa1) + id(0xb2) + keyAndName(key, name, text)
  }

  static func legacyChatRequest(status: UInt8 = 1, key: UInt64 = 3, name: UInt64 = 5, text: [UInt8]? = nil) -> [UInt8] {
    [1, 8, status] + big(1_480_000_000_000, 8) + id(0xa1) + id(0xb2) + keyAndName(key, name, text)
  }

  static func idChange(key: UInt64 = 3) -> [UInt8] {
    [1, 11] + big(1_480_000_000_000, 8) + big(7, 8) + id(0xa1) + id(0xb2) + id(0xc3) + big(key, 4)
      + [UInt8](repeating: 0x30, count: Int(min(key, 9000)))
  }

  static func lookup(type: UInt8 = 4, status: UInt8 = 0, broadcast: UInt8 = 0) -> [UInt8] {
    [1, type] + big(1_480_000_000_000, 8) + big(7, 8) + [status, broadcast] + id(0xa1) + id(0xb2)
  }

  static func lookupResponse(type: UInt8 = 5, status: UInt8 = 0, broadcast: UInt8 = 0) -> [UInt8] {
    lookup(type: type, status: status, broadcast: broadcast) + big(0, 10) + [255, 255, 10, 0, 0, 7] + big(5000, 2)
  }

  static func acknowledgement(ack: UInt8 = 1, error: UInt8 = 0) -> [UInt8] { [1, 6, ack, error] + big(1_480_000_000_000, 8) + id(0xa1) }

  static func registration() -> [UInt8] { [1, 2] + big(7, 8) + id(0xa1) }

  static func registrationResponse(status: UInt8 = 0) -> [UInt8] { [1, 9, status] + big(7, 8) }

  static func legacyMessaging(status: UInt8 = 1, length: Int, body: Int? = nil) -> [UInt8] {
    [1, 1, status] + big(UInt64(length), 2) + big(1_480_000_000_000, 8) + id(0xa1) + id(0xb2) + id(0xc3) + id(0xd4)
      + [UInt8](repeating: 0x5a, count: body ?? length)
  }

  static func legacyRegistration() -> [UInt8] { [1, 2] + id(0xa1) + id(0x07) }

  static func legacyStatus(status: UInt8 = 1) -> [UInt8] { [1, 3, status] + id(0x07) }

  static func legacyLookup() -> [UInt8] { [1, 4] + big(1_480_000_000_000, 8) + id(0x07) + id(0xa1) + id(0xb2) }

  static func legacyLookupResponse(status: UInt8 = 0) -> [UInt8] {
    [1, 5] + big(1_480_000_000_000, 8) + [status] + id(0x07) + id(0xa1) + id(0xb2) + [10, 0, 0, 7]
  }

  static func legacyRegistrationResponse(status: UInt8 = 0) -> [UInt8] { [1, 9, status] + id(0xa1) }

  /// A User Broadcast of so many bytes in all, whatever that does to the name.
  static func userBroadcast(bytes: Int = 59, units: [UInt16] = [0x62, 0x6f, 0x62], reply: UInt8 = 0) -> [UInt8] {
    var name = units.flatMap { big(UInt64($0), 2) }
    while name.count < bytes - 27 { name += [0, 0x20] }
    return Array(([1, 7] + big(1_480_000_000_000, 8) + id(0xa1) + name).prefix(bytes - 1)) + [reply]
  }
}
