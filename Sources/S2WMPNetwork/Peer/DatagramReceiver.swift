import NIOCore
import S2WMPFlow

/// Hands every datagram of a socket to the shell.
final class DatagramReceiver: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>

  private unowned let shell: PeerShell

  init(shell: PeerShell) { self.shell = shell }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let envelope = unwrapInboundIn(data)
    guard let remote = Endpoint(envelope.remoteAddress) else { return }
    shell.received(envelope.data, from: remote)
  }

  /// After an output error the socket's next read may report it: nothing is lost by it.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    shell.logger.debug("a datagram socket reported an error", metadata: ["error": "\(error)"])
  }

  func channelInactive(context: ChannelHandlerContext) { shell.lostListener() }
}
