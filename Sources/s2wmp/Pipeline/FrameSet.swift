/// A set of frame numbers, one bit each.
struct FrameSet {
  private var words: [UInt64] = []

  mutating func insert(_ frame: UInt64) {
    let word = Int(clamping: frame / 64)
    // Frame numbers come from counting frames that were read, so this grows by an eighth of a byte a frame at most.
    while words.count <= word { words.append(0) }
    words[word] |= 1 << (frame % 64)
  }

  func contains(_ frame: UInt64) -> Bool {
    let word = Int(clamping: frame / 64)
    return word < words.count && words[word] & (1 << (frame % 64)) != 0
  }
}
