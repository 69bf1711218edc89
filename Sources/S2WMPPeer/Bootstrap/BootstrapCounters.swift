import S2WMPWire

/// What a bootstrap server did since it was started.
public struct BootstrapCounters: Hashable, Sendable {
  /// Requests by kind, answered or not.
  public var registrations: UInt64 = 0
  public var lookups: UInt64 = 0
  public var idChanges: UInt64 = 0
  public var broadcasts: UInt64 = 0
  public var legacyRegistrations: UInt64 = 0
  public var legacyLookups: UInt64 = 0

  /// Answers by status, 0 to 3.
  public var registrationAnswers = [UInt64](repeating: 0, count: 4)
  public var lookupAnswers = [UInt64](repeating: 0, count: 4)
  public var broadcastAnswers = [UInt64](repeating: 0, count: 4)

  /// Datagrams that are not exactly one packet with every value defined.
  public var malformedDatagrams: UInt64 = 0
  /// Packets that are not for a server, or not over this transport.
  public var ignoredPackets: UInt64 = 0
  /// Requests of banned sources, met with silence.
  public var bannedRequests: UInt64 = 0
  /// How often a source was banned.
  public var bans: UInt64 = 0
  /// REG and IC that found the table full.
  public var refusedRegistrations: UInt64 = 0
  /// TCP streams that could not be framed, ended or stalled inside a packet.
  public var brokenStreams: UInt64 = 0

  public init() {}

  mutating func note(_ request: BootstrapRequest) {
    switch (request.kind, request.dialect) {
    case (.registration, .v1): registrations += 1
    case (.registration, .legacy): legacyRegistrations += 1
    case (.lookup, .v1): lookups += 1
    case (.lookup, .legacy): legacyLookups += 1
    case (.idChange, _): idChanges += 1
    case (.broadcast, _): broadcasts += 1
    }
  }

  mutating func note(_ status: UInt8, to request: BootstrapRequest) {
    let index = Int(status & 3)
    switch request.kind {
    case .registration, .idChange: registrationAnswers[index] += 1
    case .lookup: lookupAnswers[index] += 1
    case .broadcast: broadcastAnswers[index] += 1
    }
  }
}
