import S2WMPCrypto
import S2WMPWire

/// One packet of a plan as bytes, and what ties its answer to it.
struct ForgedPacket {
  var datetime: UInt64 = 0
  var sender: Identifier = .zero
  /// Whom a CR asks.
  var user: Identifier = .zero
  var requestID: UInt64 = 0
  /// The key of a CR or IC, when it can come to be used.
  var publicKey: [UInt8]?
}

/// Builds the bytes of packets from plans: what is set goes in before sealing, what is tampered with after it.
struct PacketForge {
  let session: PeerSession

  init(_ session: PeerSession) { self.session = session }

  func forge(_ plan: PacketPlan, into buffer: inout [UInt8]) throws -> ForgedPacket {
    let start = buffer.count
    var facts = ForgedPacket()
    switch plan.type {
    case .message, .statusChange: try messaging(plan, &buffer, &facts)
    case .chatRequest: try chatRequest(plan, &buffer, &facts)
    case .idChange: try idChange(plan, &buffer, &facts)
    default: try plain(plan, &buffer, &facts)
    }
    try finish(plan, start, &buffer, &facts)
    return facts
  }

  // M and SC.

  private func messaging(_ plan: PacketPlan, _ buffer: inout [UInt8], _ facts: inout ForgedPacket) throws {
    let actor = session.actor(plan.sender)
    let isMessage = plan.type == .message
    if case .again = time(plan), let last = repeated(plan, actor, isMessage) { return try again(last, &buffer, &facts) }
    let text = isMessage ? plaintext(plan) : []
    let at = buffer.count
    let pair = actor.pair
    try header(plan, actor, bodySize: isMessage ? bodySize(plan, text) : 0, &buffer, &facts)
    let client = try self.client(plan, actor, buffer, at)
    let hash = self.hash(plan, pair, actor, buffer, at, text)
    append(client, to: &buffer)
    append(hash, to: &buffer)
    guard isMessage else { return }
    try body(plan, actor, text, at, &buffer)
  }

  private func repeated(_ plan: PacketPlan, _ actor: Actor, _ isMessage: Bool) -> [UInt8]? {
    let last = isMessage ? actor.lastMessage : actor.lastStatusChange
    return last.isEmpty ? nil : last
  }

  /// The last valid packet once more, byte for byte.
  private func again(_ last: [UInt8], _ buffer: inout [UInt8], _ facts: inout ForgedPacket) throws {
    buffer += last
    last.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      if bytes[1] == PacketType.idChange.rawValue {
        (facts.datetime, facts.sender) = (IDChange.timestamp.load(base), IDChange.userID.load(base))
      } else {
        (facts.datetime, facts.sender) = (Messaging.datetime.load(base), Messaging.senderID.load(base))
      }
    }
  }

  private func header(_ plan: PacketPlan, _ actor: Actor, bodySize: Int, _ buffer: inout [UInt8], _ facts: inout ForgedPacket) throws {
    let at = buffer.count
    facts.datetime = moment(plan, actor)
    let size = UInt64(min(bodySize, 65_535))
    // Up to the sender: version, type, status, length, datetime, undefined.
    let start = (
      (1 << 56 | UInt64(plan.type.rawValue) << 48 | size << 24 | facts.datetime >> 40).bigEndian, (facts.datetime << 24).bigEndian,
      actor.id.high.bigEndian, actor.id.low.bigEndian, session.targetID.high.bigEndian, session.targetID.low.bigEndian
    )
    withUnsafeBytes(of: start) { buffer.append(contentsOf: $0) }
    for case .set(let field, let value) in plan.changes where MessagingConsequences.bound.contains(field) {
      try store(value, in: field, of: plan, own: actor.id, at: at, &buffer)
    }
    facts.sender = identifier(buffer, at + Messaging.senderID.offset)
    facts.datetime = number(buffer, at + Messaging.datetime.offset)
  }

  private func client(_ plan: PacketPlan, _ actor: Actor, _ buffer: [UInt8], _ at: Int) throws -> Identifier {
    for case .client(let choice) in plan.changes {
      switch choice {
      case .program(let name): return encrypt(ClientID.of(program: name), actor.pair, buffer, at)
      case .unbound: return actor.pair.encryptClientID(ClientID.own, bound: UnsafeRawBufferPointer(start: nil, count: 0))
      case .previous:
        let last = actor.lastMessage.isEmpty ? actor.lastStatusChange : actor.lastMessage
        // Before the first packet there is none to take it from: any other field is as wrong.
        return last.count >= Messaging.clientID.end ? identifier(last, Messaging.clientID.offset) : Identifier(high: 0, low: session.random.next())
      case .otherPair: return encrypt(ClientID.own, (plan.sender == .stranger ? session.unknown : session.stranger).pair, buffer, at)
      }
    }
    return encrypt(ClientID.own, actor.pair, buffer, at)
  }

  private func encrypt(_ client: Identifier, _ pair: PairKeys, _ buffer: [UInt8], _ at: Int) -> Identifier {
    withHeader(buffer, at) { pair.encryptClientID(client, bound: $0) }
  }

  /// The 48 bytes that client ID, hash and body are bound to.
  private func withHeader<Result>(_ buffer: [UInt8], _ at: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[at..<(at + Messaging.clientID.offset)])) }
  }

  private func hash(_ plan: PacketPlan, _ pair: PairKeys, _ actor: Actor, _ buffer: [UInt8], _ at: Int, _ text: [UInt8]) -> Identifier {
    var (direction, hashed) = (Direction.sent, text)
    for case .hash(let choice) in plan.changes {
      switch choice {
      case .zero: return .zero
      case .previous where actor.lastMessage.count >= Messaging.hash.end: return identifier(actor.lastMessage, Messaging.hash.offset)
      case .previous, .otherText: hashed = text + [0]
      case .otherDirection: direction = .received
      }
    }
    return withHeader(buffer, at) { header in hashed.withUnsafeBytes { pair.hash(direction, header: header, plaintext: $0) } }
  }

  // The body.

  private func plaintext(_ plan: PacketPlan) -> [UInt8] {
    for case .text(let text) in plan.changes {
      switch text {
      case .letters(let count): return (0..<min(max(0, count), 65_507)).map { 0x61 + UInt8($0 % 26) }
      case .bytes(let bytes): return bytes
      }
    }
    return Self.hello
  }

  private static let hello = Array("hello".utf8)

  private var overhead: Int { BodySize.overhead + (session.suite == .rsa ? session.target.wrappedLength : 0) }

  private func bodySize(_ plan: PacketPlan, _ text: [UInt8]) -> Int {
    for change in plan.changes {
      switch change {
      case .body(.short(let count)), .body(.garbage(let count)): return max(0, count)
      case .set("body", .bytes(let bytes)): return bytes.count
      case .body(.previous):
        let last = session.actor(plan.sender).lastMessage
        if last.count > Messaging.headerLength { return last.count - Messaging.headerLength }
      default: break
      }
    }
    return text.count + overhead
  }

  private func body(_ plan: PacketPlan, _ actor: Actor, _ text: [UInt8], _ at: Int, _ buffer: inout [UInt8]) throws {
    guard text.count + overhead <= 65_535 else { throw CaseFault("\(text.count) bytes of text do not fit one message") }
    var choice: BodyChoice?
    for case .body(let given) in plan.changes { choice = given }
    switch choice {
    case .garbage(let count): buffer += (0..<max(0, count)).map { _ in UInt8(truncatingIfNeeded: session.random.next()) }
    case .previous where actor.lastMessage.count > Messaging.headerLength: buffer += actor.lastMessage[Messaging.headerLength...]
    case .previous: buffer += randomBytes(bodySize(plan, text))
    case .short(let count): buffer += try seal(plan, actor, text, choice, at, buffer).prefix(max(0, count))
    case .bit(let bit):
      var sealed = try seal(plan, actor, text, choice, at, buffer)
      let bits = sealed.count * 8
      let place = ((bit % bits) + bits) % bits
      sealed[place / 8] ^= 0x80 >> UInt8(place % 8)
      buffer += sealed
    default: buffer += try seal(plan, actor, text, choice, at, buffer)
    }
  }

  private func seal(_ plan: PacketPlan, _ actor: Actor, _ text: [UInt8], _ choice: BodyChoice?, _ at: Int, _ buffer: [UInt8]) throws -> [UInt8] {
    let pair = choice == .otherKey ? (plan.sender == .stranger ? session.unknown : session.stranger).pair : actor.pair
    let nonce = randomBytes(12)
    guard session.suite == .rsa else {
      return withHeader(buffer, at) { header in text.withUnsafeBytes { pair.sealBody(header: header, plaintext: $0, nonce: nonce) } }
    }
    return try sealWrapped(pair, text, choice, nonce, at, buffer)
  }

  private func sealWrapped(_ pair: PairKeys, _ text: [UInt8], _ choice: BodyChoice?, _ nonce: [UInt8], _ at: Int, _ buffer: [UInt8]) throws -> [UInt8] {
    var count = BodySize.contentKey
    if case .contentKey(let given) = choice { count = min(max(1, given), 64) }
    let contentKey = SecretBytes(randomBytes(count))
    let receiver = choice == .wrappedForOther ? session.friend.identity.key : session.target
    let sealed = withHeader(buffer, at) { header in
      text.withUnsafeBytes { text in
        Result { () throws(KeyFault) in try pair.sealBody(header: header, plaintext: text, nonce: nonce, contentKey: contentKey, to: receiver) }
      }
    }
    var body = try sealed.get()
    noteContentKey(contentKey, buffer, at)
    let wrapped = session.target.wrappedLength
    // The target's RSA key may have another size than ours, and the body has to be as long as its length says.
    if receiver.wrappedLength != wrapped { body.replaceSubrange(..<receiver.wrappedLength, with: body.resized(receiver.wrappedLength, to: wrapped)) }
    if choice == .wrappedZero { body.replaceSubrange(..<wrapped, with: repeatElement(0, count: wrapped)) }
    if choice == .wrappedOnes { body.replaceSubrange(..<wrapped, with: repeatElement(0xff, count: wrapped)) }
    return body
  }

  private func noteContentKey(_ key: SecretBytes, _ buffer: [UInt8], _ at: Int) {
    withHeader(buffer, at) { header in
      guard let base = header.baseAddress else { return }
      let (sender, receiver) = (Messaging.senderID.load(base), Messaging.receiverID.load(base))
      session.note(ContentKeyNote(sender: sender, receiver: receiver, datetime: Messaging.datetime.load(base), key: key))
    }
  }

  // CR and IC.

  private func chatRequest(_ plan: PacketPlan, _ buffer: inout [UInt8], _ facts: inout ForgedPacket) throws {
    let actor = session.actor(plan.sender)
    let (field, id) = try key(plan, actor)
    let at = buffer.count
    buffer.append(1)
    buffer.append(plan.type.rawValue)
    append(id, to: &buffer)
    append(session.targetID, to: &buffer)
    append(UInt64(field.count), 4, to: &buffer)
    buffer += field
    var name = actor.name
    for case .set("name", .bytes(let bytes)) in plan.changes { name = bytes }
    append(UInt64(name.count), 4, to: &buffer)
    buffer += name
    for case .set(let field, let value) in plan.changes where field != "name" { try store(value, in: field, of: plan, own: actor.id, at: at, &buffer) }
    facts.sender = identifier(buffer, at + ChatRequest.requestorID.offset)
    facts.user = identifier(buffer, at + ChatRequest.userID.offset)
    facts.publicKey = field
  }

  private func idChange(_ plan: PacketPlan, _ buffer: inout [UInt8], _ facts: inout ForgedPacket) throws {
    let actor = session.actor(plan.sender)
    if case .again = time(plan), !actor.lastIDChange.isEmpty { return try again(actor.lastIDChange, &buffer, &facts) }
    let next = session.upcoming ?? actor
    let (field, id) = try key(plan, next)
    let at = buffer.count
    buffer.append(1)
    buffer.append(plan.type.rawValue)
    append(moment(plan, actor), 8, to: &buffer)
    append(session.random.next(), 8, to: &buffer)
    append(actor.id, to: &buffer)
    append(id, to: &buffer)
    append(.zero, to: &buffer)
    append(UInt64(field.count), 4, to: &buffer)
    buffer += field
    for case .set(let name, let value) in plan.changes where name != "client_id" { try store(value, in: name, of: plan, own: actor.id, at: at, &buffer) }
    facts.datetime = number(buffer, at + IDChange.timestamp.offset)
    facts.sender = identifier(buffer, at + IDChange.userID.offset)
    facts.publicKey = field
    changeClient(plan, actor, at, &buffer)
  }

  private func changeClient(_ plan: PacketPlan, _ actor: Actor, _ at: Int, _ buffer: inout [UInt8]) {
    var (client, pair) = (ClientID.own, actor.pair)
    var isBound = true
    for case .client(let choice) in plan.changes {
      switch choice {
      case .program(let name): client = ClientID.of(program: name)
      case .unbound, .previous: isBound = false
      case .otherPair: pair = session.stranger.pair
      }
    }
    let field = buffer.withUnsafeBytes { bytes in
      let bound = UnsafeRawBufferPointer(rebasing: bytes[at..<(at + IDChange.clientID.offset)])
      let more = UnsafeRawBufferPointer(rebasing: bytes[(at + IDChange.clientID.end)...])
      return pair.encryptClientID(client, bound: bound, isBound ? more : nil)
    }
    put(field, at + IDChange.clientID.offset, &buffer)
  }

  /// The key field and the ID that goes with it.
  private func key(_ plan: PacketPlan, _ actor: Actor) throws -> ([UInt8], Identifier) {
    for case .set("public_key", .bytes(let bytes)) in plan.changes { return (bytes, identifier(of: bytes)) }
    for case .key(let choice) in plan.changes {
      switch choice {
      case .own: continue
      case .ofOther: return (session.other.publicKey, session.other.id)
      case .ofTarget: return (session.target.field, session.targetID)
      default:
        guard let field = keyForge(actor).make(choice) else {
          throw CaseFault("a key like that cannot be made for suite \(session.suite.rawValue) and group \(session.group.rawValue)")
        }
        return (field, identifier(of: field))
      }
    }
    return (actor.publicKey, actor.id)
  }

  private func keyForge(_ actor: Actor) -> KeyForge {
    KeyForge(suite: session.suite, group: session.group, field: actor.identity.publicKey, other: session.keys.otherGroupKey)
  }

  private func identifier(of field: [UInt8]) -> Identifier { field.withUnsafeBytes { Digest.identifier(sha256: $0) } }

  // All others.

  private func plain(_ plan: PacketPlan, _ buffer: inout [UInt8], _ facts: inout ForgedPacket) throws {
    guard let template = session.templates[Int(plan.type.rawValue & 15)] else { throw CaseFault("v1 has no packet of type \(plan.type.rawValue)") }
    let actor = session.actor(plan.sender)
    let at = buffer.count
    buffer += template.bytes
    facts.requestID = session.random.next()
    facts.sender = actor.id
    if let offset = template.requestID { put(facts.requestID, 8, offset + at, &buffer) }
    if let offset = template.time { put(moment(plan, actor), 8, offset + at, &buffer) }
    if let offset = template.userID { put(actor.id, offset + at, &buffer) }
    if let offset = template.broadcast { buffer[offset + at] = plan.type == .broadcastPeer || plan.type == .broadcastServer ? 1 : 0 }
    for case .set(let field, let value) in plan.changes { try store(value, in: field, of: plan, own: actor.id, at: at, &buffer) }
    if let offset = template.userID { facts.sender = identifier(buffer, offset + at) }
    if let offset = template.requestID { facts.requestID = number(buffer, offset + at) }
  }

  // What is done to a finished packet.

  private func finish(_ plan: PacketPlan, _ start: Int, _ buffer: inout [UInt8], _ facts: inout ForgedPacket) throws {
    var isChanged = false
    for change in plan.changes {
      switch change {
      case .set("client_id", let value), .set("hash", let value):
        guard plan.type == .message || plan.type == .statusChange || plan.type == .idChange else { break }
        let name: String
        if case .set(let field, _) = change { name = field } else { name = "" }
        try store(value, in: name, of: plan, own: session.actor(plan.sender).id, at: start, &buffer)
      case .set("body", .bytes(let bytes)):
        buffer.replaceSubrange((start + Messaging.headerLength)..., with: bytes)
      case .tamper(let field, let value):
        try store(value, in: field, of: plan, own: session.actor(plan.sender).id, at: start, &buffer)
        isChanged = true
      case .flip(let field, let bit):
        try flip(bit, field, plan, start, &buffer)
        isChanged = true
      default: break
      }
    }
    if isChanged { refresh(plan, start, buffer, &facts) }
    appendAndCut(plan, start, &buffer)
  }

  private func appendAndCut(_ plan: PacketPlan, _ start: Int, _ buffer: inout [UInt8]) {
    for case .append(let bytes) in plan.changes { buffer += bytes }
    for case .cut(let count) in plan.changes where start + count < buffer.count { buffer.removeSubrange((start + max(0, count))...) }
  }

  /// The answer echoes what was sent, changed or not.
  private func refresh(_ plan: PacketPlan, _ start: Int, _ buffer: [UInt8], _ facts: inout ForgedPacket) {
    switch plan.type {
    case .message, .statusChange:
      facts.datetime = number(buffer, start + Messaging.datetime.offset)
      facts.sender = identifier(buffer, start + Messaging.senderID.offset)
    case .idChange:
      facts.datetime = number(buffer, start + IDChange.timestamp.offset)
      facts.sender = identifier(buffer, start + IDChange.userID.offset)
    case .chatRequest:
      facts.sender = identifier(buffer, start + ChatRequest.requestorID.offset)
      facts.user = identifier(buffer, start + ChatRequest.userID.offset)
    default:
      guard let template = session.templates[Int(plan.type.rawValue & 15)] else { return }
      if let offset = template.userID { facts.sender = identifier(buffer, start + offset) }
      if let offset = template.requestID { facts.requestID = number(buffer, start + offset) }
    }
  }
}

extension [UInt8] {
  /// The number in its first bytes, cut or with zeros before it.
  fileprivate func resized(_ count: Int, to wanted: Int) -> [UInt8] {
    wanted <= count ? Array(self[..<wanted]) : [UInt8](repeating: 0, count: wanted - count) + self[..<count]
  }
}
