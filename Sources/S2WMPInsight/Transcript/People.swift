import S2WMPAnalysis
import S2WMPReport
import S2WMPWire

/// Who the users of a capture are: IDs, the names that they gave themselves, and which IDs are one person because an ID change (IC) says so.
public struct People: Sendable {
  private static let limit = 65_536
  private static let namesEach = 4

  private var ids: [Identifier] = []
  private var places: [Identifier: Int] = [:]
  /// From each ID's place to the place of the one that it began as.
  private var origins: [Int] = []
  private var names: [[[UInt8]]] = []
  public private(set) var book = NameBook()

  init() {}

  /// Learns of an ID. Beyond the limit users stay strangers.
  mutating func meet(_ id: Identifier) {
    if id.isZero || places[id] != nil || ids.count >= Self.limit { return }
    places[id] = ids.count
    origins.append(ids.count)
    ids.append(id)
    names.append([])
  }

  mutating func learn(from packet: borrowing Dissection) { book.learn(from: copy packet) }

  /// A name that a packet gave an ID; not of packets whose ID is not their key's.
  mutating func name(_ id: Identifier, _ name: [UInt8]) {
    meet(id)
    let name = Array(name.prefix(48))
    guard let place = places[id], !name.isEmpty, names[place].count < Self.namesEach, !names[place].contains(name) else { return }
    names[place].append(name)
  }

  /// The second ID is the first one's successor.
  mutating func join(_ old: Identifier, _ new: Identifier) {
    meet(old)
    meet(new)
    guard let first = places[old], let second = places[new] else { return }
    let (origin, other) = (origins[first], origins[second])
    if origin == other { return }
    for index in origins.indices where origins[index] == other { origins[index] = origin }
  }

  /// The ID that this person began with.
  public func person(_ id: Identifier) -> Identifier {
    guard let place = places[id] else { return id }
    return ids[origins[place]]
  }

  /// All IDs of that person, in the order in which they were met.
  public func ids(of id: Identifier) -> [Identifier] {
    guard let place = places[id] else { return [id] }
    let origin = origins[place]
    return ids.indices.filter { origins[$0] == origin }.map { ids[$0] }
  }

  /// The ID under whose name this user is shown: its own, or another one of the person when it came without a name.
  public func shown(_ id: Identifier) -> Identifier {
    if book.name(of: id) != nil { return id }
    return ids(of: id).first { book.name(of: $0) != nil } ?? id
  }

  /// Everybody, by their first IDs.
  public var all: [Identifier] { ids.indices.filter { origins[$0] == $0 }.map { ids[$0] } }

  /// The persons that a text means: an ID or at least four digits that it begins with, or a name.
  func matching(_ text: String) -> [Identifier] {
    let wanted = Array(text.utf8)
    let digits = wanted.count >= 4 && wanted.count <= 32 && wanted.allSatisfy { Hex.value($0) != nil } ? text.lowercased() : nil
    let exact = persons { index in names[index].contains(wanted) || digits.map { ids[index].hex.hasPrefix($0) } == true }
    if !exact.isEmpty { return exact }
    let lower = text.lowercased()
    return persons { index in names[index].contains { String(decoding: $0, as: UTF8.self).lowercased() == lower } }
  }

  private func persons(_ isWanted: (Int) -> Bool) -> [Identifier] {
    var found: [Identifier] = []
    for index in ids.indices where isWanted(index) {
      let person = ids[origins[index]]
      if !found.contains(person) { found.append(person) }
    }
    return found
  }
}
