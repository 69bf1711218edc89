import S2WMPWire

/// ACKs of what we sent (S2WMP §3.2.6). One counts only on the connection on which its packet went, and only with its `datetime` and our ID.
extension Peer {
  func receiveAcknowledgement(_ packet: PacketView, on connection: Connection) {
    guard let friend = connection.friend, packet.undefinedValues.isEmpty else { return }
    let error = packet[Acknowledgement.error]
    let (datetime, userID) = (packet[Acknowledgement.datetime], packet[Acknowledgement.userID])
    if let index = friend.parcels.firstIndex(where: { $0.isInFlight && $0.datetime == datetime && $0.sentAs == userID }) {
      parcelAnswered(index, of: friend, error)
    } else if friend.greeting.sentDatetime == datetime, friend.greeting.sentAs == userID {
      friend.greeting = Greeting(isDue: false)
    } else if let change = friend.idChange, change.isSent, change.timestamp == datetime, change.from == userID {
      idChangeAnswered(change, of: friend, error)
    } else {
      return
    }
    routeWorks(friend)
    pump(friend)
  }

  private func parcelAnswered(_ index: Int, of friend: Friend, _ error: UInt8) {
    let parcel = friend.parcels[index]
    guard Transitions.follow(&friend.parcels[index].state, .response) == .tellUser else { return }
    // One side's ID changed while the message was under way: it was meant for a pair that is no more.
    if error == 1, parcel.sentTo != friend.id || parcel.sentAs != userID { return requeue(index, of: friend) }
    _ = removeParcel(at: index, of: friend)
    guard error != 0 else {
      store(.messageSettled(to: friend.id, datetime: parcel.datetime, error: 0))
      return tell(.acknowledged(to: friend.id, datetime: parcel.datetime))
    }
    settle(parcel, of: friend, error: error, reason: Self.meaning(ofError: error))
  }

  /// Back to its place among those that wait: behind the ones in flight.
  private func requeue(_ index: Int, of friend: Friend) {
    var parcel = removeParcel(at: index, of: friend)
    parcel.isInFlight = false
    friend.parcels.insert(parcel, at: min(friend.inFlight, friend.parcels.count))
  }

  static func meaning(ofError error: UInt8) -> String {
    Codes.error.code(error)?.text ?? "error \(error)"
  }
}
