import S2WMPWire

/// An instance in flight beside others on the same connection.
final class Flight {
  var instance = Instance()
  var observation = Observation()
  var awaited = 0
  /// Replies that count: all but those that belong to an earlier instance.
  var answered = 0
  var sentAt: UInt64 = 0

  func begin(_ now: UInt64) {
    observation.reset()
    awaited = instance.awaited
    answered = 0
    sentAt = now
  }

  var isDone: Bool { answered >= awaited }

  /// Whether the packet can be the next reply that this instance is owed.
  func isOwed(_ packet: UnsafeRawBufferPointer) -> Bool {
    answered < instance.expected.count && instance.expected[answered].isAnswered(by: packet)
  }

  /// Whether the packet is once more what answered this instance last.
  func wasAnswered(by packet: UnsafeRawBufferPointer) -> Bool {
    answered > 0 && answered <= instance.expected.count && instance.expected[answered - 1].isAnswered(by: packet)
  }
}

extension ExpectedReply {
  /// Whether the packet is of the right type and echoes the right request, whatever it says about it.
  func isAnswered(by packet: UnsafeRawBufferPointer) -> Bool {
    guard let view = PacketView(framed: packet, .v1) else { return false }
    switch (form, view.type) {
    case (.acknowledgement, .acknowledgement): return view[Acknowledgement.datetime] == datetime && view[Acknowledgement.userID] == id
    case (.chatResponse, .chatRequestResponse): return view[ChatRequestResponse.requestorID] == id
    case (.registration, .registrationResponse): return view[RegistrationResponse.requestID] == Opaque64(requestID)
    case (.lookup, .lookupResponse): return view[LookupResponse.requestID] == Opaque64(requestID)
    case (.serverFound, .broadcastServerResponse), (.peerFound, .broadcastPeerResponse): return view[LookupResponse.requestID] == Opaque64(requestID)
    default: return false
    }
  }
}
