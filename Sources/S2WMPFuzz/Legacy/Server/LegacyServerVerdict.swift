import S2WMPWire

/// What a legacy server answers to a request, as far as appendix L of the S2WMP wire format says, and the requirement that decides it.
struct LegacyServerVerdict {
  var status: UInt8
  var requirement: String

  /// Throws where two checks fail whose order is not said.
  init(_ type: PacketType, _ checks: ServerChecks) throws(CaseFault) {
    let found = type == .registration ? Self.registration(checks) : Self.lookup(checks)
    guard found.count < 2 else { throw CaseFault("appendix L does not say which status comes first; let one thing be wrong with a lookup") }
    let accepted = type == .lookup ? "L/server.found" : checks.contains(.refresh) ? "L/server.refresh" : "L/server.reg"
    (status, requirement) = found.first ?? (0, accepted)
  }

  private static func registration(_ checks: ServerChecks) -> [(UInt8, String)] {
    checks.contains(.zeroUser) ? [(2, "L/server.reg-zero")] : checks.contains(.collision) ? [(1, "L/server.collision")] : []
  }

  private static func lookup(_ checks: ServerChecks) -> [(UInt8, String)] {
    var found: [(UInt8, String)] = []
    if checks.contains(.zeroLookup) { found.append((2, "L/server.lookup-zero")) }
    if !checks.isDisjoint(with: [.zeroUser, .unregistered, .otherSource]) { found.append((3, "L/server.requestor")) }
    if checks.contains(.unknown) { found.append((1, "L/server.unknown")) }
    return found
  }
}
