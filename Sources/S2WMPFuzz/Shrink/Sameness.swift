/// What has to stay the same while a finding is made small: else another fault of the target could take its place.
struct Sameness: Hashable {
  let requirement: String
  let kind: FindingKind

  init(_ mismatch: Mismatch) {
    requirement = Self.base(mismatch.requirement)
    kind = mismatch.kind
  }

  func covers(_ mismatch: Mismatch) -> Bool { mismatch.kind == kind && Self.base(mismatch.requirement) == requirement }

  /// Crashes and hangs are named by what is left in the packet, so their names change while it becomes less.
  private static func base(_ requirement: String) -> String {
    for base in ["6.1/crash", "6.1/hang", "6.2/crash"] where requirement.hasPrefix(base) { return base }
    return requirement
  }
}
