/// How often a case is tried, and what of the target is watched meanwhile: some faults show only over many packets.
public struct Repetition: Hashable, Sendable {
  public enum Watched: String, Hashable, Sendable, CaseIterable {
    /// That its memory does not grow.
    case memory
    /// That its processors' time for the case does not grow.
    case time
  }

  public var count: Int
  public var watched: Watched

  public static let limit = 1_000_000

  public init(_ count: Int, _ watched: Watched) { (self.count, self.watched) = (count, watched) }
}
