import NIOCore
import S2WMPFlow

/// An interface's own broadcast address and the interface's address beside it.
struct BroadcastTarget: Hashable {
  var local: Endpoint
  var broadcast: Endpoint
}

/// Where a broadcast goes: the broadcast address of every IPv4 interface that has one, asked anew each time because interfaces come and go.
enum BroadcastTargets {
  static func current() throws -> [BroadcastTarget] {
    var targets: [BroadcastTarget] = []
    for device in try System.enumerateDevices() {
      guard let address = device.address, let broadcast = device.broadcastAddress else { continue }
      guard let local = Endpoint(address), let target = Endpoint(broadcast), local.isIPv4, target.isIPv4, !local.isLoopback else { continue }
      let found = BroadcastTarget(local: local, broadcast: target)
      if !targets.contains(found) { targets.append(found) }
    }
    return targets
  }

  /// The loopback interface has no broadcast flag, yet 127.255.255.255 reaches every socket on it: for peers that listen there only.
  static let loopback = Endpoint.ipv4(0x7fff_ffff, port: 0)
}
