import Glibc
import Logging
import NIOCore
import NIOPosix
import S2WMPFlow

/// Listeners, timers and the host, all on one event loop.
final class BootstrapNode {
  private let options: BootstrapOptions
  private let loop: any EventLoop
  private let host: BootstrapHost
  private let store: BootstrapStore?
  private let logger: Logger
  private var channels: [any Channel] = []
  private var senders: [DatagramSender] = []
  private var timers: [RepeatedTask] = []
  /// Where TCP connections and datagrams are taken.
  private(set) var addresses: [Endpoint] = []

  init(_ options: BootstrapOptions, store: BootstrapStore?, loop: any EventLoop, logger: Logger) throws {
    self.options = options
    self.loop = loop
    self.store = store
    self.logger = logger
    host = try BootstrapHost(options, store: store, loop: loop, logger: logger)
  }

  func start() -> EventLoopFuture<Void> {
    var pending: [EventLoopFuture<Void>] = []
    do {
      for target in try ListenTarget.all(options.listen) {
        do throws(ListenRefusal) {
          let pair = try SocketPair.make(target.endpoint)
          pending += open(pair)
        } catch {
          guard target.isOptional, error.code == EAFNOSUPPORT || error.code == EADDRNOTAVAIL else { throw error.failure }
          logger.notice("this machine has no such address; listening on the others", metadata: ["address": "\(target.endpoint)"])
        }
      }
    } catch {
      return loop.makeFailedFuture(error)
    }
    let bound = NIOLoopBound(self, eventLoop: loop)
    return EventLoopFuture.andAllSucceed(pending, on: loop).map { bound.value.startTimers() }
  }

  private func startTimers() {
    let (host, loop) = (NIOLoopBound(host, eventLoop: loop), loop)
    timers.append(loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in host.value.tick() })
    timers.append(loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(500)) { _ in host.value.save() })
  }

  func report() -> BootstrapReport { host.report(datagramsLost: senders.reduce(0) { $0 + $1.failures }) }

  /// Takes nothing more, answers what is there, and stores everything.
  func stop() -> EventLoopFuture<BootstrapReport> {
    for timer in timers { timer.cancel() }
    let last = report()
    for channel in channels { channel.close(promise: nil) }
    host.closeConnections()
    let (store, logger) = (store, logger)
    return host.saveAll(on: loop).map {
      do { try store?.close() } catch { logger.error("the store could not be closed", metadata: ["error": "\(error)"]) }
      return last
    }
  }

  // MARK: Listeners

  private func open(_ pair: SocketPair) -> [EventLoopFuture<Void>] {
    let sender = DatagramSender(descriptor: dup(pair.datagram.descriptor))
    senders.append(sender)
    addresses.append(pair.stream.endpoint)
    var futures = [openStream(pair.stream), openDatagram(pair.datagram, sender, listener: pair.stream.endpoint)]
    if let broadcast = BroadcastSocket.make(beside: pair.datagram.endpoint, logger: logger) {
      futures.append(openDatagram(broadcast, sender, listener: pair.stream.endpoint))
    }
    return futures
  }

  private func openDatagram(_ socket: BoundSocket, _ sender: DatagramSender, listener: Endpoint) -> EventLoopFuture<Void> {
    let bound = NIOLoopBound((node: self, host: host, sender: sender), eventLoop: loop)
    return DatagramBootstrap(group: loop)
      .channelOption(.datagramVectorReadMessageCount, value: BootstrapDatagramHandler.readBatch)
      .channelOption(
        .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: BootstrapDatagramHandler.readBatch * BootstrapDatagramHandler.readSize)
      )
      .channelOption(.maxMessagesPerRead, value: 4)
      .channelOption(.receivePacketInfo, value: socket.endpoint.isAnyAddress)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let handler = BootstrapDatagramHandler(bound.value.host, sender: bound.value.sender, listener: listener)
          try channel.pipeline.syncOperations.addHandler(handler)
        }
      }
      .withBoundSocket(socket.descriptor).map { bound.value.node.channels.append($0) }
  }

  private func openStream(_ socket: BoundSocket) -> EventLoopFuture<Void> {
    let bound = NIOLoopBound((node: self, host: host), eventLoop: loop)
    return ServerBootstrap(group: loop)
      .serverChannelOption(.backlog, value: 256)
      // Without a free descriptor the listener would be ready all the time: it waits a second instead.
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler()) }
      }
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16384))
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          guard let source = channel.remoteAddress.flatMap(Endpoint.init) else { throw ChannelError.alreadyClosed }
          try channel.pipeline.syncOperations.addHandler(BootstrapConnectionHandler(bound.value.host, from: source))
        }
      }
      .withBoundSocket(socket.descriptor).map { bound.value.node.channels.append($0) }
  }
}
