/// Well-formed UTF-8 by the table of byte sequences in the Unicode standard (3.9, table 3-7): the oracle's own, so that it shares no decoder with a peer.
enum UTF8Rules {
  static func allows(_ bytes: [UInt8]) -> Bool {
    var at = 0
    while at < bytes.count {
      guard let count = length(bytes[at]) else { return false }
      guard at + count <= bytes.count else { return false }
      if count > 1 {
        guard second(bytes[at]).contains(bytes[at + 1]) else { return false }
        for index in (at + 2)..<max(at + 2, at + count) where !(0x80...0xbf).contains(bytes[index]) { return false }
      }
      at += count
    }
    return true
  }

  private static func length(_ first: UInt8) -> Int? {
    switch first {
    case 0x00...0x7f: 1
    case 0xc2...0xdf: 2
    case 0xe0...0xef: 3
    case 0xf0...0xf4: 4
    default: nil
    }
  }

  /// No overlong forms, no surrogates, nothing above U+10FFFF.
  private static func second(_ first: UInt8) -> ClosedRange<UInt8> {
    switch first {
    case 0xe0: 0xa0...0xbf
    case 0xed: 0x80...0x9f
    case 0xf0: 0x90...0xbf
    case 0xf4: 0x80...0x8f
    default: 0x80...0xbf
    }
  }
}
