import S2WMPWire

/// A case as the tables of requirements write it down, before it is made for one of them.
struct Trial {
  enum Control {
    /// The same with nothing changed in its packets (`Case.plain`).
    case derived
    case steps([Step])
    case none(String)
  }

  var steps: [Step]
  var control = Control.derived
  var needs: Set<Need> = []
  /// What is owed does not depend on friendship: checks before the sender's fail.
  var isForAnyone = false
  var isFresh = false

  /// Packets in one write.
  static func burst(_ plans: PacketPlan...) -> Trial { Trial(steps: [.send(plans, .whole)]) }
  static func steps(_ steps: Step...) -> Trial { Trial(steps: steps) }
  static func m(_ changes: Change..., from sender: Sender = .friend) -> Trial { one(.message, sender, changes) }
  static func sc(_ changes: Change..., from sender: Sender = .friend) -> Trial { one(.statusChange, sender, changes) }
  static func cr(_ changes: Change..., from sender: Sender = .newcomer) -> Trial { one(.chatRequest, sender, changes) }
  static func ic(_ changes: Change..., from sender: Sender = .mover) -> Trial { one(.idChange, sender, changes) }
  /// A BPM to the target's own UDP port.
  static func bpm(_ changes: Change..., from sender: Sender = .stranger) -> Trial {
    Trial(steps: [.datagram(PacketPlan(.broadcastPeer, from: sender, changes))])
  }

  private static func one(_ type: PacketType, _ sender: Sender, _ changes: [Change]) -> Trial {
    Trial(steps: [.send([PacketPlan(type, from: sender, changes)], .whole)])
  }

  func needing(_ more: Need...) -> Trial { with { $0.needs.formUnion(more) } }
  func controlled(by steps: Step...) -> Trial { with { $0.control = .steps(steps) } }
  func uncontrolled(_ reason: String) -> Trial { with { $0.control = .none(reason) } }
  /// Runs without friendship as well.
  var anyone: Trial { with { $0.isForAnyone = true } }
  /// On a connection of its own.
  var fresh: Trial { with { $0.isFresh = true } }

  private func with(_ change: (inout Trial) -> Void) -> Trial {
    var copy = self
    change(&copy)
    return copy
  }

  func made(for id: String, _ role: TargetRole, _ dialect: Dialect) -> ConformanceCase {
    let test = Case(role: role, dialect: dialect, requirement: id, isFresh: isFresh, steps)
    var (found, reason): (Case?, String?) = (nil, nil)
    switch control {
    case .derived: found = test.plain
    case .steps(let steps): found = Case(role: role, dialect: dialect, isFresh: isFresh, steps)
    case .none(let words): reason = words
    }
    if found == nil, reason == nil { reason = "nothing is changed in it" }
    return ConformanceCase(
      test: test, control: found, uncontrolled: reason, needs: needs.union(test.needs(isForAnyone: isForAnyone)),
      controlNeeds: found?.needs(isForAnyone: false) ?? [])
  }
}

extension Case {
  /// The same with nothing changed in its packets: each the plainest valid one, of a friend, in one write, without bytes that are no packet and without
  /// stalls, and about no requirement. Nil when nothing is left of it or nothing was changed.
  public var plain: Case? {
    var copy = self
    copy.requirement = nil
    copy.steps = steps.compactMap(\.plain)
    let hasPackets = copy.steps.contains { step in
      switch step {
      case .send, .datagram: true
      default: false
      }
    }
    return hasPackets && copy.steps != steps ? copy : nil
  }

  /// What its steps need.
  func needs(isForAnyone: Bool) -> Set<Need> {
    var found: Set<Need> = []
    for step in steps {
      switch step {
      case .send(let plans, _) where role == .peer:
        if !isForAnyone, plans.contains(where: \.needsFriendship) { found.insert(.friendship) }
        if plans.contains(where: \.needsAcceptance) { found.insert(.acceptance) }
      case .datagram, .datagramNoise: found.insert(.datagrams)
      case .stall: found.insert(.readTimeout)
      case .pause(let span, _): found.insert(.pause(span))
      case .status: found.insert(.heard)
      case .source(let number): if number > 0 { found.insert(.sources(number + 1)) }
      case .send, .noise, .await, .end, .reset, .connection: break
      }
    }
    return found
  }
}

extension Step {
  fileprivate var plain: Step? {
    switch self {
    case .send(let plans, _): .send(plans.map(\.plain), .whole)
    case .datagram(let plan): .datagram(plan.plain)
    case .noise, .datagramNoise, .stall, .reset, .pause: nil
    case .await, .end, .connection, .source, .status: self
    }
  }
}

extension PacketPlan {
  fileprivate var plain: PacketPlan {
    let isOfFriends = [.message, .statusChange, .idChange].contains(type)
    return PacketPlan(type, from: isOfFriends && sender == .stranger ? (type == .idChange ? .mover : .friend) : sender)
  }

  fileprivate var needsFriendship: Bool {
    [.message, .statusChange, .idChange].contains(type) && [.friend, .other, .mover].contains(sender)
  }

  /// The plainest chat request of somebody new.
  fileprivate var needsAcceptance: Bool { type == .chatRequest && sender == .newcomer && changes.isEmpty }
}

/// Packets of the tables.
enum Plain {
  static func m(_ changes: Change..., from sender: Sender = .friend) -> PacketPlan { PacketPlan(.message, from: sender, changes) }
  static func sc(_ changes: Change..., from sender: Sender = .friend) -> PacketPlan { PacketPlan(.statusChange, from: sender, changes) }
  static func cr(_ changes: Change..., from sender: Sender = .newcomer) -> PacketPlan { PacketPlan(.chatRequest, from: sender, changes) }
  static func ic(_ changes: Change..., from sender: Sender = .mover) -> PacketPlan { PacketPlan(.idChange, from: sender, changes) }
  static func packet(_ type: PacketType, _ changes: Change..., from sender: Sender = .friend) -> PacketPlan {
    PacketPlan(type, from: sender, changes)
  }
}

extension Change {
  static func field(_ name: String, _ number: UInt64) -> Change { .set(name, .number(number)) }
  static func id(_ name: String, _ party: Party) -> Change { .set(name, .party(party)) }
  static func says(_ bytes: [UInt8]) -> Change { .text(.bytes(bytes)) }
}

extension Step {
  static func burst(_ plans: PacketPlan...) -> Step { .send(plans, .whole) }
}
