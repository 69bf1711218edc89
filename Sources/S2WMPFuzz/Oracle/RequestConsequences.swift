import S2WMPCrypto
import S2WMPWire

/// What CR and IC deserve (S2WMP wire format, sections 5.1, 5.2 and 6.1).
enum RequestConsequences {
  static func of(_ plan: PacketPlan, _ facts: PlanFacts) throws(CaseFault) -> Consequence {
    var found = Consequence()
    let isRequest = plan.type == .chatRequest
    var sizes = Sizes(key: keySize(plan, facts), name: facts.nameLength)
    if !isRequest, !facts.isFriend { found.add(Failure(3, .acknowledgement(1), "6.1/3.sender")) }
    for change in plan.changes {
      switch change {
      case .set(let field, let value), .tamper(let field, let value):
        try isRequest ? setRequest(field, value, plan, &found, &sizes) : setChange(field, value, plan.sender, &found, &sizes)
        if !isRequest, case .tamper = change, field != "client_id" { found.add(Failure(3, .acknowledgement(1), "6.1/3.ic-client")) }
      case .flip(let field, let bit): try isRequest ? flipRequest(field, bit, &found) : flipChange(field, bit, &found, facts)
      case .time: break
      case .client:
        guard !isRequest else { throw CaseFault("a CR has no client ID") }
        found.add(Failure(3, .acknowledgement(1), "6.1/3.ic-client"))
      case .key(let key): if let failure = keyFailure(key, isRequest, facts) { found.add(failure) }
      case .cut, .append: break
      case .text, .hash, .body: throw CaseFault("\(isRequest ? "CR" : "IC") has no text, hash or body")
      }
    }
    try finish(plan, isRequest, sizes, &found)
    return found
  }

  /// Lengths as they are and, when set, as they are said to be.
  private struct Sizes {
    var key: Int
    var name: Int
    var saidKey: UInt64?
    var saidName: UInt64?
  }

  private static func keySize(_ plan: PacketPlan, _ facts: PlanFacts) -> Int {
    for case .key(let key) in plan.changes {
      switch key {
      case .garbage(let count): return max(1, count)
      case .truncated(let count): return max(1, facts.keyLength - count)
      case .trailing(let count): return facts.keyLength + count
      default: break
      }
    }
    return facts.keyLength
  }

  private static func setRequest(
    _ field: String, _ value: Value, _ plan: PacketPlan, _ found: inout Consequence, _ sizes: inout Sizes
  ) throws(CaseFault) {
    switch (field, value) {
    case ("requestor_id", .party(let party)):
      if party == .target {
        found.add(Failure(4, .response(2), "6.1/cr.own-id"))
      } else if !plan.hasKey(of: party) {
        found.add(Failure(4, .response(2), "6.1/cr.id"))
      }
    case ("user_id", .party(let party)): if party != .target { found.add(Failure(3, .response(3), "6.1/cr.user-id")) }
    case ("name", .bytes(let bytes)):
      sizes.name = bytes.count
      if !bytes.isEmpty, bytes.count <= 255, !bytes.allSatisfy({ $0 >= 0x20 && $0 <= 0x7e }) {
        found.add(Failure(2, .nameRefused, "6.1/cr.name"))
      }
    default: try setCommon(field, value, &found, &sizes)
    }
  }

  private static func setChange(
    _ field: String, _ value: Value, _ sender: Sender, _ found: inout Consequence, _ sizes: inout Sizes
  ) throws(CaseFault) {
    switch (field, value) {
    case ("timestamp", .number), ("request_id", .number), ("request_id", .bytes): break
    case ("user_id", .party(let party)):
      if party.isOwn(of: sender) { break }
      found.add(Failure(3, .acknowledgement(1), party == .target ? "6.1/3.sender-me" : party == .other ? "6.1/3.ic-client" : "6.1/3.ic-user-id"))
    case ("new_id", .party), ("new_id", .bytes): found.add(Failure(3, .acknowledgement(1), "6.1/3.ic-new-id"))
    case ("client_id", .bytes), ("client_id", .party): found.add(Failure(3, .acknowledgement(1), "6.1/3.ic-client"))
    default: try setCommon(field, value, &found, &sizes)
    }
  }

  private static func setCommon(_ field: String, _ value: Value, _ found: inout Consequence, _ sizes: inout Sizes) throws(CaseFault) {
    switch (field, value) {
    case ("version", .number(let number)): if number != 1 { found.add(.version) }
    case ("type", .number(let number)):
      guard !PacketType(rawValue: UInt8(truncatingIfNeeded: number)).isDefined(.v1) else {
        throw CaseFault("CR and IC cannot be turned into type \(number): their bytes would be cut into other packets")
      }
      found.add(.type)
    case ("key_length", .number(let number)): sizes.saidKey = number
    case ("name_length", .number(let number)): sizes.saidName = number
    default: throw CaseFault("what \(field) deserves with this value is not known; use a number, a party or bytes as fits the field")
    }
  }

  /// Lengths that lie, and packets that end early.
  private static func finish(_ plan: PacketPlan, _ isRequest: Bool, _ sizes: Sizes, _ found: inout Consequence) throws(CaseFault) {
    let keyEnd = isRequest ? ChatRequest.keyLength.end : IDChange.keyLength.end
    let nameEnd = isRequest ? ChatRequest.nameLength.end + sizes.key : .max
    var appended = 0
    for case .append(let bytes) in plan.changes { appended += bytes.count }
    try judgeKeyLength(isRequest, sizes, appended, &found)
    if isRequest, found.first?.owed != .fault { judgeNameLength(sizes, appended, &found) }
    let whole = isRequest ? ChatRequest.fixedLength + sizes.key + sizes.name : IDChange.fixedLength + sizes.key
    for case .cut(let count) in plan.changes where count < whole { found.shorten(to: count, keyLengthEnd: keyEnd, nameLengthEnd: nameEnd) }
  }

  private static func judgeKeyLength(_ isRequest: Bool, _ sizes: Sizes, _ appended: Int, _ found: inout Consequence) throws(CaseFault) {
    let said = sizes.saidKey ?? UInt64(sizes.key)
    if said == 0 || said > 8192 { return found.add(.keyLength) }
    guard said != UInt64(sizes.key) else { return }
    // In a CR a lie by up to three bytes makes a name_length of zero or above 255 of key and name bytes, whatever they are. An IC is only shorter or longer.
    guard !isRequest || (UInt64(sizes.key).distanceTo(said) <= 3 && sizes.name > 3) else {
      throw CaseFault("what a CR deserves whose key_length is \(said) for a key of \(sizes.key) bytes is not known; use 0, above 8192, or up to 3 more or less")
    }
    if isRequest { found.add(.nameLength) } else { found.framing = said < UInt64(sizes.key + appended) ? .leftover : .incomplete }
    if !isRequest { found.add(Failure(2, .acknowledgement(3), "6.1/2.ic-key")) }
  }

  private static func judgeNameLength(_ sizes: Sizes, _ appended: Int, _ found: inout Consequence) {
    let said = sizes.saidName ?? UInt64(sizes.name)
    if said == 0 || said > 255 { return found.add(.nameLength) }
    if said < UInt64(sizes.name + appended) { found.framing = .leftover }
    if said > UInt64(sizes.name + appended) { found.framing = .incomplete }
  }

  private static func flipRequest(_ field: String, _ bit: Int, _ found: inout Consequence) throws(CaseFault) {
    switch field {
    case "version": found.add(.version)
    case "requestor_id", "public_key": found.add(Failure(4, .response(2), "6.1/cr.id"))
    case "user_id": found.add(Failure(3, .response(3), "6.1/cr.user-id"))
    default: throw CaseFault("what a flipped bit of \(field) deserves is not known; set the field instead")
    }
  }

  private static func flipChange(_ field: String, _ bit: Int, _ found: inout Consequence, _ facts: PlanFacts) throws(CaseFault) {
    switch field {
    case "version": found.add(.version)
    case "timestamp", "request_id", "client_id": found.add(Failure(3, .acknowledgement(1), "6.1/3.ic-client"))
    case "user_id": found.add(Failure(3, .acknowledgement(1), "6.1/3.ic-user-id"))
    case "new_id": found.add(Failure(3, .acknowledgement(1), "6.1/3.ic-new-id"))
    default: throw CaseFault("what a flipped bit of \(field) deserves is not known; set the field instead")
    }
  }

  /// Nil: the target must take the key.
  private static func keyFailure(_ key: KeyChoice, _ isRequest: Bool, _ facts: PlanFacts) -> Failure? {
    if key == .privateValueLength || key == .own { return nil }
    if key == .ofTarget { return isRequest ? Failure(4, .response(2), "6.1/cr.own-id") : Failure(3, .acknowledgement(1), "6.1/3.ic-taken") }
    if key == .ofOther { return isRequest ? nil : Failure(3, .acknowledgement(1), "6.1/3.ic-taken") }
    if case .truncated(let count) = key, count <= 0 { return nil }
    if case .trailing(let count) = key, count <= 0 { return nil }
    if case .rsaBits(let bits) = key, (2048...4096).contains(bits) { return nil }
    return isRequest ? Failure(5, .response(4), "6.1/cr.key", "6.1/cr.key-status") : Failure(2, .acknowledgement(3), "6.1/2.ic-key")
  }
}

extension PacketPlan {
  /// Whether its key field is that user's, so that the user's ID beside it is right whoever sends it.
  fileprivate func hasKey(of party: Party) -> Bool {
    for case .set("public_key", _) in changes { return false }
    for case .key(let key) in changes where key != .own { return key == .ofOther && party == .other }
    return party.isOwn(of: sender)
  }
}

extension UInt64 {
  fileprivate func distanceTo(_ other: UInt64) -> UInt64 { self > other ? self - other : other - self }
}

extension KeyChoice {
  /// Whether such a key can be made for that suite and group.
  public func isPossible(_ suite: Suite, _ group: KeyGroup) -> Bool {
    switch self {
    case .valueZero, .valueOne, .valueMinusOne, .valuePrime, .valueAbovePrime, .valueLong, .x942, .otherPrime, .otherGenerator, .privateValueLength,
      .leadingZero:
      group != .x25519
    case .lowOrderPoint: group == .x25519
    case .rsaBits, .rsaExponent3, .rsaEven, .rsaNoNull, .rsaFirst, .rsaOnly: suite == .rsa
    case .garbage, .truncated, .trailing, .otherGroup, .otherSuite, .longLength, .third, .ofOther, .ofTarget, .own: true
    }
  }
}
