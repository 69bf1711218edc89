/// What the surroundings of the model have to do.
public enum LiveEffect: Sendable, Equatable {
  /// Answered by `LiveModel.receive(saved:)`.
  case save(SaveRequest)
  case suspend
  case redraw
  case bell
  case quit
}

/// Frames to be written to a new capture file.
public struct SaveRequest: Sendable, Equatable {
  public var path: String
  /// Numbers of frames, ascending; nil: all that are kept.
  public var frames: [UInt64]?
  /// Whether a file of that name may be replaced.
  public var replaces: Bool
}

/// How saving went.
public enum SaveResult: Sendable, Equatable {
  /// - missing: frames that were no longer kept.
  case saved(path: String, frames: Int, missing: UInt64)
  /// There is a file of that name.
  case exists(path: String)
  /// One sentence.
  case failed(String)
}
