extension Endpoint {
  /// The address in network order: 4 bytes for IPv4, 16 for IPv6.
  public var addressBytes: [UInt8] {
    var bytes: [UInt8] = []
    if isIPv4 {
      bytes.putBigEndian(UInt32(truncatingIfNeeded: low))
    } else {
      bytes.putBigEndian(high)
      bytes.putBigEndian(low)
    }
    return bytes
  }
}
