import Glibc
import NIOCore
import S2WMPWire

/// Where to listen, resolved.
struct ListenAddress {
  var address: SocketAddress
  /// Whether a missing address family is no error: the default list names both families, and a machine may have only one.
  var isOptional = false

  /// The addresses that texts of the form `host:port` name.
  static func all(_ texts: [String]) throws -> [ListenAddress] {
    guard !texts.isEmpty else {
      let port = Int(DefaultPort.bootstrap)
      return [
        ListenAddress(address: try SocketAddress(ipAddress: "0.0.0.0", port: port)),
        ListenAddress(address: try SocketAddress(ipAddress: "::", port: port), isOptional: true),
      ]
    }
    return try texts.map { ListenAddress(address: try resolve($0)) }
  }

  private static func resolve(_ text: String) throws -> SocketAddress {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { throw malformed(text) }
    var host = text[..<colon]
    let isBracketed = host.first == "[" && host.last == "]" && host.count > 2
    if isBracketed { host = host.dropFirst().dropLast() }
    guard !host.isEmpty, isBracketed || !host.contains(":") else { throw malformed(text) }
    do {
      return try SocketAddress.makeAddressResolvingHost(String(host), port: Int(port))
    } catch {
      throw BootstrapFailure(
        description: "--listen \(text): there is no address named \(host) here; give an address of this machine and a port, such as 0.0.0.0:5005")
    }
  }

  private static func malformed(_ text: String) -> BootstrapFailure {
    BootstrapFailure(description: "--listen \(text) is not an address and a port, such as 0.0.0.0:5005 or [::]:5005")
  }
}
