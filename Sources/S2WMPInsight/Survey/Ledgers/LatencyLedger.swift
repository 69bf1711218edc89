import S2WMPWire

/// Latencies by kind of exchange.
struct LatencyLedger {
  private var list: [LatencyFacts] = []
  /// By dialect, request and answer: where the kind stands in the list, −1 when it does not yet.
  private var places = [Int16](repeating: -1, count: 512)

  @inline(__always) mutating func add(_ dialect: Dialect, _ request: UInt8, _ answer: UInt8, _ nanoseconds: Int64) {
    list[place(dialect, request, answer)].histogram.add(nanoseconds)
  }

  mutating func addUnanswered(_ request: PacketType, _ dialect: Dialect, isToServer: Bool) {
    guard let answer = Self.answer(to: request, dialect, isToServer: isToServer) else { return }
    list[place(dialect, request.rawValue, answer.rawValue)].unanswered &+= 1
  }

  @inline(__always) private mutating func place(_ dialect: Dialect, _ request: UInt8, _ answer: UInt8) -> Int {
    let index = Int(dialect.rawValue) << 8 | Int(request & 15) << 4 | Int(answer & 15)
    if places[index] < 0 { begin(index) }
    return Int(places[index])
  }

  private mutating func begin(_ index: Int) {
    places[index] = Int16(truncatingIfNeeded: list.count)
    let (request, answer) = (PacketType(rawValue: UInt8(index >> 4 & 15)), PacketType(rawValue: UInt8(index & 15)))
    list.append(LatencyFacts(kind: ExchangeKind(dialect: index < 256 ? .v1 : .legacy, request: request, answer: answer)))
  }

  /// In the order of dialect, request and answer.
  var facts: [LatencyFacts] { places.filter { $0 >= 0 }.map { list[Int($0)] } }

  /// What a request is answered with when all is well.
  private static func answer(to request: PacketType, _ dialect: Dialect, isToServer: Bool) -> PacketType? {
    switch request {
    case .message, .statusChange: .acknowledgement
    case .registration: .registrationResponse
    case .lookup: .lookupResponse
    case .userBroadcast: .userBroadcast
    case .chatRequest: dialect == .v1 ? .chatRequestResponse : .chatRequest
    case .idChange: isToServer ? .registrationResponse : .acknowledgement
    case .broadcastServer: .broadcastServerResponse
    case .broadcastPeer: .broadcastPeerResponse
    default: nil
    }
  }

  /// The request that an answer belongs to when the request itself is no longer remembered.
  static func usualRequest(of answer: UInt8) -> UInt8? {
    switch answer {
    case 6: 1
    case 9: 2
    case 5: 4
    case 10, 8: 8
    case 13: 12
    case 15: 14
    case 7: 7
    default: nil
    }
  }
}
