import S2WMPFlow
import S2WMPWire

/// Where a bootstrap server is to listen, looked up.
struct ListenTarget {
  var endpoint: Endpoint
  /// Whether this machine may lack the address: the default names both families, and so may a host name.
  var isOptional = false

  static func all(_ addresses: [ListenAddress]) throws -> [ListenTarget] {
    guard !addresses.isEmpty else {
      let six = Endpoint(high: 0, low: 0, port: DefaultPort.bootstrap, isIPv4: false)
      return [ListenTarget(endpoint: .ipv4(0, port: DefaultPort.bootstrap)), ListenTarget(endpoint: six, isOptional: true)]
    }
    return try addresses.flatMap { address in
      do throws(PeerSetupError) {
        let found = try HostLookup.endpoints(host: address.host, port: address.port)
        return found.enumerated().map { ListenTarget(endpoint: $1, isOptional: $0 > 0) }
      } catch {
        throw BootstrapFailure(description: error.description)
      }
    }
  }
}
