import Glibc
import S2WMPChat
import S2WMPCrypto
import S2WMPNetwork
import S2WMPWire

/// What a chat needs to know of this machine and this peer.
enum ChatSetup {
  static func settings(for peer: PeerSettings, style: ChatSettings.Style) -> ChatSettings {
    let dialect = peer.dialect
    tzset()
    return ChatSettings(
      style: style, name: peer.configuration.name, messageLimit: { messageLimit(dialect, to: $0) }, localTime: { localTime($0) },
      fingerprint: { fingerprint($0, $1) })
  }

  /// What the `length` field leaves beside what encryption adds (S2WMP wire format, sections 3.1, 5.5 and L).
  private static func messageLimit(_ dialect: Dialect, to key: [UInt8]?) -> Int {
    // Legacy: a signed length of whole cipher blocks, of which padding takes at least one byte.
    if dialect == .legacy { return 32_767 / 16 * 16 - 1 }
    guard let key, let known = try? PeerKey(field: key) else { return 65_535 - 512 - BodySize.overhead }
    return BodySize.maximumPlaintext(known.suite, to: known)
  }

  private static func localTime(_ milliseconds: UInt64) -> LocalTime {
    var seconds = time_t(min(milliseconds / 1000, 253_402_300_799))
    var parts = tm()
    localtime_r(&seconds, &parts)
    return LocalTime(
      year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday), weekday: Int(parts.tm_wday), hour: Int(parts.tm_hour),
      minute: Int(parts.tm_min), second: Int(parts.tm_sec))
  }

  /// The key's fingerprint. Of a key that is not here yet its first half, which follows from the ID: both are of the same hash.
  private static func fingerprint(_ id: Identifier, _ key: [UInt8]?) -> String {
    if let key { return PeerKey.fingerprint(ofField: key) }
    let bytes = id.bytes
    let groups = stride(from: 0, to: bytes.count, by: 4).map { start in
      let digits = String(bytes[start..<(start + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } % 100_000)
      return String(repeating: "0", count: 5 - digits.count) + digits
    }
    return groups.joined(separator: " ") + " …"
  }
}
