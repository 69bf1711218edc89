import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPPeer

@Suite("Appendix L: registration and lookup") struct LegacyServerTests {
  static let server = Endpoint.ipv4(0x0a00_0001, port: 5005)
  /// Replies may come from any port of the server.
  static let replies = Endpoint.ipv4(0x0a00_0001, port: 4999)

  private func host() throws -> (Lan, LanHost) {
    let lan = Lan()
    let host = try LanHost("carol", 3, key: LegacyKeys.key(2), server: Self.server)
    lan.add(host)
    return (lan, host)
  }

  @Test("Registers on start; the server's answer leads over FD to Listen")
  func registers() throws {
    let (lan, host) = try host()
    #expect(lan.datagrams.count == 1 && lan.datagrams[0].to == Self.server && host.states == ["Init", "Wait"])
    try withLegacyView(lan.datagrams[0].bytes) { #expect($0.layout == .legacyRegistration && $0[LegacyRegistration.userID] == host.id) }
    try lan.deliver(response(0, host.id), from: Self.replies, to: host)
    #expect(host.states == ["Init", "Wait", "FD", "Listen"] && host.events.contains(.registered(status: 0)))
    lan.run(.seconds(299))
    #expect(lan.datagrams.count == 1)
    lan.run(.seconds(2))
    #expect(lan.datagrams.count >= 2)
  }

  @Test("Three tries with one request ID, then on without the server, which is asked again later")
  func triesThrice() throws {
    let (lan, host) = try host()
    lan.run(.seconds(10))
    #expect(lan.datagrams.count == 3 && Set(lan.datagrams.map(\.bytes)).count == 1)
    #expect(host.states == ["Init", "Wait", "NF", "LD", "Listen"] && host.events.contains(.registered(status: nil)))
    lan.run(.seconds(54))
    #expect(lan.datagrams.count > 3)
    try lan.deliver(response(0, host.id), from: Self.replies, to: host)
    #expect(host.events.contains(.registered(status: 0)))
  }

  @Test("A collision makes a new ID, which registers")
  func changesOnCollision() throws {
    let (lan, host) = try host()
    let before = host.id
    try lan.deliver(response(1, before), from: Self.replies, to: host)
    #expect(host.id != before && host.store.legacyIdentities.map(\.userID) == [host.id])
    let last = try #require(lan.datagrams.last)
    try withLegacyView(last.bytes) { #expect($0[LegacyRegistration.userID] == host.id) }
    try lan.deliver(response(0, host.id), from: Self.replies, to: host)
    #expect(host.events.last == .registered(status: 0))
  }

  @Test("Responses from elsewhere, to others, unasked, or undefined are dropped")
  func dropsOthers() throws {
    let (lan, host) = try host()
    try lan.deliver(response(0, host.id), from: .ipv4(0x0a00_0002, port: 5005), to: host)
    try lan.deliver(response(0, .zero), from: Self.replies, to: host)
    try lan.deliver(response(3, host.id), from: Self.replies, to: host)
    try lan.deliver(response(0, host.id) + [0], from: Self.replies, to: host)
    #expect(host.states == ["Init", "Wait"])
    try lan.deliver(response(0, host.id), from: Self.replies, to: host)
    let events = host.events.count
    try lan.deliver(response(1, host.id), from: Self.replies, to: host)
    #expect(host.events.count == events)
  }

  @Test("A lookup is answered with the IDs swapped or not; the port is always the same", arguments: [false, true])
  func looksUp(_ swapped: Bool) throws {
    let (lan, host) = try host()
    let wanted = Identifier(high: 3, low: 4)
    lan.command(host, .lookup(wanted))
    let request = try requestID(lan)
    try lan.deliver(found(0, Identifier(high: 9, low: 9), wanted, host.id, swapped), from: Self.replies, to: host)
    try lan.deliver(found(0, request, wanted, host.id, swapped), from: Self.replies, to: host)
    let answers = host.events.filter { if case .lookup = $0 { true } else { false } }
    #expect(answers == [.lookup(id: wanted, status: 0, address: .ipv4(0x0a00_0009, port: 5000))])
  }

  @Test("An address that comes with another status counts for nothing; silence ends after three tries")
  func findsNothing() throws {
    let (lan, host) = try host()
    let wanted = Identifier(high: 3, low: 4)
    lan.command(host, .lookup(wanted))
    try lan.deliver(found(1, try requestID(lan), wanted, host.id, true), from: Self.replies, to: host)
    #expect(host.events.last == .lookup(id: wanted, status: 1, address: nil))
    lan.command(host, .lookup(wanted))
    let before = lan.datagrams.count
    lan.run(.seconds(4))
    #expect(lan.datagrams.dropFirst(before - 1).filter { $0.bytes.count == 58 }.count == 3)
    #expect(host.events.contains(.lookup(id: wanted, status: nil, address: nil)))
  }

  @Test("Adding somebody whose address is unknown asks the server first")
  func addsByLookup() throws {
    let (lan, host) = try host()
    let bob = try LanHost("bob", 9, key: LegacyKeys.key(1))
    lan.add(bob)
    lan.command(host, .add(bob.id, address: nil))
    try lan.deliver(found(0, try requestID(lan), bob.id, host.id, true), from: Self.replies, to: host)
    lan.run(.seconds(1))
    #expect(host.store.friends[bob.id] != nil && bob.store.friends[host.id] != nil)
    let other = Identifier(high: 3, low: 4)
    lan.command(host, .add(other, address: nil))
    try lan.deliver(found(2, try requestID(lan), other, host.id, true), from: Self.replies, to: host)
    #expect(host.events.last == .addFailed(id: other, reason: "the bootstrap server does not know the address"))
  }

  private func requestID(_ lan: Lan) throws -> Identifier {
    let lookup = try #require(lan.datagrams.last { $0.bytes.count == 58 })
    return try withLegacyView(lookup.bytes) { $0[LegacyLookup.requestID] }
  }

  private func response(_ status: UInt8, _ user: Identifier) throws -> [UInt8] {
    var packet = try #require(PacketBuilder(.registrationResponse, .legacy))
    packet.set(LegacyRegistrationResponse.status, status)
    packet.set(LegacyRegistrationResponse.userID, user)
    return packet.build()
  }

  private func found(_ status: UInt8, _ request: Identifier, _ wanted: Identifier, _ asker: Identifier, _ swapped: Bool) throws -> [UInt8] {
    var packet = try #require(PacketBuilder(.lookupResponse, .legacy))
    packet.set(LegacyLookupResponse.status, status)
    packet.set(LegacyLookupResponse.requestID, request)
    packet.set(LegacyLookupResponse.userID, swapped ? wanted : asker)
    packet.set(LegacyLookupResponse.lookupID, swapped ? asker : wanted)
    packet.set(LegacyLookupResponse.address, Address32(0x0a00_0009))
    return packet.build()
  }
}
