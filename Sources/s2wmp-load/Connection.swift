import Glibc
import S2WMPWire

/// A blocking TCP connection to 127.0.0.1.
final class Connection {
  private let descriptor: Int32

  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let done = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
    guard done == 0 else { throw LoadError("nothing listens on 127.0.0.1:\(port): \(String(cString: strerror(errno)))") }
  }

  deinit { close(descriptor) }

  func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw LoadError("the peer closed the connection") }
      sent += count
    }
  }

  /// The next whole packet.
  func receive() throws -> [UInt8] {
    var packet: [UInt8] = []
    while true {
      switch packet.withUnsafeBytes({ Framer.frame($0, .v1) }) {
      case .framed: return packet
      case .incomplete(let needed): packet += try read(exactly: needed - packet.count)
      case .fault(let fault): throw LoadError("the peer sent no S2WMP packet: \(fault.fieldName) is wrong")
      }
    }
  }

  private func read(exactly count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var have = 0
    while have < count {
      let received = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress?.advanced(by: have), count - have) }
      guard received > 0 else { throw LoadError("the peer closed the connection") }
      have += received
    }
    return bytes
  }
}
