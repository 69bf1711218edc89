import S2WMPCrypto
import S2WMPWire

/// What M and SC deserve (S2WMP wire format, section 6.1, checks 1 to 6).
enum MessagingConsequences {
  static func of(_ plan: PacketPlan, _ facts: PlanFacts) throws(CaseFault) -> Consequence {
    var found = Consequence()
    let isMessage = plan.type == .message
    if !facts.isFriend { found.add(Failure(3, .acknowledgement(1), "6.1/3.sender")) }
    var size = isMessage ? facts.bodyOverhead + 5 : 0
    var declared: Int?
    var appended = 0
    for change in plan.changes {
      switch change {
      case .set(let field, let value): try set(field, value, plan, &found, &size, &declared)
      case .tamper(let field, let value):
        try set(field, value, plan, &found, &size, &declared)
        if bound.contains(field) { found.add(Failure(3, .acknowledgement(1), "5.3/bound")) }
      case .flip(let field, let bit): try flip(field, bit, isMessage, &found)
      case .text(let text):
        guard isMessage else { throw CaseFault("an SC has no text") }
        size = facts.bodyOverhead + text.count
        if !text.isUTF8 { found.add(Failure(6, .acknowledgement(3), "6.1/6.utf8")) }
      case .time: break
      case .client: found.add(client(change))
      case .hash: found.add(Failure(5, .acknowledgement(2), "6.1/5.hash", "6.1/5.error"))
      case .body(let body):
        guard isMessage else { throw CaseFault("an SC has no body to change; append bytes and set its length instead") }
        if let count = try sizeOf(body, facts) { size = count }
        if !body.isHarmless, size > 0 { found.add(Failure(4, .acknowledgement(4), "6.1/4.body")) }
      case .key: throw CaseFault("M and SC carry no public key")
      case .cut, .append: break
      }
      if case .append(let bytes) = change { appended += bytes.count }
    }
    judgeLength(declared ?? size, available: size + appended, isMessage, declared != nil, &found)
    applyCut(plan, whole: Messaging.headerLength + (declared ?? size), &found)
    return found
  }

  /// What client ID, hash and body are bound to.
  static let bound: Set<String> = ["version", "type", "status", "length", "datetime", "undefined", "sender_id", "receiver_id"]

  private static func client(_ change: Change) -> Failure {
    if case .client(.previous) = change { return Failure(3, .acknowledgement(1), "5.3/bound", "6.1/3.client-error") }
    if case .client(.unbound) = change { return Failure(3, .acknowledgement(1), "5.3/bound", "6.1/3.client-error") }
    return Failure(3, .acknowledgement(1), "6.1/3.client", "6.1/3.client-error")
  }

  private static func set(
    _ field: String, _ value: Value, _ plan: PacketPlan, _ found: inout Consequence, _ size: inout Int, _ declared: inout Int?
  ) throws(CaseFault) {
    let isMessage = plan.type == .message
    switch (field, value) {
    case ("version", .number(let number)): if number != 1 { found.add(.version) }
    case ("type", .number(let number)): try type(number, isMessage, &found)
    case ("status", .number(let number)): if number > 3 { found.add(Failure(2, .acknowledgement(3), "6.1/2.status")) }
    case ("length", .number(let number)): declared = Int(number & 0xffff)
    case ("datetime", .number), ("undefined", .number): break
    case ("sender_id", .party(let party)): if let failure = sender(party, plan.sender) { found.add(failure) }
    case ("receiver_id", .party(let party)): if party != .target { found.add(Failure(3, .acknowledgement(1), "6.1/3.receiver")) }
    case ("client_id", .bytes), ("client_id", .party): found.add(Failure(3, .acknowledgement(1), "6.1/3.client", "6.1/3.client-error"))
    case ("hash", .bytes), ("hash", .party): found.add(Failure(5, .acknowledgement(2), "6.1/5.hash", "6.1/5.error"))
    case ("body", .bytes(let bytes)) where isMessage:
      size = bytes.count
      if size > 0 { found.add(Failure(4, .acknowledgement(4), "6.1/4.body")) }
    default:
      throw CaseFault("what \(field) of \(isMessage ? "M" : "SC") deserves with this value is not known; use a number, a party or bytes as fits the field")
    }
  }

  private static func type(_ number: UInt64, _ isMessage: Bool, _ found: inout Consequence) throws(CaseFault) {
    let type = PacketType(rawValue: UInt8(truncatingIfNeeded: number))
    if type == (isMessage ? .message : .statusChange) { return }
    guard type.isDefined(.v1) else { return found.add(.type) }
    switch type {
    case .message: found.add(Failure(2, .acknowledgement(3), "6.1/2.m-length"))
    case .statusChange: found.add(Failure(2, .acknowledgement(3), "6.1/2.sc-length"))
    default: throw CaseFault("M and SC cannot be turned into type \(number): their bytes would be cut into other packets")
    }
  }

  /// The sender's own ID is right; another friend's does not go with this pair's client ID.
  private static func sender(_ party: Party, _ sender: Sender) -> Failure? {
    if party.isOwn(of: sender) { return nil }
    return switch party {
    case .own: nil
    case .friend, .other: Failure(3, .acknowledgement(1), "6.1/3.client", "6.1/3.client-error")
    case .target: Failure(3, .acknowledgement(1), "6.1/3.sender-me")
    case .stranger, .zero, .nobody: Failure(3, .acknowledgement(1), "6.1/3.sender")
    }
  }

  private static func flip(_ field: String, _ bit: Int, _ isMessage: Bool, _ found: inout Consequence) throws(CaseFault) {
    switch field {
    case "version": found.add(.version)
    case "status":
      if bit < 6 { found.add(Failure(2, .acknowledgement(3), "6.1/2.status")) }
      found.add(Failure(3, .acknowledgement(1), "5.3/bound"))
    case "datetime", "undefined": found.add(Failure(3, .acknowledgement(1), "5.3/bound"))
    case "sender_id": found.add(Failure(3, .acknowledgement(1), "6.1/3.sender"))
    case "receiver_id":
      found.add(Failure(3, .acknowledgement(1), "6.1/3.receiver"))
    case "client_id": found.add(Failure(3, .acknowledgement(1), "6.1/3.client", "6.1/3.client-error"))
    case "hash": found.add(Failure(5, .acknowledgement(2), "6.1/5.hash", "6.1/5.error"))
    case "body" where isMessage: found.add(Failure(4, .acknowledgement(4), "6.1/4.body"))
    default: throw CaseFault("what a flipped bit of \(field) deserves is not known; set or tamper with the field instead")
    }
  }

  /// The size of the body that a choice leaves; nil: as it was.
  private static func sizeOf(_ body: BodyChoice, _ facts: PlanFacts) throws(CaseFault) -> Int? {
    switch body {
    case .short(let count), .garbage(let count): return max(0, count)
    case .wrappedForOther, .wrappedZero, .wrappedOnes, .contentKey:
      guard facts.suite == .rsa else { throw CaseFault("suite dh wraps no content key; this case is for suite rsa") }
      return nil
    case .otherKey, .previous, .bit: return nil
    }
  }

  private static func judgeLength(_ declared: Int, available: Int, _ isMessage: Bool, _ isSet: Bool, _ found: inout Consequence) {
    if isMessage, declared == 0 { found.add(Failure(2, .acknowledgement(3), "6.1/2.m-length")) }
    if !isMessage, declared > 0 { found.add(Failure(2, .acknowledgement(3), "6.1/2.sc-length")) }
    if isMessage, isSet, declared > 0, declared != available { found.add(Failure(4, .acknowledgement(4), "6.1/4.body")) }
    if declared < available { found.framing = .leftover }
    if declared > available { found.framing = .incomplete }
  }

  private static func applyCut(_ plan: PacketPlan, whole: Int, _ found: inout Consequence) {
    for case .cut(let count) in plan.changes where count < whole { found.shorten(to: count) }
  }
}

extension Party {
  /// Whether it names the sender, by whichever word.
  func isOwn(of sender: Sender) -> Bool { self == .own || rawValue == sender.rawValue }
}

extension Failure {
  static let version = Failure(1, .fault, "6.1/1.version")
  static let type = Failure(1, .fault, "6.1/1.type")
  static let keyLength = Failure(1, .fault, "6.1/1.key-length")
  static let nameLength = Failure(1, .fault, "6.1/1.name-length")

  /// How many bytes must be there for a fault to show. `key_length` and `name_length` depend on the layout.
  var showsIn: Int? {
    switch accepted {
    case "6.1/1.version": 1
    case "6.1/1.type": 2
    default: nil
    }
  }
}

extension Consequence {
  /// The packet ends early. A fault that shows in what is there is still owed an answer, at once.
  mutating func shorten(to count: Int, keyLengthEnd: Int = .max, nameLengthEnd: Int = .max) {
    if let first, first.owed == .fault {
      let needed = first.showsIn ?? (first.accepted == "6.1/1.key-length" ? keyLengthEnd : nameLengthEnd)
      framing = count >= needed ? .faultEarly : .incomplete
    } else {
      framing = .incomplete
    }
  }
}

extension Plaintext {
  public var count: Int {
    switch self {
    case .letters(let count): max(0, count)
    case .bytes(let bytes): bytes.count
    }
  }

  /// By the rules of Unicode (3.9, table 3-7), not by the peer's decoder.
  var isUTF8: Bool {
    guard case .bytes(let bytes) = self else { return true }
    return UTF8Rules.allows(bytes)
  }
}

extension BodyChoice {
  /// A content key of the right size is what the sender would draw itself.
  var isHarmless: Bool { self == .contentKey(32) }
}
