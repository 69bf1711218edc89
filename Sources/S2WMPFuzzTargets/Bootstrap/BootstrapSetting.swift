import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// What the first two bytes of a script choose: how the bootstrap server is set up.
struct BootstrapSetting {
  static let wall: UInt64 = 1_700_000_000_000
  static let home = Endpoint.ipv4(0x0a00_00fe, port: 5005)
  static let serverID = Identifier(high: 0x5e17_e21d, low: 0x5e17_e21d)
  /// Where requests come from: five sources, some with two ports; port 0 is one that nothing can be sent to. Fewer than the rate limiter's sets are wide, so
  /// that none is ever forgotten.
  static let places: [Endpoint] = [
    .ipv4(0x0a00_0001, port: 5000), .ipv4(0x0a00_0001, port: 6000), .ipv4(0x0a00_0002, port: 5000), .ipv4(0x0a00_0003, port: 0),
    Endpoint(high: 0xfe80 << 48, low: 1, port: 5000, isIPv4: false), Endpoint(high: 0xfe80 << 48, low: 2, port: 7, isIPv4: false),
  ]

  var configuration = BootstrapConfiguration()

  init(_ first: UInt8, _ second: UInt8) {
    configuration.rate = [1, 2, 50, 1_000_000_000][Int(first & 3)]
    configuration.burst = [1, 3, 5, 200][Int(first >> 2 & 3)]
    configuration.ban = [.milliseconds(100), .seconds(2), .seconds(60), 0][Int(first >> 4 & 3)]
    configuration.lifetime = [.seconds(900), .seconds(2), .milliseconds(500), .seconds(60)][Int(first >> 6)]
    configuration.maximumRegistrations = [1, 2, 4, 1000][Int(second & 3)]
    configuration.persists = second & 4 != 0
    configuration.trackedSources = 16
  }
}
