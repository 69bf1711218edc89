import S2WMPWire

@testable import S2WMPFuzz

/// Short ways to write instances. Requests are 10 bytes of anything: a scripted server does not look at them.
extension Instance {
  static let request = [UInt8](0..<10)

  static func exchange(isFresh: Bool = false) -> Instance {
    var instance = Instance()
    instance.isFresh = isFresh
    instance.send(request)
    instance.owe(1)
    instance.fates = [.open]
    return instance
  }

  mutating func send(_ bytes: [UInt8], on connection: Int = 0) {
    actions.append(.send(add(bytes), connection: connection))
  }

  mutating func add(_ bytes: [UInt8]) -> Range<Int> {
    let start = buffer.count
    buffer += bytes
    return start..<buffer.count
  }

  mutating func owe(_ count: Int, on connection: Int = 0, _ patience: Patience = .reply) {
    var reply = ExpectedReply(.acknowledgement, status: 0)
    reply.connection = connection
    let there = expected.count { $0.connection == connection }
    expected += Array(repeating: reply, count: max(0, count - there))
    actions.append(.awaitReplies(count, connection: connection, patience))
  }
}

/// An ACK whose datetime tells it from others.
func acknowledgement(_ datetime: UInt64 = 0, error: UInt8 = 0) -> [UInt8] {
  guard var builder = PacketBuilder(.acknowledgement, .v1) else { return [] }
  builder.set(Acknowledgement.ack, error == 0 ? 1 : 0)
  builder.set(Acknowledgement.error, error)
  builder.set(Acknowledgement.datetime, datetime)
  return builder.build()
}

func statusChange(_ datetime: UInt64, from sender: Identifier) -> [UInt8] {
  guard var builder = PacketBuilder(.statusChange, .v1) else { return [] }
  builder.set(Messaging.datetime, datetime)
  builder.set(Messaging.senderID, sender)
  return builder.build()
}

extension Observation {
  func bytes(_ index: Int) -> [UInt8] { index < replies.count ? Array(received[replies[index].range]) : [] }
}

extension SocketTarget {
  func observe(_ instance: Instance) throws -> Observation {
    var observation = Observation()
    try run(instance, into: &observation)
    return observation
  }
}
