import Glibc
import Logging
import NIOCore
import NIOPosix

/// Why an address cannot be listened on.
struct ListenRefusal: Error {
  var address: SocketAddress
  var code: Int32

  var failure: BootstrapFailure {
    let place = address.endpoint.map { "\($0)" } ?? "\(address)"
    let advice =
      switch code {
      case EADDRINUSE: "another program uses this port; stop it or choose another port with --listen"
      case EADDRNOTAVAIL: "this machine has no such address; name one that it has with --listen"
      case EACCES: "ports below 1024 need a privilege; choose a higher one with --listen"
      default: systemErrorText(code)
      }
    return BootstrapFailure(description: "cannot listen on \(place): \(advice)")
  }
}

/// TCP and UDP on the same address and port.
struct SocketPair {
  /// For port 0: how many ports that TCP was given are tried with UDP.
  private static let attempts = 16

  var stream: BoundSocket
  var datagram: BoundSocket

  static func make(_ address: SocketAddress) throws(ListenRefusal) -> SocketPair {
    var attemptsLeft = address.port == 0 ? Self.attempts : 1
    while true {
      attemptsLeft -= 1
      let stream = try bound(.stream, address)
      // Two servers could bind one TCP port with SO_REUSEADDR as long as neither listens.
      guard listen(stream.descriptor, 256) == 0 else {
        let code = errno
        close(stream.descriptor)
        throw ListenRefusal(address: address, code: code)
      }
      do throws(ListenRefusal) {
        return SocketPair(stream: stream, datagram: try bound(.datagram, address.withPort(UInt16(truncatingIfNeeded: stream.address.port ?? 0))))
      } catch {
        close(stream.descriptor)
        if attemptsLeft == 0 || error.code != EADDRINUSE { throw error }
      }
    }
  }

  private static func bound(_ kind: BoundSocket.Kind, _ address: SocketAddress) throws(ListenRefusal) -> BoundSocket {
    do throws(BoundSocket.Refusal) {
      return try BoundSocket.make(kind, address)
    } catch {
      throw ListenRefusal(address: address, code: error.code)
    }
  }
}

/// A socket bound to one IPv4 address does not get what is sent to the broadcast address of its network: BSM needs a second one.
enum BroadcastSocket {
  /// Nil where there is no broadcast address, or the socket hears it anyway.
  static func make(beside address: SocketAddress, logger: Logger) -> BoundSocket? {
    guard !address.isAnyAddress, address.protocol == .inet, let port = address.port, let devices = try? System.enumerateDevices() else { return nil }
    let device = devices.first { $0.address?.withPort(0) == address.withPort(0) && $0.broadcastAddress != nil }
    guard let broadcast = device?.broadcastAddress, broadcast.protocol == .inet else { return nil }
    do throws(BoundSocket.Refusal) {
      return try BoundSocket.make(.datagram, broadcast.withPort(UInt16(truncatingIfNeeded: port)))
    } catch {
      logger.warning("broadcasts are not heard on this address", metadata: ["address": "\(broadcast)", "error": "\(systemErrorText(error.code))"])
      return nil
    }
  }
}
