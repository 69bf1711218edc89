import S2WMPWire

/// Where a packet stands in a list of cases.
struct PacketPlace: Hashable {
  var number: Int
  var step: Int
  /// Its place in a burst; 0 in a datagram.
  var index: Int
}

extension [Case] {
  /// All packets, in order.
  var places: [PacketPlace] {
    indices.flatMap { number in
      self[number].steps.indices.flatMap { step -> [PacketPlace] in
        switch self[number].steps[step] {
        case .send(let plans, _): plans.indices.map { PacketPlace(number: number, step: step, index: $0) }
        case .datagram: [PacketPlace(number: number, step: step, index: 0)]
        default: []
        }
      }
    }
  }

  func plan(_ place: PacketPlace) -> PacketPlan? {
    switch self[place.number].steps[place.step] {
    case .send(let plans, _): plans.indices.contains(place.index) ? plans[place.index] : nil
    case .datagram(let plan): plan
    default: nil
    }
  }

  func replacing(_ place: PacketPlace, by plan: PacketPlan) -> [Case] {
    var copy = self
    switch self[place.number].steps[place.step] {
    case .send(var plans, let cuts):
      plans[place.index] = plan
      copy[place.number].steps[place.step] = .send(plans, cuts)
    case .datagram: copy[place.number].steps[place.step] = .datagram(plan)
    default: break
    }
    return copy
  }

  /// Without the packet; a step that has none left goes with it, and so does a case without steps.
  func removing(_ place: PacketPlace) -> [Case] {
    guard case .send(var plans, let cuts) = self[place.number].steps[place.step], plans.count > 1 else { return removingStep(place.number, place.step) }
    var copy = self
    plans.remove(at: place.index)
    copy[place.number].steps[place.step] = .send(plans, cuts)
    return copy
  }

  func removingStep(_ number: Int, _ step: Int) -> [Case] {
    var copy = self
    copy[number].steps.remove(at: step)
    if copy[number].steps.isEmpty { copy.remove(at: number) }
    return copy
  }

  /// Packets and changes in all.
  var packetCount: Int { places.count }
  var changeCount: Int { places.reduce(0) { $0 + (plan($1)?.changes.count ?? 0) } }

  /// Fewer packets, or as many with fewer changes.
  func isLess(than other: [Case]) -> Bool { (packetCount, changeCount) < (other.packetCount, other.changeCount) }
}

extension PacketPlan {
  func removingChange(_ index: Int) -> PacketPlan {
    var copy = self
    copy.changes.remove(at: index)
    return copy
  }

  func replacingChange(_ index: Int, by change: Change) -> PacketPlan {
    var copy = self
    copy.changes[index] = change
    return copy
  }

  func with(_ changes: [Change]) -> PacketPlan { PacketPlan(type, from: sender, changes) }
}
