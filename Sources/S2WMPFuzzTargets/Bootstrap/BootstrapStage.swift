import S2WMPCrypto
import S2WMPFlow
import S2WMPPeer
import S2WMPWire

/// One connection to the server, and what came on it that no request was read from yet.
final class BootstrapLine {
  let stream: BootstrapStream
  let source: Endpoint
  var dialect: Dialect?
  var unread: [UInt8] = []
  var isClosed = false

  init(from source: Endpoint) {
    self.source = source
    stream = BootstrapStream(from: source)
  }
}

/// A bootstrap server beside its model: what it says must be what the model says.
final class BootstrapStage {
  let configuration: BootstrapConfiguration
  let server: BootstrapServer
  var now = PeerTime(wall: BootstrapSetting.wall, monotonic: 1_000_000_000)
  var lines = [BootstrapLine?](repeating: nil, count: 8)
  private var model: BootstrapModel
  private var kept: [Identifier: BootstrapRegistration] = [:]
  private let tamper: ([UInt8]?) -> [UInt8]?
  private var calls = 0

  /// - tamper: what becomes of each answer before it is looked at: for tests, which show that a wrong one is noticed.
  init(_ configuration: BootstrapConfiguration, tamper: @escaping ([UInt8]?) -> [UInt8]?) {
    self.configuration = configuration
    self.tamper = tamper
    var random = ScriptRandom(seed: 3)
    server = BootstrapServer(configuration, serverID: BootstrapSetting.serverID) { random.bytes($0) }
    model = BootstrapModel(configuration)
  }

  private func call(_ name: String, _ body: () throws(FuzzViolation) -> Void) throws(FuzzViolation) {
    calls += 1
    do throws(FuzzViolation) {
      try body()
      try checkUpkeep()
    } catch {
      throw FuzzViolation("call \(calls), \(name): \(error)")
    }
  }

  private func checkUpkeep() throws(FuzzViolation) {
    let live = server.liveRegistrations(at: now)
    try FuzzViolation.require(live == model.live(at: now.monotonic), "\(live) IDs are registered, due are \(model.live(at: now.monotonic))")
    try FuzzViolation.require(live <= configuration.maximumRegistrations, "\(live) IDs are registered, more than the limit")
    let changes = server.takeChanges()
    try FuzzViolation.require(configuration.persists || changes.isEmpty, "changes are told that nobody wants")
    for change in changes {
      switch change {
      case .saved(let registration):
        let address = model.address(of: registration.id, at: now.monotonic)
        let isOver = configuration.lifetime == 0 || address == nil
        try FuzzViolation.require(isOver || address == registration.address || changes.count > 1, "stores \(registration), due is \(address as Any)")
        kept[registration.id] = registration
      case .removed(let id):
        try FuzzViolation.require(kept.removeValue(forKey: id) != nil, "removes \(id), which is not stored")
      }
    }
  }

  // MARK: Datagrams

  func datagram(_ bytes: [UInt8], from source: Endpoint) throws(FuzzViolation) {
    try call("datagram of \(bytes.count) bytes") { () throws(FuzzViolation) in
      let answer = bytes.withUnsafeBytes { server.receiveDatagram($0, from: source, at: now) { BootstrapSetting.home } }
      let request = bytes.withUnsafeBytes { raw in (PacketView(raw, .v1) ?? PacketView(raw, .legacy)).flatMap { ModelRequest($0, .udp) } }
      let said = tamper(answer?.bytes)
      guard let request, source.port != 0 else { return try FuzzViolation.require(said == nil, "a datagram that is no request is answered") }
      let port: UInt16? = request.dialect == .legacy ? 5002 : nil
      try FuzzViolation.require(answer == nil || answer?.port == port, "the answer goes to port \(answer?.port as Any)")
      try FuzzViolation.require((said?.count ?? 0) <= bytes.count + 18, "an answer of \(said?.count ?? 0) bytes to \(bytes.count)")
      try judge(said, request, source, .udp)
    }
  }

  /// Compares one answer with the model's.
  private func judge(_ said: [UInt8]?, _ request: ModelRequest, _ source: Endpoint, _ transport: Transport) throws(FuzzViolation) {
    switch model.admit(source, at: now.monotonic) {
    case .banned: try FuzzViolation.require(said == nil, "a banned source is answered")
    case .exceeded:
      guard let said else { throw FuzzViolation("the request that is one too many is not answered") }
      _ = try BootstrapReply(said, request).check(ModelAnswer(request: request, statuses: [2]), at: now)
    case .admitted:
      guard let said else { throw FuzzViolation("a request is not answered: \(request)") }
      let due = model.answer(request, from: source, at: now.monotonic)
      let status = try BootstrapReply(said, request).check(due, at: now)
      model.apply(request, status: status, from: source, over: transport, at: now.monotonic)
    }
  }

  // MARK: Streams

  func connect(_ slot: Int, from source: Endpoint) { lines[slot] = BootstrapLine(from: source) }

  func deliver(_ line: BootstrapLine, _ bytes: [UInt8]) throws(FuzzViolation) {
    if !line.isClosed { line.unread += bytes }
    try input("bytes", line) { line in bytes.withUnsafeBytes { line.stream.receive($0, server, at: now) } }
  }

  func end(_ line: BootstrapLine) throws(FuzzViolation) {
    try input("end", line, isLast: true) { $0.stream.receiveEnd(server, at: now) }
  }

  func timeout(_ line: BootstrapLine) throws(FuzzViolation) {
    let isDue = line.stream.deadline.map { $0 <= now.monotonic } ?? false
    try input("timeout", line, mayStall: isDue) { $0.stream.receiveTimeout(server, at: now) }
    let due = line.stream.deadline
    try FuzzViolation.require(due.map { $0 > now.monotonic } ?? true, "after a timeout the next one is not in the future: a busy loop")
  }

  private func input(
    _ name: String, _ line: BootstrapLine, isLast: Bool = false, mayStall: Bool = false, _ body: (BootstrapLine) -> BootstrapStream.Outcome
  ) throws(FuzzViolation) {
    try call("\(name) on a connection from \(line.source)") { () throws(FuzzViolation) in
      let before = server.counters
      let outcome = body(line)
      if line.isClosed { return try FuzzViolation.require(outcome.bytes.isEmpty && !outcome.closes, "a closed connection goes on") }
      decide(line, before, isOver: outcome.closes)
      var said = ReplyBytes(outcome.bytes)
      let isFaulty = try read(line, &said)
      try finish(line, outcome, said.rest, isFaulty: isFaulty, isLast: isLast, mayStall: mayStall)
    }
  }

  /// The dialect shows by the first request that is counted.
  private func decide(_ line: BootstrapLine, _ before: BootstrapCounters, isOver: Bool) {
    guard line.dialect == nil else { return }
    let counters = server.counters
    let legacy = counters.legacyRegistrations + counters.legacyLookups > before.legacyRegistrations + before.legacyLookups
    let v1 = counters.registrations + counters.lookups + counters.idChanges > before.registrations + before.lookups + before.idChanges
    if legacy { line.dialect = .legacy } else if v1 || isOver { line.dialect = .v1 }
  }

  /// Every whole packet, beside the answers. True: what follows cannot be framed.
  private func read(_ line: BootstrapLine, _ said: inout ReplyBytes) throws(FuzzViolation) -> Bool {
    guard let dialect = line.dialect else {
      try FuzzViolation.require(said.rest.isEmpty, "an answer before its request is whole")
      return false
    }
    while !line.unread.isEmpty {
      switch line.unread.withUnsafeBytes({ Framer.frame($0, dialect) }) {
      case .framed(let length):
        let packet = Array(line.unread.prefix(length))
        line.unread.removeFirst(length)
        let request = packet.withUnsafeBytes { raw in PacketView(raw, dialect).flatMap { ModelRequest($0, .tcp) } }
        guard let request else { continue }
        try judge(model.isBanned(line.source, at: now.monotonic) ? nil : tamper(said.next(request)), request, line.source, .tcp)
      case .incomplete: return false
      case .fault: return true
      }
    }
    return false
  }

  private func finish(
    _ line: BootstrapLine, _ outcome: BootstrapStream.Outcome, _ rest: [UInt8], isFaulty: Bool, isLast: Bool, mayStall: Bool
  ) throws(FuzzViolation) {
    let isCut = (isLast || (mayStall && outcome.closes)) && !line.unread.isEmpty
    let isBroken = isFaulty || isCut
    let fault: [UInt8] = [1, 6, 0, 3] + [UInt8](repeating: 0, count: 24)
    let due = isBroken && !model.isBanned(line.source, at: now.monotonic) ? fault : []
    try FuzzViolation.require(rest == due, "behind its answers it says \(rest), due is \(due)")
    try FuzzViolation.require(outcome.closes == (isBroken || isLast), "it \(outcome.closes ? "closes" : "keeps") the connection")
    line.isClosed = outcome.closes
    if line.isClosed { line.unread = [] }
    let deadline = line.stream.deadline
    try FuzzViolation.require(!line.isClosed || deadline == nil, "it waits for something on a closed connection")
    try FuzzViolation.require(deadline.map { $0 <= now.monotonic + configuration.readTimeout } ?? true, "it waits too long")
    let mustWait = line.dialect != nil && !line.unread.isEmpty
    try FuzzViolation.require(!mustWait || deadline != nil, "a stall inside a packet is not timed")
  }

  // MARK: Time and store

  func pass(_ nanoseconds: UInt64) throws(FuzzViolation) {
    let end = now.monotonic + nanoseconds
    while let due = lines.compactMap({ $0?.stream.deadline }).min(), due <= end {
      advance(to: due)
      for line in lines.compactMap({ $0 }) where line.stream.deadline.map({ $0 <= due }) ?? false { try timeout(line) }
    }
    advance(to: end)
  }

  private func advance(to monotonic: UInt64) {
    guard monotonic > now.monotonic else { return }
    now.wall &+= (monotonic - now.monotonic) / 1_000_000
    now.monotonic = monotonic
  }

  func tick() throws(FuzzViolation) { try call("tick") { () throws(FuzzViolation) in server.receiveTick(at: now) } }

  func restore(_ registration: BootstrapRegistration) throws(FuzzViolation) {
    try call("restore") { () throws(FuzzViolation) in
      let before = server.liveRegistrations(at: now)
      let known = model.address(of: registration.id, at: now.monotonic) != nil
      server.restore(registration, at: now)
      let isAdded = server.liveRegistrations(at: now) > before
      let mayBe = registration.expires > now.wall && !registration.id.isZero
      let isTaken = mayBe && (known || isAdded)
      if isTaken { kept[registration.id] = registration }
      model.restore(registration, at: now, isTaken: isTaken)
    }
  }
}
