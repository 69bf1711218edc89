import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// A user as it becomes known.
struct UserEntry {
  var facts: UserFacts
  var lastStatus: Int16 = -1
  /// Bits of the dialects in the facts.
  var dialects: UInt8 = 0
}

/// Where a packet stands, for the facts that refer to it.
struct PacketPlace {
  var file: Int
  var frame: UInt64
  var time: CaptureTime
  var dialect: Dialect
}

/// The users listed, by ID.
struct UserLedger {
  private(set) var index: [Identifier: Int32] = [:]
  private(set) var entries: [UserEntry] = []
  private let limits: SurveyLimits
  /// Names, addresses and the like that may still be listed.
  private var room: Int
  private var others = SeenSet()

  init(_ limits: SurveyLimits) {
    self.limits = limits
    room = limits.factsOfUsers
  }

  /// Users that are not listed, at least.
  var leftOut: UInt64 { others.count }

  /// The place of a user in the list, −1 when it does not fit in; notes that it was seen.
  mutating func find(_ id: Identifier, _ place: PacketPlace) -> Int32 {
    if id.isZero { return -1 }
    if let known = index[id] {
      see(known, place)
      return known
    }
    guard entries.count < limits.users else {
      others.insert(id.hashValue)
      return -1
    }
    let new = Int32(truncatingIfNeeded: entries.count)
    index[id] = new
    var facts = UserFacts(id: id, frame: place.frame)
    facts.firstFile = place.file
    if !place.time.isNone { facts.firstTime = place.time }
    entries.append(UserEntry(facts: facts))
    see(new, place)
    return new
  }

  @inline(__always) mutating func see(_ user: Int32, _ place: PacketPlace) {
    guard user >= 0 else { return }
    let at = Int(user)
    if entries[at].facts.lastFile == place.file {
      entries[at].facts.lastFrame = max(entries[at].facts.lastFrame, place.frame)
    } else {
      entries[at].facts.lastFile = place.file
      entries[at].facts.lastFrame = place.frame
    }
    if !place.time.isNone { entries[at].facts.lastTime = place.time }
    let bit: UInt8 = 1 << place.dialect.rawValue
    if entries[at].dialects & bit == 0 {
      entries[at].dialects |= bit
      entries[at].facts.dialects.insert(place.dialect)
    }
  }

  @inline(__always) mutating func noteSent(_ user: Int32, message: Bool) {
    guard user >= 0 else { return }
    entries[Int(user)].facts.packetsSent &+= 1
    if message { entries[Int(user)].facts.messagesSent &+= 1 }
  }

  @inline(__always) mutating func noteReceived(_ user: Int32) {
    if user >= 0 { entries[Int(user)].facts.messagesReceived &+= 1 }
  }

  // MARK: - Lists

  @inline(__always) mutating func note(status: UInt8, of user: Int32, _ place: PacketPlace) {
    guard user >= 0, entries[Int(user)].lastStatus != Int16(status) else { return }
    change(status, user, place)
  }

  private mutating func change(_ status: UInt8, _ user: Int32, _ place: PacketPlace) {
    entries[Int(user)].lastStatus = Int16(status)
    guard takeRoom(user, entries[Int(user)].facts.statuses.count, limits.statusesOfUser) else { return }
    entries[Int(user)].facts.statuses.append(
      StatusChange(status: status, dialect: place.dialect, file: place.file, frame: place.frame, time: place.time.isNone ? nil : place.time))
  }

  mutating func note(name: some Collection<UInt8>, of user: Int32) {
    guard user >= 0, !name.isEmpty else { return }
    let name = Array(name.prefix(limits.nameBytes))
    if entries[Int(user)].facts.names.contains(name) { return }
    if takeRoom(user, entries[Int(user)].facts.names.count) { entries[Int(user)].facts.names.append(name) }
  }

  mutating func note(address: Endpoint, of user: Int32) {
    guard user >= 0 else { return }
    if entries[Int(user)].facts.addresses.complete(with: address) { return }
    if takeRoom(user, entries[Int(user)].facts.addresses.count) { entries[Int(user)].facts.addresses.append(address) }
  }

  mutating func note(key: KeyFacts, of user: Int32) {
    guard user >= 0, !entries[Int(user)].facts.keys.contains(where: { $0.digest == key.digest }) else { return }
    if takeRoom(user, entries[Int(user)].facts.keys.count) { entries[Int(user)].facts.keys.append(key) }
  }

  mutating func noteChange(from old: Int32, to new: Int32) {
    guard old >= 0, new >= 0, old != new else { return }
    let (oldID, newID) = (entries[Int(old)].facts.id, entries[Int(new)].facts.id)
    if !entries[Int(old)].facts.laterIDs.contains(newID), takeRoom(old, entries[Int(old)].facts.laterIDs.count) {
      entries[Int(old)].facts.laterIDs.append(newID)
    }
    if !entries[Int(new)].facts.formerIDs.contains(oldID), takeRoom(new, entries[Int(new)].facts.formerIDs.count) {
      entries[Int(new)].facts.formerIDs.append(oldID)
    }
  }

  mutating func noteRegistration(_ user: Int32) {
    if user >= 0 { entries[Int(user)].facts.registrations &+= 1 }
  }

  mutating func note(registrationStatus: UInt8, of user: Int32) {
    if user >= 0 { entries[Int(user)].facts.registrationStatus = registrationStatus }
  }

  private mutating func takeRoom(_ user: Int32, _ count: Int, _ limit: Int? = nil) -> Bool {
    guard count < limit ?? limits.factsOfUser, room > 0 else {
      entries[Int(user)].facts.isCut = true
      return false
    }
    room -= 1
    return true
  }
}

/// Counts different things without keeping them: one bit for each of a million hashes, so that a few of very many are missed.
struct SeenSet {
  private static let bits = 1 << 20
  private var words: [UInt64] = []
  private(set) var count: UInt64 = 0

  mutating func insert(_ hash: Int) {
    if words.isEmpty { words = Array(repeating: 0, count: Self.bits / 64) }
    let bit = hash & (Self.bits - 1)
    let mask: UInt64 = 1 << UInt64(bit & 63)
    if words[bit >> 6] & mask != 0 { return }
    words[bit >> 6] |= mask
    count += 1
  }
}
