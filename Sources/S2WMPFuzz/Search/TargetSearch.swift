import Glibc
import S2WMPFlow
import S2WMPWire

/// Finds a target by what the user wrote, and learns what is needed to talk to it. Every failure is one sentence.
public enum TargetSearch {
  /// The addresses of `host:port`, `[IPv6]:port`, or of a host alone; a name may have several.
  public static func endpoints(_ text: String, defaultPort: UInt16 = DefaultPort.peer) throws(TargetFault) -> [Endpoint] {
    if let endpoint = Endpoint(text: text) { return [try usable(endpoint, text)] }
    if let endpoint = Endpoint(address: text, port: defaultPort) { return [endpoint] }
    guard let (host, port) = split(text, defaultPort) else {
      throw TargetFault("\"\(shown(text))\" is no target; write host:port, such as 127.0.0.1:5000 or [::1]:5000")
    }
    if let endpoint = Endpoint(address: host, port: port) { return [try usable(endpoint, text)] }
    return try resolve(host, port)
  }

  private static func usable(_ endpoint: Endpoint, _ text: String) throws(TargetFault) -> Endpoint {
    guard endpoint.port != 0 else { throw TargetFault("port 0 in \"\(shown(text))\" cannot be connected to; name the port that the target listens on") }
    return endpoint
  }

  private static func split(_ text: String, _ defaultPort: UInt16) -> (host: String, port: UInt16)? {
    var host = text[...]
    var port = defaultPort
    if let colon = text.lastIndex(of: ":"), text.firstIndex(of: ":") == colon || text[..<colon].hasSuffix("]") {
      guard let number = UInt16(text[text.index(after: colon)...]), number > 0 else { return nil }
      (host, port) = (text[..<colon], number)
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    let isName = host.utf8.allSatisfy { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a || $0 >= 0x30 && $0 <= 0x3a || $0 == 0x2d || $0 == 0x2e || $0 == 0x5f }
    return isName && !host.isEmpty && host.utf8.count < 256 ? (String(host), port) : nil
  }

  private static func resolve(_ host: String, _ port: UInt16) throws(TargetFault) -> [Endpoint] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, nil, &hints, &list)
    guard status == 0 else {
      throw TargetFault("the host \(host) is not known (\(String(cString: gai_strerror(status)))); check its name, or give its address")
    }
    defer { freeaddrinfo(list) }
    var found: [Endpoint] = []
    var entry = list
    while let current = entry?.pointee {
      if let address = current.ai_addr, var endpoint = Endpoint(UnsafePointer(address), length: current.ai_addrlen) {
        endpoint.port = port
        if !found.contains(endpoint) { found.append(endpoint) }
      }
      entry = current.ai_next
    }
    guard !found.isEmpty else { throw TargetFault("the host \(host) has neither an IPv4 nor an IPv6 address; give its address") }
    return found
  }

  /// The first of several addresses that takes a connection; the first alone is given back as it is.
  public static func reachable(_ endpoints: [Endpoint]) -> Endpoint? {
    guard endpoints.count > 1 else { return endpoints.first }
    return endpoints.first { SpawnedTarget.takesConnections($0) } ?? endpoints.first
  }

  /// What a user wrote, safe for a terminal and not too long.
  private static func shown(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(80).map { $0.value >= 0x20 && $0.value < 0x7f ? $0 : "?" }))
  }
}
