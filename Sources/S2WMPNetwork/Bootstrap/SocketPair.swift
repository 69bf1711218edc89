import Glibc
import Logging
import S2WMPFlow

/// Why an address cannot be listened on.
struct ListenRefusal: Error {
  var endpoint: Endpoint
  var code: Int32

  var failure: BootstrapFailure {
    let advice =
      switch code {
      case EADDRINUSE: "another program uses this port; stop it or choose another port with --listen"
      case EADDRNOTAVAIL: "this machine has no such address; name one that it has with --listen"
      case EACCES: "ports below 1024 need a privilege; choose a higher one with --listen"
      default: String(cString: strerror(code))
      }
    return BootstrapFailure(description: "cannot listen on \(endpoint): \(advice)")
  }
}

/// TCP, listening, and UDP on the same address and port.
struct SocketPair {
  /// For port 0: how many ports that TCP was given are tried with UDP.
  private static let attempts = 16

  var stream: BoundSocket
  var datagram: BoundSocket

  static func make(_ endpoint: Endpoint) throws(ListenRefusal) -> SocketPair {
    var attemptsLeft = endpoint.port == 0 ? Self.attempts : 1
    while true {
      attemptsLeft -= 1
      let stream = try bound(.stream, endpoint)
      // With SO_REUSEADDR two servers could bind one port as long as neither listens.
      guard listen(stream.descriptor, 256) == 0 else {
        let code = errno
        close(stream.descriptor)
        throw ListenRefusal(endpoint: endpoint, code: code)
      }
      do throws(ListenRefusal) {
        return SocketPair(stream: stream, datagram: try bound(.datagram, stream.endpoint))
      } catch {
        close(stream.descriptor)
        if attemptsLeft == 0 || error.code != EADDRINUSE { throw error }
      }
    }
  }

  private static func bound(_ kind: BoundSocket.Kind, _ endpoint: Endpoint) throws(ListenRefusal) -> BoundSocket {
    do throws(BoundSocket.Refusal) {
      return try BoundSocket.make(kind, endpoint)
    } catch {
      throw ListenRefusal(endpoint: endpoint, code: error.code)
    }
  }
}

/// A socket bound to one IPv4 address does not get what is sent to the broadcast address of its network: BSM needs a second one.
enum BroadcastSocket {
  /// Nil where there is no broadcast address, or the socket hears it anyway.
  static func make(beside endpoint: Endpoint, logger: Logger) -> BoundSocket? {
    guard endpoint.isIPv4, !endpoint.isAnyAddress, let broadcast = broadcast(of: endpoint, logger) else { return nil }
    do throws(BoundSocket.Refusal) {
      return try BoundSocket.make(.datagram, broadcast.withPort(endpoint.port))
    } catch {
      complain(logger, broadcast, String(cString: strerror(error.code)))
      return nil
    }
  }

  private static func broadcast(of endpoint: Endpoint, _ logger: Logger) -> Endpoint? {
    if endpoint.isLoopback { return BroadcastTargets.loopback }
    do {
      return try BroadcastTargets.current().first { $0.local.hasAddress(of: endpoint) }?.broadcast
    } catch {
      complain(logger, endpoint, "\(error)")
      return nil
    }
  }

  private static func complain(_ logger: Logger, _ endpoint: Endpoint, _ reason: String) {
    logger.warning("broadcasts are not heard on this address", metadata: ["address": "\(endpoint)", "error": "\(reason)"])
  }
}
