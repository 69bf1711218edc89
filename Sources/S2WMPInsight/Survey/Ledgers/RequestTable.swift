import S2WMPWire

/// A request that may still be answered.
struct SeenRequest {
  var frame: UInt64 = 0
  /// What the answer repeats of it (datetime or request ID): tells apart the requests of one frame.
  var echo: UInt64 = 0
  /// Who asked, in the list of users; −1: not listed.
  var asker: Int32 = -1
  var type: UInt8 = 0
  var dialect: Dialect = .v1
}

/// The latest requests by frame: four for each of 16,384 neighbouring frames.
struct RequestTable {
  private static let ways = 4
  private static let sets = 1 << 14

  private var requests: [SeenRequest] = []
  /// Where the next request of a set goes.
  private var next: [UInt8] = []

  @inline(__always) mutating func add(_ request: SeenRequest) {
    if requests.isEmpty { makeRoom() }
    let set = Int(truncatingIfNeeded: request.frame) & (Self.sets - 1)
    let way = Int(next[set])
    requests[set * Self.ways + way] = request
    next[set] = UInt8((way + 1) % Self.ways)
  }

  private mutating func makeRoom() {
    requests = Array(repeating: SeenRequest(), count: Self.sets * Self.ways)
    next = Array(repeating: 0, count: Self.sets)
  }

  mutating func forgetAll() {
    requests = []
    next = []
  }

  /// The request in a frame that a packet of that type can answer; of several, the one whose echo comes back.
  @inline(__always) func find(_ frame: UInt64, answeredBy answer: UInt8, echo: UInt64) -> SeenRequest? {
    if requests.isEmpty { return nil }
    let start = (Int(truncatingIfNeeded: frame) & (Self.sets - 1)) * Self.ways
    var found: SeenRequest?
    for index in start..<(start + Self.ways) where requests[index].frame == frame {
      guard Self.answers(requests[index], answer) else { continue }
      if requests[index].echo == echo { return requests[index] }
      found = found ?? requests[index]
    }
    return found
  }

  private static func answers(_ request: SeenRequest, _ answer: UInt8) -> Bool {
    switch (answer, request.type) {
    case (6, 1), (6, 3), (6, 8), (6, 11), (9, 2), (9, 11), (5, 4), (10, 8), (13, 12), (15, 14): true
    case (8, 8), (7, 7): request.dialect == .legacy
    default: false
    }
  }
}
