import S2WMPAnalysis
import S2WMPCapture
import S2WMPCrypto
import S2WMPFlow
import S2WMPInsight
import S2WMPReport
import S2WMPWire

/// What an anonymized copy must know before its first packet is written: which IDs belong to which keys.
final class AnonymizerLearning: RecordingSink {
  private(set) var anonymizer: Anonymizer

  init(_ anonymizer: Anonymizer) { self.anonymizer = anonymizer }

  func receive(_ packet: borrowing Dissection) { anonymizer.learn(packet) }
}

/// Writes packets into a capture of their own, rewritten so that it can be shared.
///
/// The frames are made anew around the rewritten packets: nothing of the original's comes along that was not understood (other traffic, malformed
/// bytes, link addresses, IP and TCP options).
final class AnonymizedCopy: RecordingSink {
  private let capture: SyntheticCapture
  private let writer: CaptureFileWriter
  private let filter: DisplayFilter?
  private let limit: UInt64
  private var anonymizer: Anonymizer
  private var connections: [UInt32: SyntheticConnection] = [:]
  private var lastTime = CaptureTime.none
  private(set) var written: UInt64 = 0
  /// Malformed runs, which are left out.
  private(set) var leftOut: UInt64 = 0
  private var failure: (any Error)?

  init(_ anonymizer: Anonymizer, to writer: CaptureFileWriter, filter: DisplayFilter?, limit: UInt64?) {
    self.anonymizer = anonymizer
    self.writer = writer
    self.filter = filter
    self.limit = limit ?? .max
    capture = SyntheticCapture(writer: writer)
  }

  var isDone: Bool { written >= limit || failure != nil }

  func receive(_ packet: borrowing Dissection) {
    if isDone { return }
    if let filter, !filter.matches(copy packet) { return }
    guard let bytes = anonymizer.packet(packet) else { return leftOut += 1 }
    do { try write(bytes, copy packet) } catch { failure = error }
    written += 1
  }

  private func write(_ bytes: [UInt8], _ packet: Dissection) throws {
    let (source, destination) = (anonymizer.endpoint(packet.source), anonymizer.endpoint(packet.destination))
    if !packet.time.isNone { lastTime = packet.time }
    guard packet.transport == .tcp else { return try capture.datagram(from: source, to: destination, bytes, time: packet.time) }
    let connection = try connections[packet.stream] ?? open(packet, source, destination)
    try connection.send(from: source == connection.client ? .client : .server, bytes, time: packet.time)
  }

  /// Who listens on a port of ours is the server; else who speaks first is the client.
  private func open(_ packet: Dissection, _ source: Endpoint, _ destination: Endpoint) throws -> SyntheticConnection {
    let isServer = { (port: UInt16) in port == DefaultPort.peer || port == DefaultPort.bootstrap }
    let isBackward = isServer(source.port) && !isServer(destination.port)
    let connection = try capture.openConnection(
      client: isBackward ? destination : source, server: isBackward ? source : destination, time: packet.time)
    connections[packet.stream] = connection
    return connection
  }

  /// Ends the connections of one input: the next numbers its own from 0.
  func endFile() {
    if failure != nil { return }
    do {
      for (_, connection) in connections.sorted(by: { $0.key < $1.key }) { try connection.close(time: lastTime) }
    } catch { failure = error }
    connections.removeAll()
  }

  func close() throws {
    if let failure { throw CommandError(description: "\(failure)") }
    do {
      try capture.finish()
      try writer.close()
    } catch { throw CommandError(description: "\(error)") }
  }
}
