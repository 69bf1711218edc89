import S2WMPCrypto
import S2WMPWire

/// Makes cases for a bootstrap server concrete: bytes, what a runner does with them, and what is then owed (S2WMP wire format, sections 4 and 6.2).
///
/// What is sent over different connections, or as datagrams and over a connection, can overtake each other. So everything owed is waited for before
/// the next one is used, and the order of a case is the order in which the server sees it.
public struct BootstrapForge {
  let session: BootstrapSession
  var packets: ServerPackets
  let peers: CaseForge
  var model: ServerModel
  var instance = Instance()
  var connections: [ServerLine] = [ServerLine()]
  var current = Channel.stream(0)
  var lastUsed: Channel?
  var source = 0
  var datagrams = ServerDatagrams()
  var rate = SourceRates()
  var isUncertain = false

  public init(_ session: BootstrapSession) {
    self.session = session
    packets = ServerPackets(session)
    peers = CaseForge(session.standIn)
    model = ServerModel(session.limits)
  }

  enum Channel: Hashable {
    case stream(Int)
    /// From that source.
    case datagrams(Int)
  }

  var isStream: Bool { if case .stream = current { true } else { false } }
  /// The connection that steps act on; -1 while it is datagrams.
  var number: Int { if case .stream(let number) = current { number } else { -1 } }

  /// The instance of a case. Its storage is used again.
  ///
  /// - checksAlive: whether each connection, and what datagrams were sent, ends with a valid exchange even where every packet is answered.
  public mutating func make(_ given: Case, checksAlive: Bool, into out: inout Instance) throws {
    try begin(given, &out)
    defer { swap(&instance, &out) }
    for (index, step) in given.steps.enumerated() { try add(step, index) }
    try finish(checksAlive)
    instance.fates = connections.map(\.fate)
    session.keep(isUncertain ? [] : model.registrations)
  }

  private mutating func begin(_ given: Case, _ out: inout Instance) throws {
    session.begin(bans: given.requests > session.limits.burst)
    packets.begin()
    model.clear()
    source = try session.source(0)
    swap(&instance, &out)
    instance.reset()
    // Addresses change from case to case.
    instance.isFresh = true
    instance.actions.append(.source(source))
    connections.removeAll(keepingCapacity: true)
    connections.append(ServerLine())
    (current, lastUsed, datagrams, isUncertain) = (.stream(0), nil, ServerDatagrams(), false)
    rate.clear()
  }

  private mutating func add(_ step: Step, _ index: Int) throws {
    switch step {
    case .send(let plans, let cuts): try send(plans, cuts, index)
    case .noise(let bytes): try noise(bytes, index)
    case .await: wait(on: current)
    case .end: try end()
    case .reset: reset()
    case .stall: stall()
    case .pause(let span, let percent): try pause(span, percent)
    case .connection(let number): try choose(number)
    case .source(let number): try move(to: number)
    case .datagram(let plan): try datagram(plan, index)
    case .datagramNoise(let bytes): try datagramNoise(bytes, index)
    case .status: throw CaseFault("a server has no status to set")
    }
  }

  private mutating func choose(_ number: Int) throws {
    guard (0..<64).contains(number) else { throw CaseFault("connections are numbered from 0 to 63, not \(number)") }
    while connections.count <= number { connections.append(ServerLine()) }
    current = .stream(number)
  }

  private mutating func move(to number: Int) throws {
    let next = try session.source(number)
    guard next != source else { return }
    try leave(for: nil)
    source = next
    instance.actions.append(.source(next))
  }
}
