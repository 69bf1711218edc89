import CDatagrams
import Glibc
import NIOCore

/// Sends datagrams in batches from a socket that NIO reads.
///
/// Own code, because NIO closes a datagram channel when a single send fails with anything but "too long" and "host unreachable": on a machine without a
/// default route one forged source address would end the server. It also lets an answer leave from the address that was asked, where a machine has several.
final class DatagramSender {
  static let batch = 64
  private static let slot = 128
  private static let controlSize = 48

  /// As `struct mmsghdr` lies in memory.
  private struct Message {
    var header = msghdr()
    var length: UInt32 = 0
  }

  private let descriptor: Int32
  private let messages = UnsafeMutablePointer<Message>.allocate(capacity: batch)
  private let vectors = UnsafeMutablePointer<iovec>.allocate(capacity: batch)
  private let names = UnsafeMutablePointer<sockaddr_storage>.allocate(capacity: batch)
  private let bytes = UnsafeMutableRawPointer.allocate(byteCount: batch * slot, alignment: 8)
  private let controls = UnsafeMutableRawPointer.allocate(byteCount: batch * controlSize, alignment: 8)
  private var count = 0
  /// Datagrams that could not be sent.
  private(set) var failures: UInt64 = 0

  /// Takes over the descriptor.
  init(descriptor: Int32) {
    self.descriptor = descriptor
    messages.initialize(repeating: Message(), count: Self.batch)
    vectors.initialize(repeating: iovec(), count: Self.batch)
    names.initialize(repeating: sockaddr_storage(), count: Self.batch)
  }

  deinit {
    close(descriptor)
    messages.deallocate()
    vectors.deallocate()
    names.deallocate()
    bytes.deallocate()
    controls.deallocate()
  }

  /// Queues one datagram; the queue is sent when it is full.
  ///
  /// - source: the local address it leaves from; nil: by the route. Ignored when it is not the machine's (a broadcast address).
  func send(_ datagram: [UInt8], to remote: SocketAddress, from source: SocketAddress?) {
    guard datagram.count <= Self.slot else { return }
    let index = count
    // SAFETY: `index` is below `batch`, as a full batch is sent before this returns; the datagram fits its slot.
    let start = bytes + index * Self.slot
    datagram.withUnsafeBytes { start.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(start), byteCount: $0.count) }
    vectors[index] = iovec(iov_base: start, iov_len: datagram.count)
    let length = remote.withSockAddr { address, size in
      let size = min(size, MemoryLayout<sockaddr_storage>.size)
      memcpy(names + index, address, size)
      return size
    }
    var header = msghdr()
    header.msg_name = UnsafeMutableRawPointer(names + index)
    header.msg_namelen = socklen_t(length)
    header.msg_iov = vectors + index
    header.msg_iovlen = 1
    if let source { setSource(source, controls + index * Self.controlSize, &header) }
    messages[index] = Message(header: header)
    count += 1
    if count == Self.batch { flush() }
  }

  /// Sends what is queued. A datagram that cannot be sent is lost, as UDP allows; the others are not.
  func flush() {
    var done = 0
    while done < count {
      let sent = s2wmp_sendmmsg(descriptor, messages + done, UInt32(count - done), Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
      if sent > 0 {
        done += Int(sent)
      } else if sent < 0, errno == EINTR {
        continue
      } else if messages[done].header.msg_controllen > 0 {
        // Once more, from whatever address the route gives.
        messages[done].header.msg_control = nil
        messages[done].header.msg_controllen = 0
      } else {
        failures += 1
        done += 1
      }
    }
    count = 0
  }

  /// A control message IP_PKTINFO or IPV6_PKTINFO: length, level, type, then the structure.
  private func setSource(_ source: SocketAddress, _ control: UnsafeMutableRawPointer, _ header: inout msghdr) {
    let head = 16
    var size = head
    switch source {
    case .v4(let address):
      var information = in_pktinfo()
      information.ipi_spec_dst = address.address.sin_addr
      control.storeBytes(of: Int32(IPPROTO_IP), toByteOffset: 8, as: Int32.self)
      control.storeBytes(of: Int32(IP_PKTINFO), toByteOffset: 12, as: Int32.self)
      control.storeBytes(of: information, toByteOffset: head, as: in_pktinfo.self)
      size += MemoryLayout<in_pktinfo>.size
    case .v6(let address):
      control.storeBytes(of: Int32(IPPROTO_IPV6), toByteOffset: 8, as: Int32.self)
      control.storeBytes(of: Int32(IPV6_PKTINFO), toByteOffset: 12, as: Int32.self)
      control.storeBytes(of: address.address.sin6_addr, toByteOffset: head, as: in6_addr.self)
      // The interface: by the route, or by the scope of the destination.
      control.storeBytes(of: 0, toByteOffset: head + 16, as: UInt32.self)
      size += 20
    case .unixDomainSocket: return
    }
    control.storeBytes(of: size, as: Int.self)
    header.msg_control = control
    header.msg_controllen = (size + 7) & ~7
  }
}
