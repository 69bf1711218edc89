import S2WMPWire

/// Where generated cases come from, and what they can be extended by: the same seed gives the same ones.
public protocol CaseSource: Sendable {
  var seed: UInt64 { get }
  /// One case.
  func make(_ random: inout SeededRandom) -> Case
  /// One whose consequence is known whatever happens: in place of an extension that the oracle cannot judge.
  func plain(_ random: inout SeededRandom) -> Case
  /// Something to send behind a case.
  func further(_ random: inout SeededRandom) -> Step
  /// One more change to a packet.
  func change(_ plan: inout PacketPlan, _ random: inout SeededRandom)
  /// Whether what goes by UDP is extended like what goes over a connection.
  var extendsDatagrams: Bool { get }
}

extension CaseSource {
  func random(for index: Int) -> SeededRandom { SeededRandom(seed: seed &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(truncatingIfNeeded: index)) }

  /// Case number `index`, from 0.
  public func make(_ index: Int) -> Case {
    var random = random(for: index)
    return make(&random)
  }
}

extension CaseGenerator: CaseSource {
  public var extendsDatagrams: Bool { false }

  public func plain(_ random: inout SeededRandom) -> Case { Case([.send([packet(.message, defects: 1, &random)], .whole)]) }

  public func further(_ random: inout SeededRandom) -> Step { .send([packet(defects: random.below(2), &random)], .whole) }

  public func change(_ plan: inout PacketPlan, _ random: inout SeededRandom) {
    guard let layout = LayoutID(plan.type, .v1) else { return }
    guard let change = menu.change(row(of: layout, &random), plan.type, &random) else { return }
    add(change, to: &plan)
  }
}

/// Any source of cases.
public struct AnyCaseSource: CaseSource {
  private let base: any CaseSource

  public init(_ base: any CaseSource) { self.base = base }

  public var seed: UInt64 { base.seed }
  public var extendsDatagrams: Bool { base.extendsDatagrams }
  public func make(_ random: inout SeededRandom) -> Case { base.make(&random) }
  public func plain(_ random: inout SeededRandom) -> Case { base.plain(&random) }
  public func further(_ random: inout SeededRandom) -> Step { base.further(&random) }
  public func change(_ plan: inout PacketPlan, _ random: inout SeededRandom) { base.change(&plan, &random) }
}
