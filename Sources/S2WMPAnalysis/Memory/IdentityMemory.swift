import S2WMPFlow
import S2WMPWire

/// Remembers where user IDs were seen and which keys came with them. Bounded: when full, no more are learned.
struct IdentityMemory {
  private static let maximum = 65_536

  private struct Address: Hashable {
    var high: UInt64
    var low: UInt64
  }

  private var addresses: [Identifier: (endpoint: Endpoint, frame: UInt64)] = [:]
  private var keys: [Identifier: (hash: UInt64, frame: UInt64)] = [:]

  /// Notes that an ID was registered or announced from an address; gives the first address when it was another.
  mutating func announce(_ id: Identifier, from endpoint: Endpoint, frame: UInt64) -> (endpoint: Endpoint, frame: UInt64)? {
    if let known = addresses[id] {
      return known.endpoint.high == endpoint.high && known.endpoint.low == endpoint.low ? nil : known
    }
    if addresses.count < Self.maximum { addresses[id] = (endpoint, frame) }
    return nil
  }

  /// Notes the key that came with an ID; gives the frame of the first key when it was another.
  mutating func noteKey(of id: Identifier, hash: UInt64, frame: UInt64) -> UInt64? {
    if let known = keys[id] { return known.hash == hash ? nil : known.frame }
    if keys.count < Self.maximum { keys[id] = (hash, frame) }
    return nil
  }
}
