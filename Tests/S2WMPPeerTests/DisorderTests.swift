import S2WMPCrypto
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPPeer

/// Calls in any order, with anything in them: what a shell with mistakes and a network of enemies could do.
@Suite("Any calls in any order")
struct DisorderTests {
  private static let people = [Keys.alice, Keys.bob, Keys.carol, Keys.spare[0], Keys.spare[1]]

  /// One run: a peer, the connections it has, and what it may do with them.
  private final class Run {
    var random: SeededRandom
    let bench: Bench
    var open: Set<ConnectionID> = []
    var connecting: Set<ConnectionID> = []
    var done: Set<ConnectionID> = []
    var wrongs: [String] = []

    init(seed: UInt64) {
      random = SeededRandom(seed: seed)
      bench = Bench(friends: [Keys.bob, Keys.spare[1]]) {
        $0.acceptance = [.auto, .ask, .deny][Int(seed % 3)]
        $0.discovers = seed.isMultiple(of: 2)
        $0.bootstrapServer = seed.isMultiple(of: 3) ? Endpoint.ipv4(0x0a00_00fe, port: 5005) : nil
        $0.limits.connections = 12
        $0.limits.pendingRequests = 2
        $0.limits.outgoingMessages = 20
      }
    }

    func pick<Element>(_ elements: [Element]) -> Element { elements[Int.random(in: 0..<elements.count, using: &random)] }
    var person: Identity { pick(DisorderTests.people) }
    var id: Identifier { pick([person.userID, person.userID, .zero, bench.peer.userID]) }
    var place: Endpoint { .ipv4(UInt32.random(in: 1...9, using: &random), port: 5000) }

    var connection: ConnectionID {
      let known = Array(open.union(connecting).union(done)).sorted { $0.rawValue < $1.rawValue }
      return known.isEmpty || random.happens(perMille: 50) ? ConnectionID(rawValue: random.next() % 40) : pick(known)
    }

    /// What a datagram or a packet of ours asked can be answered by: the last bytes that came out.
    var answerable: [[UInt8]] = []

    func packet() throws -> [UInt8] {
      let time = Bench.start + UInt64.random(in: 0...20, using: &random)
      let (from, to) = (person, person)
      var bytes =
        switch Int.random(in: 0..<9, using: &random) {
        case 0, 1: try Build.message("text", from: from === to ? Keys.bob : from, to: from === to ? Keys.alice : to, datetime: time)
        case 2: try Build.status(UInt8(time % 5), from: Keys.bob, to: Keys.alice, datetime: time)
        case 3: try Build.request(from: from, to: id)
        case 4: try Build.response(UInt8(time % 6), requestor: id, user: from.userID, key: time % 6 == 0 ? from.publicKey : [], name: time % 6 == 0 ? "n" : "")
        case 5: try Build.idChange(from: Keys.bob, to: from, at: Keys.alice, timestamp: time)
        case 6: try Build.ack(UInt8(time % 5), datetime: time, userID: id)
        case 7: try acknowledgement() ?? Build.ack(0, datetime: time, userID: id)
        default: try Build.lookup(pick([.lookup, .broadcastPeer, .broadcastServer]), from: from.userID, for: id)
        }
      if random.happens(perMille: 150) { bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random) }
      return bytes
    }

    /// An ACK for something that the peer sent.
    func acknowledgement() throws -> [UInt8]? {
      guard let sent = answerable.filter({ $0.count >= 80 && ($0[1] == 1 || $0[1] == 3) }).randomElement(using: &random) else { return nil }
      return try sent.withUnsafeBytes { bytes in
        let base = bytes.baseAddress.unsafelyUnwrapped
        let error: UInt8 = random.happens(perMille: 700) ? 0 : UInt8.random(in: 1...4, using: &random)
        return try Build.ack(error, datetime: Messaging.datetime.load(base), userID: Messaging.senderID.load(base))
      }
    }

    func datagram() throws -> [UInt8] {
      guard let question = answerable.filter({ $0.count == 52 || $0.count == 26 }).randomElement(using: &random), random.happens(perMille: 700) else {
        return random.happens(perMille: 500) ? try packet() : random.bytes(Int.random(in: 0...90, using: &random))
      }
      if question[1] == 2 { return try Build.registered(UInt8.random(in: 0...3, using: &random), to: question) }
      let type: PacketType = question[1] == 4 ? .lookupResponse : question[1] == 12 ? .broadcastServerResponse : .broadcastPeerResponse
      return try Build.lookupResponse(type, to: question, status: random.happens(perMille: 700) ? 0 : 1, lookupID: person.userID, endpoint: place)
    }

    func command() -> PeerCommand {
      switch Int.random(in: 0..<12, using: &random) {
      case 0, 1, 2: .send(to: id, text: "hello")
      case 3: .cancel(to: id, datetime: Bench.start)
      case 4: .add(id, address: random.happens(perMille: 500) ? place : nil)
      case 5: .accept(id)
      case 6: .deny(id)
      case 7: .remove(id)
      case 8: .status(pick(UserStatus.allCases))
      case 9: .lookup(id)
      case 10: pick([.discover, .friends])
      default: .regenerateKey
      }
    }

    func act() throws {
      switch Int.random(in: 0..<14, using: &random) {
      case 0: _ = note(new: bench.connect(from: place))
      case 1, 2, 3, 4:
        let bytes = try packet() + (random.happens(perMille: 300) ? packet() : [])
        let cut = Int.random(in: 0...bytes.count, using: &random)
        let target = connection
        bench.feed(Array(bytes[..<cut]), on: target)
        if random.happens(perMille: 900) { bench.feed(Array(bytes[cut...]), on: target) }
      case 5: bench.end(connection)
      case 6: lose(connection) { bench.closed($0) }
      case 7, 8:
        let target = connection
        if connecting.remove(target) != nil { open.insert(target) }
        bench.connected(target)
      case 9: lose(connection) { bench.refused($0) }
      case 10: bench.datagram(try datagram(), from: place)
      case 11: bench.pass(UInt64.random(in: 0...12_000_000_000, using: &random))
      case 12: bench.identity(random.happens(perMille: 800) ? pick(Keys.spare) : nil)
      default: bench.perform(command())
      }
      judge()
    }

    private func note(new id: ConnectionID) { if id.rawValue != .max { open.insert(id) } }

    private func lose(_ id: ConnectionID, _ call: (ConnectionID) -> Void) {
      open.remove(id)
      connecting.remove(id)
      done.insert(id)
      call(id)
    }

    /// Sends go to open connections only, and none after its end; the books of unfinished bytes are right.
    private func judge() {
      for effect in bench.take() {
        switch effect {
        case .connect(let id, _): connecting.insert(id)
        case .send(let id, let bytes):
          if !open.contains(id) || bytes.isEmpty { wrongs.append("sends \(bytes.count) bytes on \(id)") }
          answerable = ([bytes] + answerable).prefix(20).map { $0 }
        case .close(let id), .abort(let id):
          if open.remove(id) == nil, connecting.remove(id) == nil { wrongs.append("ends \(id) twice") }
          done.insert(id)
        case .datagram(let bytes, _): answerable = ([bytes] + answerable).prefix(20).map { $0 }
        case .crash: wrongs.append("crashes")
        default: break
        }
      }
      let unfinished = bench.peer.connections.values.reduce(0) { $0 + $1.unfinished.count }
      if unfinished != bench.peer.unfinishedBytes { wrongs.append("counts \(bench.peer.unfinishedBytes) unfinished bytes, has \(unfinished)") }
      if bench.peer.connections.count > 12 { wrongs.append("has \(bench.peer.connections.count) connections") }
    }
  }

  @Test("Nothing traps, sends on what is closed, or loses count", arguments: 1...60 as ClosedRange<UInt64>)
  func disorder(seed: UInt64) throws {
    let run = Run(seed: seed)
    for _ in 0..<150 { try run.act() }
    #expect(run.wrongs.isEmpty, "seed \(seed): \(run.wrongs.prefix(3))")
    run.bench.perform(.quit)
    #expect(run.bench.take().contains { if case .stopped = $0 { true } else { false } })
    for _ in 0..<20 { try run.act() }
    #expect(run.bench.peer.nextDeadline == nil)
  }
}
