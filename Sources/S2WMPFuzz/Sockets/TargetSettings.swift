import S2WMPFlow
import S2WMPWire

/// Where a target is and how long it may take.
public struct TargetSettings: Sendable {
  /// Where it takes TCP connections and datagrams.
  public var endpoint: Endpoint
  public var dialect: Dialect
  /// The target's own: how long it waits inside a packet before it gives up (S2WMP wire format, section 4).
  public var readTimeout: Duration
  /// How long an answer may take.
  public var replyTimeout: Duration
  /// Where the many source addresses on the loopback network begin; chosen at random for every run, so that no run meets the bans of an earlier one.
  public var sourceBase: UInt32
  /// Whether runs tell from where they asked (`Observation.places`).
  public var notesPlaces = false
  /// The port that datagrams leave from and answers come to; 0: the system chooses. A legacy server answers to 5002 whatever it is.
  public var datagramPort: UInt16 = 0

  public init(
    endpoint: Endpoint, dialect: Dialect = .v1, readTimeout: Duration = .seconds(5), replyTimeout: Duration = .seconds(2),
    sourceBase: UInt32 = .random(in: 0...UInt32.max)
  ) {
    self.endpoint = endpoint
    self.dialect = dialect
    self.readTimeout = readTimeout
    self.replyTimeout = replyTimeout
    self.sourceBase = sourceBase
  }

  /// How many source addresses there are: on 127.0.0.0/8 many, elsewhere the one that the system chooses.
  public var sources: Int { endpoint.isLoopbackIPv4 ? Self.loopbackSources : 1 }

  static let loopbackSources = 1 << 20

  /// The address that source number `index` stands for, with port 0; nil: the system chooses.
  func source(_ index: Int) -> Endpoint? {
    guard index > 0, endpoint.isLoopbackIPv4 else { return nil }
    // 127.1.0.0 to 127.254.255.255: clear of the ordinary addresses at the start of the network and of its broadcast address at the end.
    let room: UInt32 = 254 << 16
    let offset = (sourceBase % room &+ UInt32(truncatingIfNeeded: index)) % room
    return .ipv4(0x7f01_0000 &+ offset, port: 0)
  }
}

extension Endpoint {
  var isLoopbackIPv4: Bool { isIPv4 && UInt32(truncatingIfNeeded: low) >> 24 == 127 }

  var isLoopback: Bool { isLoopbackIPv4 || (!isIPv4 && high == 0 && low == 1) }

  /// 0.0.0.0 or ::.
  var isAnyAddress: Bool { isIPv4 ? UInt32(truncatingIfNeeded: low) == 0 : high | low == 0 }
}
