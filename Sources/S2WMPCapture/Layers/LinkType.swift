/// The kinds of link whose frames are taken apart, as libpcap numbers them (`DLT_…`).
enum LinkType {
  static let null: Int32 = 0
  static let ethernet: Int32 = 1
  static let raw: Int32 = 12
  static let rawOpenBSD: Int32 = 14
  static let rawInFiles: Int32 = 101
  static let loop: Int32 = 108
  static let linuxCooked: Int32 = 113
  static let ipv4: Int32 = 228
  static let ipv6: Int32 = 229
  static let linuxCooked2: Int32 = 276

  static func isSupported(_ type: Int32) -> Bool {
    switch type {
    case null, ethernet, raw, rawOpenBSD, rawInFiles, loop, linuxCooked, ipv4, ipv6, linuxCooked2: true
    default: false
    }
  }

  /// Files number raw IP differently from libpcap's interface; all others here are the same.
  static func fromFile(_ type: UInt16) -> Int32 {
    type == UInt16(rawInFiles) ? raw : Int32(type)
  }
}
