import NIOCore
import S2WMPFlow
import S2WMPPeer

/// Requests over UDP: read by NIO in batches, answered in batches.
final class BootstrapDatagramHandler: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>

  /// Longer than every packet for a server (an IC is 8,262 bytes at most), so that nothing longer can be cut to look like one.
  static let readSize = 8320
  /// Datagrams taken with one system call.
  static let readBatch = 32

  private let host: BootstrapHost
  private let sender: DatagramSender
  private let listener: Endpoint

  /// - listener: where TCP connections are taken.
  init(_ host: BootstrapHost, sender: DatagramSender, listener: Endpoint) {
    self.host = host
    self.sender = sender
    self.listener = listener
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let envelope = unwrapInboundIn(data)
    let asker = envelope.remoteAddress
    guard let source = Endpoint(asker) else { return }
    let now = SystemClock.now()
    let answer = envelope.data.withUnsafeReadableBytes {
      host.server.receiveDatagram($0, from: source, at: now) { host.listening(listener, for: source, at: now) }
    }
    guard let answer else { return }
    var destination = asker
    if let port = answer.port { destination.port = Int(port) }
    sender.send(answer.bytes, to: destination, from: envelope.metadata?.packetInfo?.destinationAddress)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    sender.flush()
    context.fireChannelReadComplete()
  }

  /// What the network says about datagrams of ours (a port nobody listens on) is no reason to end.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    host.logger.debug("UDP socket", metadata: ["error": "\(error)"])
  }
}
