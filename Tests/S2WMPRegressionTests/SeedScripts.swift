import S2WMPWire

@testable import S2WMPFuzzTargets

/// Writes a script for the `peer` target, step by step.
struct PeerSeed {
  private(set) var bytes: [UInt8]

  /// - setting: as `PeerSetting` reads it: 0 accepts every request, 1 asks, 2 denies; 4 discovers, 8 knows a server, 16 tight limits, 32 knows friends'
  ///   addresses, 64 allows another client, 128 is invisible and has messages to send.
  init(_ setting: UInt8) { bytes = [setting] }

  /// A step on one of the connections.
  mutating func add(_ step: PeerScript.Step, on slot: UInt8 = 0, _ parameters: [UInt8] = []) { bytes += [slot << 5 | step.rawValue] + parameters }

  mutating func connect(_ slot: UInt8 = 0, place: UInt8 = 0) { add(.connect, on: slot, [place]) }
  mutating func raw(_ bytes: [UInt8], on slot: UInt8 = 0) { add(.bytes, on: slot, [UInt8(bytes.count)] + bytes) }
  mutating func send(_ packet: [UInt8], on slot: UInt8 = 0) { add(.packet, on: slot, packet) }
  mutating func flip(_ packet: [UInt8], at offset: UInt16, on slot: UInt8 = 0) { add(.flipped, on: slot, packet + offset.wireBytes + [1]) }
  mutating func cut(_ packet: [UInt8], to length: UInt16, on slot: UInt8 = 0) { add(.cut, on: slot, packet + length.wireBytes) }
  mutating func datagram(_ bytes: [UInt8]) { add(.datagram, [0, UInt8(bytes.count)] + bytes) }
  mutating func ask(_ packet: [UInt8]) { add(.packetDatagram, [0] + packet) }

  mutating func pass(_ milliseconds: UInt64) {
    guard let index = PeerScript.pauses.firstIndex(of: milliseconds) else { preconditionFailure("no such pause") }
    add(.pass, [UInt8(index)])
  }

  // Packets, as `PeerForge` reads them. From 0 and 1, who are friends, to 5.

  static func message(_ text: [UInt8], from sender: UInt8 = 0, _ datetime: UInt8 = 0) -> [UInt8] { [sender << 4, datetime, UInt8(text.count)] + text }
  static func message(_ text: String, from sender: UInt8 = 0, _ datetime: UInt8 = 0) -> [UInt8] { message(Array(text.utf8), from: sender, datetime) }
  static func odd(_ options: UInt8, status: UInt8 = 0, _ text: String = "odd", from sender: UInt8 = 0) -> [UInt8] {
    [sender << 4 | 1, options, status, 0, UInt8(text.utf8.count)] + Array(text.utf8)
  }
  static func status(_ status: UInt8, from sender: UInt8 = 0, _ datetime: UInt8 = 0) -> [UInt8] { [sender << 4 | 2, status, datetime] }
  static func request(from sender: UInt8, _ options: UInt8 = 0, name: [UInt8] = []) -> [UInt8] {
    [sender << 4 | 3, options, UInt8(name.count)] + name + (options & 32 != 0 ? [1] : [])
  }
  static func change(from sender: UInt8 = 0, to new: UInt8, _ options: UInt8 = 0, _ datetime: UInt8 = 0) -> [UInt8] {
    [sender << 4 | 4, options, datetime, new]
  }
  static func response(from sender: UInt8, status: UInt8 = 0, _ options: UInt8 = 0) -> [UInt8] { [sender << 4 | 5, status, options, 0] }
  static func lookup(from sender: UInt8 = 2, _ options: UInt8 = 0) -> [UInt8] { [sender << 4 | 7, options, 0, 9] }
  static func long(_ count: UInt16, from sender: UInt8 = 0) -> [UInt8] { [sender << 4 | 9, 0, UInt8(ascii: "a")] + count.wireBytes }
  static func answer(_ which: UInt8 = 0, status: UInt8 = 0, _ options: UInt8 = 0) -> [UInt8] { [10, which, status, options] }
  static func sealed(_ options: UInt8, from sender: UInt8 = 0, _ datetime: UInt8 = 0) -> [UInt8] { [sender << 4 | 11, datetime, options] }
}

/// Writes a script for the `bootstrap` target.
struct BootstrapSeed {
  private(set) var bytes: [UInt8]

  /// - limits: as `BootstrapSetting` reads them.
  init(_ limits: UInt8, _ table: UInt8) { bytes = [limits, table] }

  mutating func add(_ step: BootstrapScript.Step, on slot: UInt8 = 0, _ parameters: [UInt8] = []) { bytes += [slot << 5 | step.rawValue] + parameters }
  mutating func ask(_ request: [UInt8], from place: UInt8 = 0) { add(.request, [place] + request) }

  mutating func pass(_ milliseconds: UInt64) {
    guard let index = BootstrapScript.pauses.firstIndex(of: milliseconds) else { preconditionFailure("no such pause") }
    add(.pass, [UInt8(index)])
  }

  static func register(_ user: UInt8, request: UInt8 = 3) -> [UInt8] { [user << 4, request] }
  static func lookup(_ user: UInt8, for wanted: UInt8) -> [UInt8] { [user << 4 | 1, wanted] }
  static func search(_ user: UInt8) -> [UInt8] { [user << 4 | 2, 7] }
  static func change(_ user: UInt8, to new: UInt8) -> [UInt8] { [user << 4 | 4, new] }
  static func legacyRegister(_ user: UInt8) -> [UInt8] { [user << 4 | 5, 3] }
  static func legacyLookup(_ user: UInt8, for wanted: UInt8) -> [UInt8] { [user << 4 | 6, wanted] }
}
