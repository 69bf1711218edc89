import Glibc
import NIOCore
import S2WMPFlow
import S2WMPPeer

/// One TCP connection of a peer. Bytes go to the shell as they come; what the core answers within one burst of reads leaves in one write.
///
/// Back-pressure: while the other side does not take what we send, nothing more is read from it.
final class PeerConnection: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  enum Phase {
    /// Not open yet.
    case opening
    case open
    /// FIN is sent or on its way; what still comes is discarded.
    case closing
    case gone
  }

  /// Not yet named by the core: nil.
  var id: ConnectionID?
  private(set) var phase = Phase.opening
  private unowned let shell: PeerShell
  private let isAccepted: Bool
  private var context: ChannelHandlerContext?
  private var hasUnflushedWrites = false
  private var inputEnded = false
  private var outputEnded = false
  /// A read that was held back because the outgoing buffer is full.
  private var heldRead = false
  private var deadline: Scheduled<Void>?

  init(shell: PeerShell, isAccepted: Bool) {
    self.shell = shell
    self.isAccepted = isAccepted
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    deadline?.cancel()
  }

  func channelActive(context: ChannelHandlerContext) {
    if phase == .gone { return context.close(promise: nil) }
    phase = .open
    if isAccepted {
      shell.accepted(self, from: context.remoteAddress.flatMap(Endpoint.init))
    } else {
      shell.connected(self)
    }
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    phase = .gone
    deadline?.cancel()
    shell.closed(self)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard phase == .open else { return }
    shell.received(unwrapInboundIn(data), on: self)
  }

  func read(context: ChannelHandlerContext) {
    if phase == .open, !context.channel.isWritable {
      heldRead = true
    } else {
      context.read()
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    guard phase == .open else { return }
    deadline?.cancel()
    guard context.channel.isWritable else {
      deadline = after(PeerShell.unreadLimit) {
        $0.shell.logger.debug("a connection does not read what it is sent"); $0.abort()
      }
      return
    }
    if heldRead {
      heldRead = false
      context.read()
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard let event = event as? ChannelEvent, event == .inputClosed else { return context.fireUserInboundEventTriggered(event) }
    inputEnded = true
    switch phase {
    case .open: shell.ended(self)
    case .closing: if outputEnded { context.close(promise: nil) }
    case .opening, .gone: break
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}

/// What the core wants done with the connection.
extension PeerConnection {
  func send(_ bytes: [UInt8]) {
    guard phase == .open, let context else { return }
    if !context.channel.isWritable, isOverfull(context) {
      shell.logger.debug("a connection does not read what it is sent")
      return abort()
    }
    context.write(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
    guard !hasUnflushedWrites else { return }
    hasUnflushedWrites = true
    shell.flushLater(self)
  }

  func flush() {
    guard hasUnflushedWrites, let context else { return }
    hasUnflushedWrites = false
    context.flush()
  }

  /// Everything sent, then FIN, then read and discard until the other side's FIN, for at most a second (S2WMP wire format, section 4).
  func close() {
    guard phase == .open, let context else { return abort() }
    phase = .closing
    deadline?.cancel()
    flush()
    deadline = after(.seconds(1)) { $0.context?.close(promise: nil) }
    if inputEnded { return closeWhenWritten(context) }
    let ended = context.eventLoop.makePromise(of: Void.self)
    ended.futureResult.assumeIsolated().whenComplete { [weak self] _ in self?.endedOutput() }
    context.close(mode: .output, promise: ended)
    if heldRead {
      heldRead = false
      context.read()
    }
  }

  /// At once; the other side sees a reset.
  func abort() {
    guard phase != .gone else { return }
    phase = .gone
    guard let context else { return }
    // Done at once, on this thread; where it fails, the other side sees a FIN.
    _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
    context.close(promise: nil)
  }

  private func endedOutput() {
    outputEnded = true
    if inputEnded { context?.close(promise: nil) }
  }

  /// The other side's FIN came before: NIO would drop what is not written yet. An empty write is done when those before it are.
  private func closeWhenWritten(_ context: ChannelHandlerContext) {
    let written = context.eventLoop.makePromise(of: Void.self)
    let channel = context.channel
    written.futureResult.whenComplete { _ in channel.close(promise: nil) }
    context.writeAndFlush(wrapOutboundOut(channel.allocator.buffer(capacity: 0)), promise: written)
  }

  private func isOverfull(_ context: ChannelHandlerContext) -> Bool {
    ((try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0) > PeerShell.maximumUnsentBytes
  }

  private func after(_ time: TimeAmount, _ body: @escaping (PeerConnection) -> Void) -> Scheduled<Void>? {
    context?.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in
      if let self { body(self) }
    }
  }
}
