/// Frames built byte by byte, so that the tests do not depend on the code under test.
enum FrameMaker {
  static let client: [UInt8] = [10, 0, 0, 7]
  static let server: [UInt8] = [10, 0, 0, 9]
  static let client6: [UInt8] = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]
  static let server6: [UInt8] = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]

  static func be16(_ value: Int) -> [UInt8] { [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)] }
  static func be32(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) } }
  static func le32(_ value: UInt32) -> [UInt8] { be32(value).reversed() }

  static func tcp(
    _ source: Int, _ destination: Int, seq: UInt32, ack: UInt32 = 0, flags: UInt8 = 0x10, options: [UInt8] = [], _ payload: [UInt8] = []
  ) -> [UInt8] {
    let offset = UInt8((20 + options.count) / 4) << 4
    return be16(source) + be16(destination) + be32(seq) + be32(ack) + [offset, flags, 0xff, 0xff, 0, 0, 0, 0] + options + payload
  }

  static func udp(_ source: Int, _ destination: Int, length: Int? = nil, _ payload: [UInt8]) -> [UInt8] {
    be16(source) + be16(destination) + be16(length ?? payload.count + 8) + [0, 0] + payload
  }

  static func ipv4(
    _ source: [UInt8] = client, _ destination: [UInt8] = server, transport: UInt8, id: Int = 0, fragment: Int = 0, options: [UInt8] = [],
    total: Int? = nil, _ payload: [UInt8]
  ) -> [UInt8] {
    let header = 20 + options.count
    let length = total ?? header + payload.count
    return [0x40 | UInt8(header / 4), 0] + be16(length) + be16(id) + be16(fragment) + [64, transport, 0, 0] + source + destination + options
      + payload
  }

  static func ipv6(_ source: [UInt8] = client6, _ destination: [UInt8] = server6, next: UInt8, length: Int? = nil, _ payload: [UInt8]) -> [UInt8] {
    [0x60, 0, 0, 0] + be16(length ?? payload.count) + [next, 64] + source + destination + payload
  }

  /// A fragment header of IPv6.
  static func fragmentHeader(next: UInt8, offset: Int, more: Bool, id: UInt32) -> [UInt8] {
    [next, 0] + be16(offset | (more ? 1 : 0)) + be32(id)
  }

  static func ethernet(type: Int, tags: [Int] = [], _ payload: [UInt8], padded: Bool = true) -> [UInt8] {
    let addresses: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]
    let stack = tags.flatMap { be16($0) + be16(42) }
    let frame = addresses + stack + be16(type) + payload
    return padded && frame.count < 60 ? frame + [UInt8](repeating: 0xee, count: 60 - frame.count) : frame
  }

  static func ethernet4(_ packet: [UInt8]) -> [UInt8] { ethernet(type: 0x0800, packet) }
}

extension Array where Element == UInt8 {
  init(_ text: String) { self = Array(text.utf8) }
}
