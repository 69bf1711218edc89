import S2WMPReport

/// Rows and columns of a terminal.
public struct LiveSize: Hashable, Sendable {
  public var columns: Int
  public var rows: Int

  /// What the screen needs at least.
  public static let least = LiveSize(columns: 40, rows: 10)

  public init(columns: Int, rows: Int) {
    self.columns = min(max(columns, 1), 1000)
    self.rows = min(max(rows, 1), 1000)
  }

  var isEnough: Bool { columns >= Self.least.columns && rows >= Self.least.rows }
}

/// What a live screen is made for.
public struct LiveSettings: Sendable {
  /// The device, as the title shows it.
  public var device: String
  /// Packets that are kept.
  public var keep: Int
  /// Bytes of packets that are kept.
  public var keepBytes = 64 << 20
  /// How times, IDs and names are shown; width and density are the screen's own.
  public var text: TextOptions
  /// The filter to begin with.
  public var filter: DisplayFilter?
  /// A file name to offer; made anew for each saving.
  public var saveName: @Sendable () -> String

  public init(device: String, keep: Int, text: TextOptions, filter: DisplayFilter? = nil, saveName: @escaping @Sendable () -> String) {
    self.device = device
    self.keep = keep
    self.text = text
    self.filter = filter
    self.saveName = saveName
  }
}
