import S2WMPFuzz
import S2WMPPeer
import S2WMPWire
import Testing

/// Registrations and bans end with time (S2WMP wire format, section 6.2): on the clock of the core, in no time.
@Suite("What time does at a bootstrap server")
struct ServerTimeTests {
  private let reg = Step.datagram(PacketPlan(.registration))
  private let own = Step.datagram(PacketPlan(.lookup))
  private let flood = Step.send([PacketPlan](repeating: PacketPlan(.registration), count: 300), .whole)

  private func outcome(_ steps: [Step], _ defect: String? = nil) throws -> ServerBench.Outcome {
    try ServerBench(defect: defect.flatMap { ServerDefect(name: $0) }).run(Case(role: .bootstrap, steps))
  }

  /// Requirement and kind; nil: as owed.
  private func found(_ steps: [Step], _ defect: String? = nil) throws -> String? {
    switch try outcome(steps, defect) {
    case .asOwed: return nil
    case .mismatch(let mismatch): return "\(mismatch.requirement) \(mismatch.kind.rawValue)"
    case .fault(let fault): throw fault
    }
  }

  @Test func registrationsExpire() throws {
    #expect(try found([reg, .pause(.lifetime, percent: 60), own]) == nil)
    #expect(try found([reg, .pause(.lifetime, percent: 120), own]) == nil)
    #expect(try found([reg, .pause(.lifetime, percent: 120), .source(1), reg, own]) == nil)
    #expect(try found([reg, .pause(.lifetime, percent: 120), own], "never-expires") == "6.2/reg.expiry accepted-malformed")
    #expect(try found([reg, .pause(.lifetime, percent: 120), .source(1), reg], "never-expires") == "6.2/reg.expiry rejected-valid")
  }

  @Test func refreshingProlongs() throws {
    let steps: [Step] = [reg, .pause(.lifetime, percent: 60), reg, .pause(.lifetime, percent: 60)]
    #expect(try found(steps + [own]) == nil)
    #expect(try found(steps + [.pause(.lifetime, percent: 60), own]) == nil)
    #expect(try found(steps + [own], "reg-keeps-age") == "6.2/reg.refresh rejected-valid")
    #expect(try found(steps + [.source(1), reg], "reg-keeps-age") == "6.2/reg.refresh accepted-malformed")
  }

  @Test func bansEndAndAreNotExtended() throws {
    let undisturbed: [Step] = [flood, .pause(.ban, percent: 120), reg]
    let disturbed: [Step] = [flood, .pause(.ban, percent: 60), reg, own, .pause(.ban, percent: 60), reg]
    for steps in [undisturbed, disturbed] { #expect(try found(steps) == nil) }
    #expect(try found(undisturbed, "ban-extended") == nil)
    #expect(try found(disturbed, "ban-extended") == "6.2/rate.not-extended no-reply")
    #expect(try found(disturbed, "banned-answered") == "6.2/rate.silence accepted-malformed")
    #expect(try found([flood, reg, .source(1), reg], "banned-answered") == "6.2/rate.silence accepted-malformed")
  }

  @Test("Near to the end of a time nothing is said", arguments: [81, 95, 109])
  func nearTheEnd(_ percent: Int) throws {
    guard case .fault = try outcome([reg, .pause(.lifetime, percent: percent), own]) else { return #expect(Bool(false), "registration") }
    guard case .fault = try outcome([flood, .pause(.ban, percent: percent), reg]) else { return #expect(Bool(false), "ban") }
  }

  @Test("What nobody knows is not asked")
  func unknown() throws {
    // Whether an IC prolongs is left to the server.
    let moved: [Step] = [reg, .pause(.lifetime, percent: 60), .datagram(PacketPlan(.idChange)), .pause(.lifetime, percent: 60)]
    guard case .fault = try outcome(moved + [own]) else { return #expect(Bool(false), "moved") }
    #expect(try found(moved + [.pause(.lifetime, percent: 60), own]) == nil)
    // A connection may be closed when nothing was sent for long.
    let lookUp = Step.send([PacketPlan(.registration)], .whole)
    guard case .fault = try outcome([lookUp, .pause(.lifetime, percent: 60), lookUp]) else { return #expect(Bool(false), "connection") }
    #expect(try found([lookUp, .pause(.lifetime, percent: 60), .connection(1), lookUp]) == nil)
    guard case .fault = try outcome([.send([PacketPlan(.registration, [.cut(20)])], .whole), .pause(.ban, percent: 60)]) else {
      return #expect(Bool(false), "inside a packet")
    }
  }

  @Test("A pause that nobody has time for is refused, and says how long it takes")
  func patience() throws {
    let examiner = BootstrapExaminer(try BootstrapSession(sources: 100, start: 1_800_000_000_000, seed: 1))
    var instance = Instance()
    let fault = #expect(throws: CaseFault.self) {
      try examiner.make(Case(role: .bootstrap, [reg, .pause(.lifetime, percent: 120), own]), checksAlive: false, into: &instance)
    }
    #expect(fault?.description.contains("18 minutes") == true)
  }
}
