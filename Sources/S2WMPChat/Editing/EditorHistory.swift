/// Lines written in this session, for the up and down keys. Only in memory: messages are in the store already, and a file of typed lines would be one more
/// place from which they can be read.
struct EditorHistory {
  private var lines: [String] = []
  private var bytes = 0
  /// Which line is shown; `lines.count` is the one being written.
  private var position = 0
  private var unfinished = ""

  private static let linesAtMost = 500
  private static let bytesAtMost = 4 << 20

  mutating func add(_ line: String) {
    if line.isEmpty || line == lines.last { return }
    lines.append(line)
    bytes += line.utf8.count
    while lines.count > Self.linesAtMost || bytes > Self.bytesAtMost && lines.count > 1 {
      bytes -= lines.removeFirst().utf8.count
    }
  }

  /// Back to the line being written.
  mutating func leave() {
    position = lines.count
    unfinished = ""
  }

  mutating func older(than current: String) -> String? {
    guard position > 0 else { return nil }
    if position == lines.count { unfinished = current }
    position -= 1
    return lines[position]
  }

  mutating func newer() -> String? {
    guard position < lines.count else { return nil }
    position += 1
    return position == lines.count ? unfinished : lines[position]
  }
}
