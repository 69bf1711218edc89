import NIOCore
import S2WMPFlow
import S2WMPPeer

/// One TCP connection to the server.
final class BootstrapConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// How long bytes of the other side are read and discarded after our FIN (S2WMP wire format, section 4).
  private static let lingering = TimeAmount.seconds(1)

  private let host: BootstrapHost
  private let source: Endpoint
  private let stream: BootstrapStream
  private var context: ChannelHandlerContext?
  private var isLingering = false
  private var hasEnded = false
  private var timer: Scheduled<Void>?
  private var timerDue: UInt64 = 0
  /// Monotonic nanoseconds.
  private(set) var lastHeard = SystemClock.now().monotonic

  init(_ host: BootstrapHost, from source: Endpoint) {
    self.host = host
    self.source = source
    stream = BootstrapStream(from: source)
  }

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    if !host.admit(self, from: source) { context.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    host.forget(self, from: source)
    self.context = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    let now = SystemClock.now()
    lastHeard = now.monotonic
    if isLingering { return }
    carryOut(buffer.withUnsafeReadableBytes { stream.receive($0, host.server, at: now) }, context)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
    hasEnded = true
    if isLingering { return context.close(promise: nil) }
    carryOut(stream.receiveEnd(host.server, at: SystemClock.now()), context)
  }

  /// Answers that nobody reads must not pile up: no more requests are read until they are gone.
  func channelWritabilityChanged(context: ChannelHandlerContext) {
    _ = context.channel.setOption(.autoRead, value: context.channel.isWritable || isLingering)
  }

  /// A reset, or the like.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  /// Closes at once.
  func abort() { context?.close(promise: nil) }

  private func carryOut(_ outcome: BootstrapStream.Outcome, _ context: ChannelHandlerContext) {
    if !outcome.bytes.isEmpty { context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: outcome.bytes)), promise: nil) }
    if outcome.closes { return linger(context) }
    guard let deadline = stream.deadline else { return }
    if timer == nil || timerDue > deadline { schedule(deadline, context) }
  }

  /// A timer that fires too early is set again: cheaper than a new one for every piece.
  private func schedule(_ deadline: UInt64, _ context: ChannelHandlerContext) {
    timer?.cancel()
    timerDue = deadline
    timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: NIODeadline.uptimeNanoseconds(deadline)) { self.receiveTimer() }
  }

  private func receiveTimer() {
    timer = nil
    guard let context, !isLingering, let deadline = stream.deadline else { return }
    let now = SystemClock.now()
    guard now.monotonic >= deadline else { return schedule(deadline, context) }
    carryOut(stream.receiveTimeout(host.server, at: now), context)
  }

  /// FIN after what was written, then discard until the other side's FIN, for at most a second.
  private func linger(_ context: ChannelHandlerContext) {
    isLingering = true
    timer?.cancel()
    _ = context.channel.setOption(.autoRead, value: true)
    let loop = context.eventLoop.assumeIsolated()
    timer = loop.scheduleTask(in: Self.lingering) { self.abort() }
    context.close(mode: .output).assumeIsolated().whenComplete { _ in
      if self.hasEnded { self.abort() }
    }
  }
}
