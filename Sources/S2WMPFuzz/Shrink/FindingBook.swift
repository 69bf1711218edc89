/// The findings of a run, one for each requirement and kind, and how often each was seen.
public struct FindingBook: Sendable {
  /// What findings are told apart by.
  public struct Name: Hashable, Sendable {
    public var requirement: String
    public var kind: FindingKind

    public init(_ mismatch: Mismatch) { (requirement, kind) = (mismatch.requirement, mismatch.kind) }
  }

  /// In order of discovery, numbered from 1.
  public private(set) var findings: [Finding] = []
  /// Mismatches that were seen once and not again.
  public private(set) var flaky: [Mismatch] = []
  private var sightings: [Name: Int] = [:]
  /// The findings that mismatches as first seen led to, and how often they were looked into.
  private var causes: [Name: [Name]] = [:]
  private var looked: [Name: Int] = [:]
  /// A mismatch may mean several things: so often it is looked into before it counts as known.
  private static let looks = 4
  private static let flakyLimit = 100

  public init() {}

  /// How often a finding was seen, the first time included.
  public func count(_ finding: Finding) -> Int { sightings[Name(finding.mismatch)] ?? 0 }

  /// Whether a mismatch is to be looked into. If not, it counts as one more sighting of what it led to before.
  public mutating func isNew(_ mismatch: Mismatch) -> Bool {
    let name = Name(mismatch)
    let known = causes[name] ?? []
    // What is what it seems to be needs no second look, and what never led to anything new has been looked into enough.
    guard known.contains(name) || looked[name, default: 0] >= Self.looks else { return true }
    if let cause = known.contains(name) ? name : known.last { sightings[cause, default: 0] += 1 }
    return false
  }

  /// The mismatch as it was first seen, and what it turned out to be. Whether that is new.
  @discardableResult public mutating func add(_ finding: Finding, seenAs mismatch: Mismatch) -> Bool {
    let name = Name(finding.mismatch)
    causes[Name(mismatch), default: []].append(name)
    looked[Name(mismatch), default: 0] += 1
    sightings[name, default: 0] += 1
    guard !findings.contains(where: { Name($0.mismatch) == name }) else { return false }
    var numbered = finding
    numbered.number = findings.count + 1
    findings.append(numbered)
    return true
  }

  /// It could not be seen again.
  public mutating func addFlaky(_ mismatch: Mismatch) {
    looked[Name(mismatch), default: 0] += 1
    if flaky.count < Self.flakyLimit { flaky.append(mismatch) }
  }
}
