/// How the text and tree formats show things.
public struct TextOptions: Sendable {
  /// The time column.
  public enum Time: String, Sendable, CaseIterable {
    /// Seconds since the first packet.
    case relative
    /// Seconds since the packet shown before.
    case delta
    /// Date and time, UTC.
    case date
    /// Time of day, UTC.
    case clock
    /// Seconds since 1970-01-01T00:00:00Z.
    case epoch
  }

  /// IDs without a known name.
  public enum IDs: String, Sendable, CaseIterable {
    /// `7f3a…c1d0`.
    case short
    /// All 32 digits.
    case full
    /// Not at all.
    case none
  }

  public var time: Time
  public var ids: IDs
  /// Whether names learned from chat requests and broadcasts stand instead of IDs.
  public var showsNames: Bool
  public var hasColour: Bool
  /// Columns of the terminal: no line is longer. Nil: as long as it takes.
  public var width: Int?
  /// Bytes of a packet that the tree's hex dump shows.
  public var dumpLimit: Int
  /// Lines for a screen that shows details elsewhere: milliseconds only, and below 96 columns where a packet came from, but not where it went.
  package var isCompact = false

  public init(
    time: Time = .relative, ids: IDs = .short, showsNames: Bool = true, hasColour: Bool = false, width: Int? = nil, dumpLimit: Int = 512
  ) {
    self.time = time
    self.ids = ids
    self.showsNames = showsNames
    self.hasColour = hasColour
    self.width = width.map { max($0, 20) }
    self.dumpLimit = max(0, dumpLimit)
  }
}
